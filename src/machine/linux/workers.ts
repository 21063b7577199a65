import type { Duplex } from 'node:stream';
import { PortStreams } from '../streams/port-streams.js';

/** The name by which the guest finds the port to its workers. */
export const WORKERS_PORT_NAME = 'zosia.workers';

/** Machines elsewhere that compute for one. */
export interface Workers {
  /** At least one, at most `MAX_WORKERS`; anything else is a RangeError when the machine is started. */
  readonly count: number;
  /**
   * Makes a connection to the `ggml-rpc-server` of one. llama.cpp makes a dozen or two while it loads a model, one
   * after the other, and keeps the last. What it fails of, and that it ends first, is the end of the machine: the
   * guest says which worker has hung up.
   *
   * @param index of the worker, from 0
   * @param signal aborts when nobody waits for it any more
   * @throws whatever is the matter, which counts as a connection that has failed
   */
  readonly open: (index: number, signal: AbortSignal) => Duplex | Promise<Duplex>;
  /** Told of one that has been reached, and has answered nothing for {@link SILENCE_MS}. */
  readonly onSilent?: ((index: number) => void) | undefined;
}

/** What llama.cpp asks first is answered at once, unless another head has the worker: there it waits in a queue. */
export const SILENCE_MS = 10_000;

/**
 * Leads what llama.cpp in a guest has to say to its workers there.
 *
 * @param port belongs to this from now on
 */
export function leadToWorkers(port: Duplex, workers: Workers): void {
  new PortStreams(port, {
    onOpened: (index, stream) => {
      if (index >= workers.count) throw new Error('it asks for a worker that it does not have');
      void join(stream, workers, index);
    },
  });
}

async function join(stream: Duplex, { open, onSilent }: Workers, index: number): Promise<void> {
  const leaving = new AbortController();
  // It may end while the worker is being reached.
  stream.on('error', () => undefined);
  stream.once('close', () => {
    leaving.abort(new Error('the guest has hung up'));
  });
  let worker: Duplex;
  try {
    worker = await open(index, leaving.signal);
  } catch {
    stream.destroy();
    return;
  }
  lead(stream, worker);
  lead(worker, stream);
  const silence = setTimeout(() => onSilent?.(index), SILENCE_MS);
  for (const event of ['data', 'close']) {
    worker.once(event, () => {
      clearTimeout(silence);
    });
  }
  if (stream.destroyed) worker.destroy();
}

/** Carries one way. There are no half-closed ones: whoever ends ends the other, once that has what was said. */
function lead(from: Duplex, to: Duplex): void {
  from.on('error', () => undefined);
  from.on('close', () => {
    if (!from.readableEnded) to.destroy();
  });
  from.on('end', () => {
    to.end(() => to.destroy());
  });
  from.pipe(to, { end: false });
}
