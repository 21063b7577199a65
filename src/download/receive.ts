import { WrongFile } from './download-errors.js';
import type { OpenAnswer } from './http.js';
import type { PartFile } from './part-file.js';
import { RequestFailure } from './request-failure.js';

/** What is written at once: each write is handed to another thread, which costs as much as copying some of it. */
const WRITE_BYTES = 256 << 10;

export interface Received {
  /** The place of the answer's first byte. */
  readonly from: number;
  /** Where it has to end; Infinity where that is not known. */
  readonly to: number;
  /** No byte is written at or beyond this. */
  readonly mostBytes: number;
  readonly onWritten: () => void;
  /** Called before bytes are written while more come, with where those end. @throws where no more is to be taken */
  readonly checkRoom?: ((end: number) => Promise<void>) | undefined;
}

/**
 * Writes the body of an answer to its place in a partial file. What has arrived before a failure is written, too.
 *
 * @returns where it ended
 * @throws RequestFailure for a body that ends too early or too late; WrongFile; the system's errors as they are
 */
export async function receive(
  answer: Pick<OpenAnswer, 'chunks'>,
  part: Pick<PartFile, 'write'>,
  { from, to, mostBytes, onWritten, checkRoom }: Received,
): Promise<number> {
  const limit = Math.min(to, mostBytes);
  let at = from;
  let chunks: Uint8Array[] = [];
  let waitingBytes = 0;
  let writing = Promise.resolve();
  let failure: unknown;

  /** Writes what has arrived, while more arrives; one write after the other. */
  const flush = async (): Promise<void> => {
    await writing;
    writing = part.write(at, chunks).then(onWritten);
    // It is waited for later; until then nobody else listens.
    writing.catch(() => undefined);
    at += waitingBytes;
    chunks = [];
    waitingBytes = 0;
  };

  try {
    for await (const chunk of answer.chunks()) {
      if (at + waitingBytes + chunk.length > limit) {
        if (to > mostBytes) throw new WrongFile(`it is longer than ${mostBytes} bytes`);
        throw new RequestFailure('it sends more than was asked for', { isTransient: true });
      }
      chunks.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= WRITE_BYTES) {
        await checkRoom?.(at + waitingBytes);
        await flush();
      }
    }
  } catch (error) {
    failure = error ?? new Error('nothing was thrown');
  }
  if (waitingBytes > 0) await flush();
  await writing;
  if (failure !== undefined) throw failure as Error;
  if (to !== Infinity && at < to) {
    throw new RequestFailure('its answer ends early', { isTransient: true });
  }
  return at;
}
