import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesWith, socketsIn } from '../../support/left-behind.js';

/** Where a server keeps things, and who it is. */
export interface WatchedServer {
  readonly url: string;
  readonly pid: number;
  readonly cache: string;
  readonly temporary: string;
}

const LOOK_MS = 200;
const QUIET_TIMEOUT_MS = 120_000;

/** What there is of a server whose machines have been put away, for comparing with what there was before. */
export async function stateOf(server: WatchedServer): Promise<unknown> {
  await untilQuiet(server);
  const { pid, cache, temporary } = server;
  return {
    descriptors: await descriptorsOf(pid),
    processes: await processesWith(temporary),
    sockets: await socketsIn(temporary),
    temporary: await readdir(temporary, { recursive: true }),
    cache: (await readdir(cache, { recursive: true })).sort(),
  };
}

/** What the open descriptors of a process are: how many of each kind. */
async function descriptorsOf(pid: number): Promise<Record<string, number>> {
  const folder = `/proc/${pid}/fd`;
  const counts: Record<string, number> = {};
  for (const number of await readdir(folder)) {
    const target = await readlink(join(folder, number)).catch(() => 'gone');
    const kind = target.replace(/:\[\d+\]$/, '');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/**
 * Waits until all machines have been put away, and clients' connections are gone.
 *
 * @throws Error when that takes longer than anything keeps them
 */
async function untilQuiet({ url, pid }: WatchedServer): Promise<void> {
  const deadlineMs = performance.now() + QUIET_TIMEOUT_MS;
  const isQuiet = async (): Promise<boolean> => {
    const headers = { connection: 'close' };
    const models = await (await fetch(new URL('/v1/models', url), { headers })).text();
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return !/"(waking|idle|answering)"/.test(models) && children.trim() === '';
  };
  while (!(await isQuiet())) {
    if (performance.now() > deadlineMs) throw new Error('machines are not put away');
    await sleep(LOOK_MS);
  }
  // Connections that are kept for another request are closed by then, and files are removed.
  await sleep(12_000);
}
