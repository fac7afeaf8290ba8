import { gatewayKeys } from '@sms-gateway/contract';
import { counterShape } from './screening-plan.ts';

/** What a day's messages cost, counted for one connection and for all together. */
export const SPEND_WINDOW_MS = 86_400_000;
export const SPEND_SHAPE = counterShape(SPEND_WINDOW_MS);

/** Keys of the counters: of segments, and of prices in millionths. */
export function spendKeys(connection: string) {
  return {
    segments: gatewayKeys.counters('segments', connection),
    overallSegments: gatewayKeys.counters('overall-segments', 'all'),
    price: gatewayKeys.counters('price', connection),
    overallPrice: gatewayKeys.counters('overall-price', 'all'),
  };
}
