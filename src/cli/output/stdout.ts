import { ZosiaError, systemErrorCode } from '../../errors.js';
import { systemReason } from '../../host/system-errors.js';

/** Whoever reads stdout has stopped, as `head` does: there is no one left to print for. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** Why stdout takes no more: the first error counts, later ones follow from it. */
let failure: Error | undefined;

/**
 * Takes the errors of stdout and stderr for as long as the process runs; without a listener they would
 * end it with a stack trace. Work goes on when stderr is gone: its results are still wanted.
 */
export function watchOutput(onFailure: (failure: Error) => void): void {
  process.stdout.on('error', (error: Error) => {
    failure ??= explain(error);
    onFailure(failure);
  });
  process.stderr.on('error', () => undefined);
}

/**
 * Writes to stdout and waits until it has been taken, so that no more than one piece is in memory.
 *
 * @throws ReaderGone; ZosiaError `ZOSIA_OUTPUT_UNWRITABLE`
 */
export async function writeStdout(data: string | Uint8Array): Promise<void> {
  if (failure) throw failure;
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(data, (error) => {
      if (error) reject((failure ??= explain(error)));
      else resolve();
    });
  });
}

/** Waits until all that was written has been taken, and gives the reason if it was not. */
export async function stdoutFailure(): Promise<Error | undefined> {
  await writeStdout('').catch(() => undefined);
  return failure;
}

const BATCH_LENGTH = 1 << 16;

/**
 * Writes pieces of text, many at once: a write for each line would take longer than making them.
 *
 * @throws as {@link writeStdout}
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

function explain(cause: Error): Error {
  const code = systemErrorCode(cause);
  if (code === 'EPIPE') return new ReaderGone('the reader of stdout is gone', { cause });
  const reason = code === undefined ? cause.message : systemReason(cause);
  return new ZosiaError('ZOSIA_OUTPUT_UNWRITABLE', `stdout cannot be written: ${reason}`, {
    hint: 'Let the output go to a place with room for it.',
    cause,
  });
}
