/** SID of a Messaging Service of Twilio's. No sender ID is longer than eleven characters. */
export const MESSAGING_SERVICE_SID = /^MG[0-9a-fA-F]{32}$/;

/**
 * ID or ARN of a pool, number or sender ID of AWS's. The IDs are longer than the 11 characters of an alphanumeric sender
 * ID, which may begin like one.
 */
export const AWS_ORIGINATION_ID = /^((pool|phone|sender)-[\w-]{7,}|arn:aws.+)$/;
