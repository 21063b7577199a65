import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  hostProcesses,
  isBeforeReboot,
  parseProcStat,
  parsePs,
  procTable,
  psTable,
} from '../../src/host/process-owner.js';
import type { ProcessTable } from '../../src/host/process-owner.js';
import { temporaryFolder } from '../support/temporary.js';

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
  it('reads the fields after a name with blanks and parentheses', () => {
    const rest = Array.from({ length: 19 }, (_, index) => String(index + 4)).join(' ');
    expect(parseProcStat(`12 (a) R (b c)) S ${rest}`)).toEqual({ state: 'S', start: '22' });
  });
});

describe('parsePs', () => {
  it('returns the start time in seconds', () => {
    expect(parsePs('Ss+  Sat Nov 28 01:35:18 2026\n')).toBe(1795829718);
    expect(parsePs(' S    Sun Mar  1 00:00:00 2026    \n')).toBe(1772323200);
  });

  it('returns undefined for a zombie and for empty output', () => {
    expect(parsePs('Z+   Sat Nov 28 01:35:18 2026\n')).toBeUndefined();
    expect(parsePs('')).toBeUndefined();
  });
});

const TABLES: readonly (readonly [string, () => ProcessTable])[] = [
  ['of this host', hostProcesses],
  ['of ps', () => psTable()],
];

describe.each(TABLES)('the processes %s', (_name, table) => {
  it('include this process with its start time', () => {
    const { ownStart, isRunning } = table();
    expect(ownStart).toMatch(/^\d+$/);
    expect(isRunning(process.pid, ownStart)).toBe(true);
  });

  it('do not include a process that has ended', async () => {
    const { isRunning } = table();
    const start = String(Math.round(Date.now() / 1000));
    const pid = await withChild((child) => child);
    expect(isRunning(pid, start)).toBe(false);
  });

  it('detect a reused process ID by its start time', () => {
    const { ownStart, isRunning } = table();
    expect(isRunning(process.pid, String(Number(ownStart) - 100))).toBe(false);
  });

  it('return the same place each time', () => {
    expect(table().place).toBe(table().place);
    expect(table().place).toMatch(/^[0-9a-z]{8}$/);
  });
});

describe('psTable when ps cannot be run', () => {
  it('reports a process as running', () => {
    const { isRunning } = psTable(() => {
      throw new Error('no ps');
    });
    expect(isRunning(1, '0')).toBe(true);
  });
});

describe('psTable on macOS', () => {
  const START = 'S    Sat Nov 28 01:35:18 2026\n';
  it('accepts a start time that differs by a second, since a process computes its own', () => {
    const { ownStart, isRunning } = psTable(() => START, 2.4, 1795829720_400);
    expect(ownStart).toBe('1795829718');
    expect(isRunning(7, ownStart)).toBe(true);
    expect(isRunning(7, '1795829719')).toBe(true);
    expect(isRunning(7, '1795829018')).toBe(false);
  });

  it('reports a process that ps does not list as not running', () => {
    expect(psTable(() => undefined).isRunning(7, '0')).toBe(false);
  });
});

describe('procTable', () => {
  const folder = temporaryFolder();

  /** What is read of /proc, for a process 7 that started at 22. */
  async function proc(name: string, boot: string, namespace: string): Promise<string> {
    const path = folder.file(name);
    await mkdir(join(path, 'sys/kernel/random'), { recursive: true });
    await mkdir(join(path, 'self/ns'), { recursive: true });
    await writeFile(join(path, 'sys/kernel/random/boot_id'), `${boot}\n`);
    await symlink(namespace, join(path, 'self/ns/pid'));
    const fields = Array.from({ length: 19 }, (_, index) => String(index + 4));
    await writeFile(join(path, 'self/stat'), `7 (node) S ${fields.join(' ')}`);
    return path;
  }

  it('recognises an earlier boot of the same host, and no other place', async () => {
    const [id, other] = [folder.file('machine-id'), folder.file('other-id')];
    await writeFile(id, '0123\n');
    await writeFile(other, '4567\n');
    const first = await proc('first', 'boot 1', 'pid:[4026531836]');
    const second = await proc('second', 'boot 2', 'pid:[4026531836]');
    const container = await proc('container', 'boot 2', 'pid:[4026532000]');
    const here = procTable(second, id).place;
    expect(isBeforeReboot(procTable(first, id).place, here)).toBe(true);
    expect(isBeforeReboot(here, here)).toBe(false);
    expect(isBeforeReboot(procTable(first, other).place, here)).toBe(false);
    expect(isBeforeReboot(procTable(container, id).place, here)).toBe(false);
  });

  it('needs no machine-id', async () => {
    const path = await proc('alone', 'boot', 'pid:[1]');
    expect(procTable(path, folder.file('none')).place).toMatch(/^[0-9a-z]{8}$/);
  });

  it('throws when there is no /proc', () => {
    expect(() => procTable('/nowhere')).toThrow();
  });
});
