/**
 * Reads a body that is to be sent on, so that one that breaks off can still become an error.
 *
 * @returns all of it; of one that is longer than `maxBytes`, what sends it on as it comes
 * @throws whatever the body breaks off of
 */
export async function collect(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer | AsyncGenerator<Uint8Array>> {
  const source = body[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size <= maxBytes) {
    const next = await source.next();
    if (next.done) return Buffer.concat(parts);
    parts.push(next.value);
    size += next.value.length;
  }
  return goOn(parts, source);
}

async function* goOn(
  parts: readonly Uint8Array[],
  source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* parts;
  for (;;) {
    const next = await source.next();
    if (next.done) return;
    yield next.value;
  }
}
