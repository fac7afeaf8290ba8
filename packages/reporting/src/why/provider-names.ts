const NAMES: Record<string, string> = {
  aws: 'AWS',
  console: 'The console provider',
  http: 'The HTTP provider',
  inbox: 'The development inbox',
  infobip: 'Infobip',
  plivo: 'Plivo',
  simulator: 'The simulator',
  sinch: 'Sinch',
  smpp: 'The SMSC',
  telnyx: 'Telnyx',
  twilio: 'Twilio',
  vonage: 'Vonage',
};

/** A provider at the beginning of a sentence. */
export function providerName(provider: string): string {
  return NAMES[provider] ?? provider;
}

/** A provider in the middle of a sentence. */
export function inSentence(provider: string): string {
  return providerName(provider).replace(/^The /, 'the ');
}
