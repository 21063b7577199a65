/** What a guest sends without the end of an event is passed on in pieces when it has become so long. */
const MAX_HELD_BYTES = 1 << 20;

const EVENT_ENDS = ['\n\n', '\r\n\r\n'].map((end) => Buffer.from(end));

/**
 * The events of a stream, each of them whole, in pieces of one or more. When the stream breaks off, the
 * event that had begun is left out, and the last one tells what happened: a client could not tell a silent
 * end from one of the answer.
 *
 * @param lastEvent makes the text of an event from what the stream broke off of
 */
export async function* wholeEvents(
  stream: AsyncIterable<Uint8Array>,
  lastEvent: (error: unknown) => string,
): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let isBegun = false;
  try {
    for await (const bytes of stream) {
      held = Buffer.concat([held, bytes]);
      const end = endOfEvents(held);
      if (end > 0) {
        yield held.subarray(0, end);
        held = held.subarray(end);
        isBegun = false;
      }
      if (held.length > MAX_HELD_BYTES) {
        yield held;
        held = Buffer.alloc(0);
        isBegun = true;
      }
    }
  } catch (error) {
    yield Buffer.from(`${isBegun ? '\n\n' : ''}${lastEvent(error)}`);
    return;
  }
  if (held.length > 0) yield held;
}

/** Where the last whole event ends, or 0. */
const endOfEvents = (bytes: Buffer): number =>
  Math.max(
    ...EVENT_ENDS.map((end) => {
      const at = bytes.lastIndexOf(end);
      return at < 0 ? 0 : at + end.length;
    }),
  );
