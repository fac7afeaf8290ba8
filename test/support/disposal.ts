/** Collects what a test opened and closes it in reverse order. Node 20 has no AsyncDisposableStack. */
export function createDisposal() {
  const opened: (AsyncDisposable | Disposable)[] = [];

  async function dispose(): Promise<void> {
    for (const resource of opened.splice(0).toReversed()) {
      if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
      else resource[Symbol.dispose]();
    }
  }

  return {
    use<T extends AsyncDisposable | Disposable>(resource: T): T {
      opened.push(resource);
      return resource;
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
