import type { Provider } from './provider.ts';

export type ReplaceableProvider = {
  /** Calls whichever provider is in effect. */
  provider: Provider;
  /** Replaces it by another of the same name and kind. Calls in flight stay with the provider that began them. */
  replace(next: Provider): void;
};

type Held = { provider: Provider; calls: number };

/** A provider that can be replaced while it sends, by one with other credentials or other settings. */
export function createReplaceableProvider(first: Provider): ReplaceableProvider {
  let current: Held = { provider: first, calls: 0 };

  async function during<Result>(call: (provider: Provider) => Promise<Result>): Promise<Result> {
    const held = current;
    held.calls += 1;
    try {
      return await call(held.provider);
    } finally {
      held.calls -= 1;
      closeIfRetired(held);
    }
  }

  function closeIfRetired(held: Held) {
    if (held !== current && held.calls === 0) void held.provider.close();
  }

  return {
    provider: {
      name: first.name,
      get receipts() {
        return current.provider.receipts;
      },
      send: (request, signal) => during((provider) => provider.send(request, signal)),
      // A replacement is of the same kind, so it has a lookup if the first one has.
      ...(first.lookup && {
        lookup: (request, signal) =>
          during(
            async (provider) =>
              (await provider.lookup?.(request, signal)) ?? { kind: 'unanswered', code: 'cannot_be_asked' },
          ),
      }),
      problem: () => current.provider.problem?.(),
      close: () => current.provider.close(),
    },
    replace(next) {
      const retired = current;
      current = { provider: next, calls: 0 };
      closeIfRetired(retired);
    },
  };
}
