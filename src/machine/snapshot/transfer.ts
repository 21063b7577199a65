import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import { object } from '../../json.js';
import type { Qmp } from '../qemu/qmp.js';

/** What a machine is besides its RAM: processors and devices. Some 400 KB. */
export interface StateDigest {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** No state is near this large: RAM is not in it. */
export const MAX_STATE_BYTES = 64 << 20;

/** How often QEMU is asked how far it is. */
const POLL_MS = 2;

/** Leaves RAM where it is: in the file that the machine and its copies share (QEMU, migration/main). */
const IGNORE_SHARED = { capabilities: [{ capability: 'x-ignore-shared', state: true }] };

/**
 * Writes the state of a machine that has been stopped to a file. QEMU sends it over a socket: with the
 * sandbox on it can start no program for it, and older versions cannot write to files.
 *
 * @param socketPath as short as a socket's has to be; there is nothing there, before and after
 * @throws ZosiaError `ZOSIA_SNAPSHOT_FAILED`, `ZOSIA_QMP_FAILED`; the system's errors of writing
 */
export async function saveState(
  qmp: Qmp,
  file: FileHandle,
  socketPath: string,
  signal: AbortSignal,
): Promise<StateDigest> {
  const server = createServer();
  try {
    server.listen(socketPath);
    await once(server, 'listening', { signal });
    const writing = receive(server, file, signal);
    let writingFailure: Error | undefined;
    writing.catch((error: unknown) => {
      writingFailure = error instanceof Error ? error : new Error(String(error));
    });
    await qmp.execute('migrate-set-capabilities', IGNORE_SHARED);
    await qmp.execute('migrate', { uri: `unix:${socketPath}` });
    const status = await pollUntil(() => migrationStatus(qmp), isOver, signal);
    if (status.status !== 'completed') {
      // Where it is this side that has hung up, QEMU only knows of a broken pipe.
      if (writingFailure !== undefined) throw writingFailure;
      throw failed('save', status['error-desc'] ?? status.status);
    }
    return await writing;
  } finally {
    server.close();
  }
}

async function receive(
  server: Server,
  file: FileHandle,
  signal: AbortSignal,
): Promise<StateDigest> {
  const [socket] = (await once(server, 'connection', { signal })) as [Socket];
  addAbortSignal(signal, socket);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  // Whatever fails here closes the connection, and so QEMU is not left waiting.
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    hash.update(bytes);
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_STATE_BYTES) throw failed('save', 'its state does not come to its end');
    await file.appendFile(bytes);
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

/**
 * Gives a machine that was started with `-incoming defer` its state. It stands still afterwards.
 *
 * @throws ZosiaError `ZOSIA_SNAPSHOT_FAILED`, `ZOSIA_QMP_FAILED`
 */
export async function loadState(
  qmp: Qmp,
  state: Uint8Array,
  socketPath: string,
  signal: AbortSignal,
): Promise<void> {
  await qmp.execute('migrate-set-capabilities', IGNORE_SHARED);
  await qmp.execute('migrate-incoming', { uri: `unix:${socketPath}` });
  const socket = createConnection(socketPath);
  try {
    await once(socket, 'connect', { signal });
    // QEMU may hang up on what it cannot use; what it thinks of it is asked below.
    socket.on('error', () => undefined);
    socket.end(state);
    const status = await pollUntil(
      () => runStatus(qmp),
      (found) => found !== 'inmigrate',
      signal,
    );
    if (!STANDING.includes(status)) throw failed('restore', `it is ${status}`);
  } finally {
    socket.destroy();
  }
}

const MIGRATION = object({
  status: v.optional(v.string(), 'none'),
  'error-desc': v.optional(v.string()),
});
const RUN = object({ status: v.string() });

const migrationStatus = async (qmp: Qmp): Promise<v.InferOutput<typeof MIGRATION>> =>
  v.parse(MIGRATION, await qmp.execute('query-migrate'));

/** What a machine is that stood still when it was saved: it may never have run (QEMU, qapi/run-state.json). */
const STANDING: readonly string[] = ['paused', 'prelaunch'];

const runStatus = async (qmp: Qmp): Promise<string> =>
  v.parse(RUN, await qmp.execute('query-status')).status;

const isOver = ({ status }: { readonly status: string }): boolean =>
  ['completed', 'failed', 'cancelled'].includes(status);

async function pollUntil<T>(
  ask: () => Promise<T>,
  isDone: (answer: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    await delay(POLL_MS);
    signal.throwIfAborted();
  }
}

function failed(what: 'save' | 'restore', reason: string): ZosiaError {
  return new ZosiaError('ZOSIA_SNAPSHOT_FAILED', `QEMU cannot ${what} the machine: ${reason}`, {
    hint: 'Boot it instead: zosia up --no-snapshot',
  });
}
