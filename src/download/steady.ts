import { RequestFailure } from './request-failure.js';

export interface SteadyOptions {
  readonly leastBytesPerSecond?: number | undefined;
  readonly rateWindowMs?: number | undefined;
}

/**
 * The chunks of a body, as long as they come fast enough. Only the time that is spent waiting for them counts, not
 * what the caller does with them meanwhile.
 *
 * @param failed makes the error from what the body throws
 * @throws RequestFailure for a connection that is slower than it may be
 */
export async function* steadily(
  body: AsyncIterable<unknown>,
  { leastBytesPerSecond = 512, rateWindowMs = 60_000 }: SteadyOptions,
  failed: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = body[Symbol.asyncIterator]();
  let waitedMs = 0;
  let receivedBytes = 0;
  try {
    for (;;) {
      const began = performance.now();
      const { done, value } = (await chunks.next()) as IteratorResult<Uint8Array, unknown>;
      if (done === true) return;
      waitedMs += performance.now() - began;
      receivedBytes += value.length;
      if (waitedMs >= rateWindowMs) {
        const rate = (receivedBytes * 1000) / waitedMs;
        if (rate < leastBytesPerSecond) {
          throw new RequestFailure(
            `it sent ${receivedBytes} bytes in ${Math.round(waitedMs / 1000)} s, which is no download any more`,
            { isTransient: true },
          );
        }
        waitedMs = receivedBytes = 0;
      }
      yield value;
    }
  } catch (cause) {
    throw failed(cause);
  } finally {
    await chunks.return?.();
  }
}
