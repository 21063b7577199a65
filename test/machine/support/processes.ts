import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Whether a process exists and is not merely waiting to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || !isZombie(pid);
}

/** Linux keeps an orphan until process 1 reaps it, and in a container that may be a program that never does. */
function isZombie(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The state follows the name, which is in parentheses and may hold any character.
    return status.slice(status.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return true;
  }
}

/** Long for any machine, short enough to fail before the test itself is out of time. */
const PATIENCE_MS = 50_000;

/** Waits until `attempt` neither throws nor gives false. */
export async function until<T>(attempt: () => T | Promise<T>): Promise<Exclude<T, false>> {
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const isLast = Date.now() >= end;
    try {
      const result = await attempt();
      if (result !== false) return result as Exclude<T, false>;
    } catch (error) {
      if (isLast) throw error;
    }
    if (isLast) throw new Error('it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits for a process to have written its number into a file, and gives it. */
export async function startedPid(path: string): Promise<number> {
  return until(async () => Number(await readFile(path, 'utf8')) || false);
}

/**
 * Gives a machine that hangs a time limit within which it comes as far as it is to come: on a busy host
 * a second may pass before it has begun.
 *
 * @param attempt runs the machine with a time limit
 * @param hasBegun whether it came so far; after half a minute it need not have
 */
export async function withEnoughTime(
  attempt: (timeoutSeconds: number) => Promise<void>,
  hasBegun: () => boolean,
): Promise<void> {
  for (let seconds = 1; ; seconds *= 3) {
    try {
      await attempt(seconds);
      return;
    } catch (error) {
      if (hasBegun() || seconds > 20) throw error;
    }
  }
}
