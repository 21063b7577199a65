import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import type { DockerClient } from './client.js';
import { explainDockerFailure } from './failures.js';

export interface ContainerOptions {
  readonly image: string;
  /** Volumes that outlive the container, by name, with the folder of each. */
  readonly volumes?: Readonly<Record<string, string>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const READY = 'ready';

/** What runs in a container while it is there: it ends with its input, and so with zosia, however that ends. */
const HOLD = `echo ${READY} && exec cat >/dev/null`;

/** After this a `docker` that should have ended is killed: its container has ended with its input. */
const END_MS = 10_000;

/**
 * Runs `use` with the name of a container that is there for that long, without a network and without
 * privileges. It is removed when `use` has ended, however it ended.
 *
 * @throws ZosiaError as `explainDockerFailure`; the signal's reason when cancelled; whatever `use` throws
 */
export async function withContainer<T>(
  client: DockerClient,
  { image, volumes = {}, env = {}, signal }: ContainerOptions,
  use: (name: string) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const name = `zosia-${process.pid}-${randomBytes(4).toString('hex')}`;
  const holder = execa(
    client.program,
    [
      'run',
      '--rm',
      '--interactive',
      '--name',
      name,
      '--network',
      'none',
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges',
      ...Object.entries(volumes).flatMap(([volume, at]) => ['--volume', `${volume}:${at}`]),
      ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      image,
      'sh',
      '-c',
      HOLD,
    ],
    // A group of its own: what the terminal sends when the user cancels ends the build, not what cleans up.
    { stdin: 'pipe', all: true, buffer: true, reject: false, detached: true, cleanup: false },
  );
  // Whoever has gone takes no input.
  holder.stdin.on('error', () => undefined);
  try {
    if (!(await isReady(holder.stdout, signal))) {
      throw explainDockerFailure('no container starts', (await holder).all);
    }
    return await use(name);
  } finally {
    holder.stdin.end();
    await execa(client.program, ['rm', '--force', name], { reject: false, detached: true });
    await Promise.race([holder, pause(END_MS, undefined, { ref: false })]);
    holder.kill('SIGKILL');
  }
}

/** Waits for a container's first line, or its end. @throws the signal's reason when cancelled */
async function isReady(stdout: Readable, signal: AbortSignal | undefined): Promise<boolean> {
  const lines = createInterface({ input: stdout });
  const cancel = (): void => {
    lines.close();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const line of lines) if (line.trim() === READY) return true;
    signal?.throwIfAborted();
    return false;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
