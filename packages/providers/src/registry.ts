import { aws } from './aws/descriptor.ts';
import { consoleProvider } from './console/descriptor.ts';
import { http } from './http/descriptor.ts';
import { inbox } from './inbox/descriptor.ts';
import { infobip } from './infobip/descriptor.ts';
import { plivo } from './plivo/descriptor.ts';
import type { ProviderDescriptor } from './provider-descriptor.ts';
import { simulator } from './simulator/descriptor.ts';
import { sinch } from './sinch/descriptor.ts';
import { smpp } from './smpp/descriptor.ts';
import { telnyx } from './telnyx/descriptor.ts';
import { twilio } from './twilio/descriptor.ts';
import { vonage } from './vonage/descriptor.ts';

/** Every kind of provider there is: the only list of them. */
export const PROVIDERS: readonly ProviderDescriptor[] = [
  aws,
  consoleProvider,
  http,
  inbox,
  infobip,
  plivo,
  simulator,
  sinch,
  smpp,
  telnyx,
  twilio,
  vonage,
];
