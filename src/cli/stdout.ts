import { systemErrorCode } from '../errors.js';

/** Thrown when whoever reads stdout has stopped, as `head` does: there is no one left to print for. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/**
 * Writes to stdout and waits until it has been taken, so that no more than one piece is in memory.
 *
 * @throws ReaderGone
 */
export async function writeStdout(data: string | Uint8Array): Promise<void> {
  listenForErrors();
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(data, (error) => {
      if (!error) resolve();
      else reject(systemErrorCode(error) === 'EPIPE' ? new ReaderGone() : error);
    });
  });
}

const BATCH_LENGTH = 1 << 16;

/**
 * Writes pieces of text, many at once: a write for each line would take longer than making them.
 *
 * @throws ReaderGone
 */
export async function writePieces(pieces: AsyncIterable<string>): Promise<void> {
  let batch = '';
  for await (const piece of pieces) {
    batch += piece;
    if (batch.length < BATCH_LENGTH) continue;
    await writeStdout(batch);
    batch = '';
  }
  await writeStdout(batch);
}

/** Ends quietly when the reader of stdout is gone. */
export async function whileRead(print: () => Promise<void>): Promise<void> {
  await print().catch((error: unknown) => {
    if (!(error instanceof ReaderGone)) throw error;
  });
}

let isListening = false;

/** Errors reach the callback of a write; without a listener they would end the process, too. */
function listenForErrors(): void {
  if (isListening) return;
  isListening = true;
  process.stdout.on('error', () => undefined);
}
