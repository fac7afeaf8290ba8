import { gatewayKeys } from '@sms-gateway/contract';
import { counterShape } from './screening-plan.ts';

/** What a day's messages cost, counted for one connection and for all together. */
export const SPEND_WINDOW_MS = 86_400_000;
export const SPEND_SHAPE = counterShape(SPEND_WINDOW_MS);

/** Keys of the counters: of segments, and of prices in millionths. */
export function spendKeys(connection: string) {
  return {
    segments: gatewayKeys.limit('segments', connection),
    overallSegments: gatewayKeys.limit('overall-segments', 'all'),
    price: gatewayKeys.limit('price', connection),
    overallPrice: gatewayKeys.limit('overall-price', 'all'),
  };
}
