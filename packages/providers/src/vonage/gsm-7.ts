// 3GPP TS 23.038 §6.2.1, the default alphabet and its extension table.
const GSM_7 =
  // oxlint-disable-next-line no-control-regex
  /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà\f^{}\\[~\]|€]*$/;

/** Whether a text goes out in the GSM 7-bit alphabet, or else needs UCS-2. */
export function isGsm7(text: string): boolean {
  return GSM_7.test(text);
}
