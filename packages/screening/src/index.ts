export { type DestinationRule, screenDestination } from './destination.ts';
export { networkOf } from './network-of.ts';
export { screenMessage, type ScreenedMessage } from './screen-message.ts';
