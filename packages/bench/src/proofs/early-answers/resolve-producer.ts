import type { ResolveHook } from 'node:module';

/** Gives the ingress a producer that answers early, and all others what they ask for. */
export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === '@sms-gateway/delivery' && context.parentURL?.includes('/services/ingress/')
    ? { url: new URL('./delivery.js', import.meta.url).href, shortCircuit: true }
    : next(specifier, context);
