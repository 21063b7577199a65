import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Processes that were started with a path among their variables. */
export async function processesWith(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const variables = await readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '');
    if (variables.includes(path)) {
      found.push(await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => pid));
    }
  }
  return found;
}

/** Sockets with a name in a folder that somebody listens on, or has open. */
export async function socketsIn(path: string): Promise<string[]> {
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n');
  return lines.filter((line) => line.includes(path));
}
