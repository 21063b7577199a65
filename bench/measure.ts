import { readFileSync } from 'node:fs';
import { execa } from 'execa';

export interface Measured {
  readonly durationMs: number;
  /** The most memory the process had at once, if the host tells. */
  readonly peakKiB: number | undefined;
  readonly stdout: string;
}

const POLL_MS = 4;

/**
 * Runs a program and looks at it. Its memory is what the kernel calls the high-water mark (VmHWM in
 * /proc/PID/status), asked for until it ends: `getrusage` would count what this process took up before
 * the fork.
 */
export async function measure(program: string, args: readonly string[]): Promise<Measured> {
  const child = execa(program, [...args], { stdin: 'ignore' });
  let peakKiB: number | undefined;
  const poll = setInterval(() => {
    peakKiB = highWaterKiB(child.pid!) ?? peakKiB;
  }, POLL_MS);
  try {
    const { durationMs, stdout } = await child;
    return { durationMs, peakKiB, stdout };
  } finally {
    clearInterval(poll);
  }
}

function highWaterKiB(pid: number): number | undefined {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** One contestant's runs, one after the other. */
export function combine(runs: readonly Measured[]): Measured {
  return {
    durationMs: runs.reduce((sum, { durationMs }) => sum + durationMs, 0),
    peakKiB: largest(runs.map(({ peakKiB }) => peakKiB)),
    stdout: runs.map(({ stdout }) => stdout).join(''),
  };
}

export function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
