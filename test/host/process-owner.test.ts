import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  hostProcesses,
  parseProcStat,
  parsePs,
  procTable,
  psTable,
} from '../../src/host/process-owner.js';
import type { ProcessTable } from '../../src/host/process-owner.js';

/** A process that waits for the end of its input. */
async function withChild<T>(use: (pid: number) => Promise<T> | T): Promise<T> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  try {
    return await use(child.pid!);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

describe('parseProcStat', () => {
  it('counts fields from the end of a name that may have any character', () => {
    const rest = Array.from({ length: 19 }, (_, index) => String(index + 4)).join(' ');
    expect(parseProcStat(`12 (a) R (b c)) S ${rest}`)).toEqual({ state: 'S', start: '22' });
  });
});

describe('parsePs', () => {
  it('reads the start, in seconds', () => {
    expect(parsePs('Ss+  Sat Nov 28 01:35:18 2026\n')).toBe(1795829718);
    expect(parsePs(' S    Sun Mar  1 00:00:00 2026    \n')).toBe(1772323200);
  });

  it('takes neither a zombie nor anything else for a running process', () => {
    expect(parsePs('Z+   Sat Nov 28 01:35:18 2026\n')).toBeUndefined();
    expect(parsePs('')).toBeUndefined();
  });
});

const TABLES: readonly (readonly [string, () => ProcessTable])[] = [
  ['of this host', hostProcesses],
  ['of ps', () => psTable()],
];

describe.each(TABLES)('the processes %s', (_name, table) => {
  it('have this one among them, with its start', () => {
    const { ownStart, isRunning } = table();
    expect(ownStart).toMatch(/^\d+$/);
    expect(isRunning(process.pid, ownStart)).toBe(true);
  });

  it('lose one that has ended', async () => {
    const { isRunning } = table();
    const start = String(Math.round(Date.now() / 1000));
    const pid = await withChild((child) => child);
    expect(isRunning(pid, start)).toBe(false);
  });

  it('know a number that was given out again by its start', () => {
    const { ownStart, isRunning } = table();
    expect(isRunning(process.pid, String(Number(ownStart) - 100))).toBe(false);
  });

  it('have the same place whenever they are asked', () => {
    expect(table().place).toBe(table().place);
    expect(table().place).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('ps that cannot be run', () => {
  it('makes no process a dead one', () => {
    const { isRunning } = psTable(() => {
      throw new Error('no ps');
    });
    expect(isRunning(1, '0')).toBe(true);
  });
});

describe('ps of macOS', () => {
  const START = 'S    Sat Nov 28 01:35:18 2026\n';
  it('tells starts by the minute, since a process computes its own', () => {
    const { ownStart, isRunning } = psTable(() => START, 2.4, 1795829720_400);
    expect(ownStart).toBe('1795829718');
    expect(isRunning(7, ownStart)).toBe(true);
    expect(isRunning(7, '1795829719')).toBe(true);
    expect(isRunning(7, '1795829018')).toBe(false);
  });

  it('says that there is no such process', () => {
    expect(psTable(() => undefined).isRunning(7, '0')).toBe(false);
  });
});

describe('procTable', () => {
  it('throws where there is no /proc', () => {
    expect(() => procTable('/nowhere')).toThrow();
  });
});
