import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenTargets } from '../../../src/serve/listen/listen-targets.js';
import { zosiaError } from '../../support/errors.js';
import { hasProgram } from '../../support/programs.js';
import { skipWhere } from '../../support/skipping.js';
import { descriptorOf, endWithTest, listening, portOf } from './sockets.js';

const LISTENS = fileURLToPath(new URL('listens.ts', import.meta.url));
/** A process that listens on what it is handed, and says so to whoever asks. */
const CHILD = [process.execPath, '--import', 'tsx', LISTENS];

describe('listenTargets', () => {
  it('returns nothing without the variables, or for another process', () => {
    expect(listenTargets({}, 7)).toEqual([]);
    expect(listenTargets({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7)).toEqual([]);
    expect(listenTargets({ LISTEN_FDS: '1' }, 7)).toEqual([]);
    expect(listenTargets({ LISTEN_PID: '7' }, 7)).toEqual([]);
  });

  it.each([
    { LISTEN_PID: '8', LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' },
    { LISTEN_PID: '7', LISTEN_FDS: 'x', LISTEN_PIDFDID: '12' },
    { LISTEN_FDS: '1' },
  ])('deletes the variables of the protocol alone: %o', (variables) => {
    const env: Record<string, string | undefined> = { ...variables, PATH: '/bin', LISTEN: 'mine' };
    try {
      listenTargets(env, 7);
    } catch (error) {
      expect(error).toEqual(zosiaError('ZOSIA_LISTEN_FDS_INVALID'));
    }
    expect(env).toEqual({ PATH: '/bin', LISTEN: 'mine' });
  });

  it.each([
    { LISTEN_PID: 'x', LISTEN_FDS: '1' },
    { LISTEN_PID: '-7', LISTEN_FDS: '1' },
    { LISTEN_PID: '7', LISTEN_FDS: '0' },
    { LISTEN_PID: '7', LISTEN_FDS: '-1' },
    { LISTEN_PID: '7', LISTEN_FDS: '1e1' },
    { LISTEN_PID: '7', LISTEN_FDS: '' },
    { LISTEN_PID: '7', LISTEN_FDS: '2147483647' },
    { LISTEN_PID: '7', LISTEN_FDS: '1', LISTEN_FDNAMES: 'one:two' },
    { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: '' },
  ])('refuses %o', (variables) => {
    expect(() => listenTargets(variables, 7)).toThrow(zosiaError('ZOSIA_LISTEN_FDS_INVALID'));
  });

  it('refuses descriptors that are not open, or no sockets', () => {
    const opened = openSync(LISTENS, 'r');
    onTestFinished(() => {
      closeSync(opened);
    });
    // Which of its own descriptors are sockets, only the process knows.
    let count = 1;
    while (isSocket(2 + count)) count++;
    const env = { LISTEN_PID: '7', LISTEN_FDS: String(count) };
    expect(() => listenTargets(env, 7)).toThrow(
      new RegExp(`descriptor ${2 + count} is (?:no socket|not open)`),
    );
  });
});

describe('a process that is handed sockets', () => {
  it('answers who asked before it ran, by the name of each socket, and hands none on', async () => {
    const parents = await Promise.all([listening(), listening()]);
    const ports = parents.map(portOf);
    // systemd names the process that it has become: so does a shell that becomes another program.
    const child = spawn('sh', ['-c', 'LISTEN_PID=$$ exec "$@"', 'sh', ...CHILD], {
      stdio: ['ignore', 'ignore', 'inherit', ...parents.map(descriptorOf)],
      env: { ...process.env, LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:other' },
    });
    endWithTest(child);
    for (const each of parents) each.close();
    const answers = await Promise.all(ports.map(ask));
    expect(answers).toEqual(
      ports.map((port, index) => ({
        fd: 3 + index,
        name: ['http', 'other'][index],
        left: [],
        inherited: 'false',
        address: { address: '127.0.0.1', family: 'IPv4', port },
      })),
    );
  });
});

const NEEDS_SYSTEMD = skipWhere(
  !hasProgram('systemd-socket-activate'),
  'no systemd-socket-activate here',
);

describe('what systemd starts for a socket', NEEDS_SYSTEMD, () => {
  it('is started by the first who asks, and answers', async () => {
    const free = await listening();
    const port = portOf(free);
    free.close();
    await once(free, 'close');
    const args = [`--listen=127.0.0.1:${port}`, '--fdname=models', ...CHILD];
    endWithTest(spawn('systemd-socket-activate', args, { stdio: 'ignore' }));
    const answer = await untilListening(() => ask(port));
    expect(answer).toMatchObject({ fd: 3, name: 'models', left: [], inherited: 'false' });
  });
});

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

async function ask(port: number): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${port}/`)).json();
}

/** What begins to listen at its own time refuses until then. */
async function untilListening<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 100; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await setTimeout(100);
    }
  }
}
