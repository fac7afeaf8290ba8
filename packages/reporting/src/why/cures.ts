/** What can be done about a failure, and by whom. */
export const CURES = {
  mobile: 'Nothing to do here: ask the user for a mobile number.',
  number: 'Nothing to do here: ask the user whether the number is right.',
  opted_out:
    'The user must send START to the sender, or contact its support; until then, no provider may send to this number.',
  phone:
    'Nothing to do here: the phone is off, out of reach or full, or its carrier blocks such messages. Ask the user to try again, or to sign in another way.',
  sender:
    'Correct the sender: npm run gateway -- route NUMBER shows which one is used; register it with the provider.',
  credentials: "Correct the provider's credentials: npm run gateway -- doctor --only providers checks them.",
  bind: "Compare the settings with the carrier's document: npm run gateway -- smpp probe NAME; docs/smpp.md.",
  account: "Check the provider's account: credit, suspension, trial limits.",
  country:
    "Allow the destination in the provider's account (geographic permissions), or route it to another provider.",
  content: 'Change the text of the message, or have the provider approve it.',
  throttle: "Raise the provider's limit, or set rateLimit of the provider below it; add a second provider.",
  network:
    'Check the network between worker and provider (DNS, firewall, proxy), and the status page of the provider.',
  provider: "Check the provider's status page; add a second provider to PROVIDERS if there is none.",
  operator:
    'npm run gateway -- blocks shows what is blocked and why; npm run gateway -- unblock removes a block.',
  report: "Look the code up in the provider's documentation, and report it: the gateway does not know it.",
  none: 'Nothing to do.',
} as const;
export type Cure = keyof typeof CURES;
