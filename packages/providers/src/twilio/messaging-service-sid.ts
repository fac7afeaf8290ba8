/** Form of a Messaging Service's SID. No sender ID is longer than eleven characters. */
export const MESSAGING_SERVICE_SID = /^MG[0-9a-fA-F]{32}$/;
