export {
  createRouter,
  type ConsideredProvider,
  type KnownSender,
  type PlannedProvider,
  type RouteExplanation,
  type RoutePlan,
  type Router,
} from './router.ts';
export type { RoutedMessage } from './routed-message.ts';
