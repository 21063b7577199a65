import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { formatCommand } from '../../../src/machine/machine.js';
import { openTerminal } from '../../support/terminal.js';
import type { TerminalSession } from '../../support/terminal.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { isAlive, startedPid, until } from '../support/processes.js';
import { TERMINAL_SESSION } from '../support/terminal-session-path.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** Shows each key in hexadecimal; `q` ends the machine with status 7, `k` kills QEMU. */
const echoes = (pidPath: string) => `
writeFileSync(${JSON.stringify(pidPath)}, String(process.pid));
print('zosia: starting llama-cli (model /models/model.gguf)\\r\\nready\\r\\n');
const alive = setInterval(() => {}, 1000); // as QEMU, which minds no end of its input
process.stdin.on('data', (bytes) => {
  for (const byte of bytes) print('<' + byte.toString(16) + '>');
  if (bytes.includes(0x71)) { print('\\r\\n'); done(7); clearInterval(alive); }
  if (bytes.includes(0x6b)) process.kill(process.pid, 'SIGKILL');
});`;

interface Session {
  readonly output: () => string;
  type(keys: string): void;
  /** Kills the process that runs the machine. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Closes the terminal, as a user closes a window. */
  hangUp(): void;
  /** The code of the error that it ended with, whether or not there is a terminal. */
  failure(): Promise<string>;
  /** Terminal modes before and after, and the exit status. */
  ended(): Promise<{ before: string; after: string; status: number }>;
  qemuPid(): Promise<number>;
}

const terminals: TerminalSession[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.kill();
});

/** Starts a session on a terminal of its own, between two looks at the terminal's modes. */
async function start(
  ending: 'normal' | 'throws' = 'normal',
  serial = '',
  first = '',
): Promise<Session> {
  const pidPath = join(folder(), 'qemu.pid');
  const sessionPath = join(folder(), 'session.pid');
  const failurePath = join(folder(), 'session.failure');
  const { path } = await makeFakeQemu(folder(), {
    machine: first + echoes(pidPath),
  });
  const command = formatCommand([
    process.execPath,
    TERMINAL_SESSION,
    path,
    ending,
    serial,
    failurePath,
  ]);
  const script = [
    'trap "" HUP TERM INT',
    'echo "the before=$(stty -g)"',
    `(trap - HUP TERM INT; echo $(exec sh -c 'echo $PPID') > ${formatCommand([sessionPath])}; exec ${command})`,
    'echo "the status=$?"',
    'echo "the after=$(stty -g)"',
    // What it has printed may be lost when it ends: that has to be read before.
    'read -r enter',
  ].join('\n');
  const terminal = openTerminal('/bin/sh', ['-c', script], { cwd: folder() });
  terminals.push(terminal);
  const output = (): string => terminal.output();
  const value = (name: string) => new RegExp(`the ${name}=(\\S+)`).exec(output())?.[1] ?? '';
  return {
    output,
    type: (keys) => {
      terminal.type(keys);
    },
    async kill(signal) {
      process.kill(await startedPid(sessionPath), signal);
    },
    hangUp: () => {
      terminal.close();
    },
    failure: () => until(async () => (await readFile(failurePath, 'utf8')) || false),
    async ended() {
      await until(() => /the after=\S+\r\n/.test(output()));
      terminal.type('\r');
      await terminal.ended();
      const [before, after, status] = [value('before'), value('after'), Number(value('status'))];
      expect(output()).toMatch(/the before=.*the status=.*the after=/s);
      if (output().includes('the left=')) expect(value('left')).toBe(before);
      return { before, after, status };
    },
    qemuPid: () => startedPid(pidPath),
  };
}

const ready = (session: Session) => until(() => session.output().includes('ready'));

describe('runInteractive on a terminal', () => {
  it('sends every key to the guest unchanged and restores the terminal', async () => {
    const session = await start();
    await ready(session);
    expect(session.output()).toContain('Ctrl+A X ends the machine');
    session.type('a\x03\x04\x1a\x01\x01\r');
    await until(() => session.output().includes('<61><3><4><1a><1><d>'));
    session.type('q');
    const { before, after, status } = await session.ended();
    expect(status).toBe(7);
    expect(after).toBe(before);
    // No echo of the terminal's own while the session ran.
    expect(session.output()).not.toContain('a<61>');
    expect(session.output()).not.toContain('^C');
  });

  it('ends at its escape key', async () => {
    const session = await start();
    await ready(session);
    const pid = await session.qemuPid();
    session.type('\x01x');
    const { before, after, status } = await session.ended();
    expect(status).toBe(0);
    expect(after).toBe(before);
    expect(isAlive(pid)).toBe(false);
  });

  it('restores the terminal when QEMU dies', async () => {
    const session = await start();
    await ready(session);
    session.type('k');
    const { before, after, status } = await session.ended();
    expect(status).toBe(99);
    expect(session.output()).toContain('session failed: ZOSIA_GUEST_DIED');
    expect(after).toBe(before);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'restores the terminal and ends QEMU at a %s',
    async (signal) => {
      const session = await start();
      await ready(session);
      const pid = await session.qemuPid();
      await session.kill(signal);
      const { before, after, status } = await session.ended();
      expect(status).toBe(99);
      expect(session.output()).toContain('session failed: ZOSIA_INTERRUPTED');
      expect(after).toBe(before);
      expect(isAlive(pid)).toBe(false);
    },
  );

  it('ends QEMU when the terminal is closed', async () => {
    const session = await start();
    await ready(session);
    const pid = await session.qemuPid();
    session.hangUp();
    expect(await session.failure()).toBe('ZOSIA_INTERRUPTED');
    await until(() => !isAlive(pid));
  });

  it('restores the terminal and ends QEMU at an uncaught exception', async () => {
    const session = await start('throws');
    await ready(session);
    const pid = await session.qemuPid();
    await session.kill('SIGUSR2');
    const { before, after, status } = await session.ended();
    expect(status).toBe(1);
    expect(session.output()).toContain('a defect');
    expect(after).toBe(before);
    await until(() => !isAlive(pid));
  });

  it('gives the terminal to QEMU when QEMU_SERIAL says so, and restores it', async () => {
    const session = await start('normal', 'mon:stdio');
    await ready(session);
    // The terminal is as it was: it gathers lines and echoes them.
    session.type('ab\r');
    await until(() => session.output().includes('ab\r\n<61><62><a>'));
    session.type('q\r');
    const { before, after, status } = await session.ended();
    expect(status).toBe(0);
    expect(after).toBe(before);
  });

  it('restores the terminal when QEMU had it and was killed', async () => {
    const session = await start('normal', 'mon:stdio', 'process.stdin.setRawMode(true);');
    await ready(session);
    session.type('ab');
    await until(() => session.output().includes('<61><62>'));
    session.type('k');
    const { before, after, status } = await session.ended();
    expect(status).toBe(99);
    expect(after).toBe(before);
  });
});
