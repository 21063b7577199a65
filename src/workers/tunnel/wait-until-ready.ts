import { once } from 'node:events';
import type { Socket } from 'node:net';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { Text } from '../../wording.js';
import type { Fingerprint } from '../keys/fingerprint.js';
import { FRAME, FrameReader, HEADER_BYTES } from './frames.js';
import type { Part, Reason } from './frames.js';

interface Worker {
  readonly name: string;
  /** What this head has shown. */
  readonly fingerprint: Fingerprint;
}

/**
 * Reads the first frame of a worker, which says whether it lets this head in, and not a byte more.
 *
 * @throws ZosiaError `ZOSIA_WORKER_REFUSED`, `ZOSIA_WORKER_UNREACHABLE`; what the socket fails with; the reason of
 *   `signal`
 */
export async function waitUntilReady(
  socket: Socket,
  worker: Worker,
  signal: AbortSignal,
): Promise<void> {
  const frames = new FrameReader();
  for (let wanted = HEADER_BYTES; ; wanted = 1) {
    const bytes = await readExactly(socket, wanted, signal);
    // In TLS 1.3 a worker knows the key of a head only when the head takes the handshake for done.
    if (!bytes) throw refused(worker);
    const [part] = parse(frames, bytes, worker);
    if (part?.type === FRAME.ready) return;
    if (part?.type === FRAME.broken) throw unavailable(worker, part.reason);
    if (part) throw noTunnel(worker);
  }
}

/** @returns undefined when the other side ends before, or the connection breaks */
async function readExactly(
  socket: Socket,
  bytes: number,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  for (;;) {
    const read = socket.read(bytes) as Buffer | null;
    if (read?.length === bytes) return read;
    if (read !== null || socket.readableEnded || socket.destroyed) return undefined;
    await nextEvent(socket, signal);
  }
}

async function nextEvent(socket: Socket, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const events = ['readable', 'end', 'close'].map((event) =>
    once(socket, event, { signal: either }),
  );
  try {
    await Promise.race(events);
  } catch (error) {
    signal.throwIfAborted();
    // It was reset: to a head that is to end no better than an end.
    if (!socket.destroyed) throw error;
  } finally {
    over.abort();
    await Promise.allSettled(events);
  }
}

function parse(frames: FrameReader, bytes: Buffer, worker: Worker): Part[] {
  try {
    return [...frames.read(bytes)];
  } catch (error) {
    throw noTunnel(worker, error);
  }
}

const refused = ({ name, fingerprint }: Worker): ZosiaError =>
  error(
    `the worker ${name} does not let this head in`,
    wording`If its file of ${option('peers')} lacks this head, add the line: ${fingerprint}`,
  );

const unavailable = ({ name }: Worker, reason: Reason): ZosiaError =>
  reason === 'full'
    ? error(
        `the worker ${name} has as many connections as it takes`,
        'Wait until another head has ended, or start another worker.',
      )
    : error(
        `the machine of the worker ${name} does not answer`,
        'Look at what zosia worker says there; it may be starting its machine again.',
      );

const noTunnel = ({ name }: Worker, cause?: unknown): ZosiaError =>
  error(
    `the worker ${name} does not speak as this zosia does`,
    'Use the same version of zosia on both hosts.',
    cause,
  );

const error = (message: string, hint: Text, cause?: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_WORKER_REFUSED', message, { hint, cause });
