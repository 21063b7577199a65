/**
 * Runs `work` on every item, a few at a time, and gives the results in the items' order. The first
 * failure aborts the signal that all work is given; it is thrown once all work has ended, so that
 * nothing goes on behind the caller's back.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  outerSignal?: AbortSignal,
): Promise<Result[]> {
  outerSignal?.throwIfAborted();
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(outerSignal ? [outerSignal] : [])]);
  const results = new Array<Result>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (signal.aborted) return;
      try {
        results[index] = await work(item, signal);
      } catch (error) {
        // Only the first counts; later ones are echoes of its abort.
        failure.abort(error);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  signal.throwIfAborted();
  return results;
}
