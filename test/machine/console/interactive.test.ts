import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { TerminalInput } from '../../../src/machine/console/terminal.js';
import { runInteractive } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { isAlive, startedPid, until } from '../support/processes.js';
import { TERMINAL_SESSION } from '../support/terminal-session-path.js';
import { PLAIN_SPEC } from '../support/specs.js';
import { temporaryFolder } from '../support/temporary.js';
import { skipWhere } from '../../support/skipping.js';

const folder = temporaryFolder();

/** Takes whatever is written, at the given pace, and remembers it. */
class Sink extends Writable {
  text = '';
  constructor(
    readonly delayMs = 0,
    highWaterMark = 16_384,
  ) {
    super({ highWaterMark });
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('latin1');
    if (this.delayMs === 0) done();
    else setTimeout(done, this.delayMs);
  }
}

/** Takes a few writes, until nobody reads it any more. */
class BrokenSink extends Sink {
  #left: number;
  constructor(writes = 3) {
    super();
    this.#left = writes;
  }
  override _write(chunk: Buffer, encoding: string, done: (error?: Error) => void): void {
    if (this.#left-- > 0) super._write(chunk, encoding, done);
    else done(new Error('EPIPE'));
  }
}

/** Runs a machine on a console that is no terminal, with `input` in the pipe from the start. */
async function run(machine: string, input = '', stdout = new Sink(), foreign?: true) {
  const { path } = await makeFakeQemu(folder(), { machine });
  const stdin = new PassThrough();
  const stderr = new Sink();
  stdin.end(Buffer.from(input, 'latin1'));
  const result = await runInteractive(
    { ...PLAIN_SPEC, qemu: path, ...(foreign ? { isForeign: foreign } : {}) },
    { stdin, stdout, stderr },
    { restMs: 50 },
  );
  return { ...result, stdin, stdout: stdout.text, stderr: stderr.text };
}

const STARTS = `print('zosia: init\\r\\nzosia: starting llama-cli (model /models/model.gguf)\\r\\n');`;

/** Asks for a line, as a guest does that reads a pipe. */
const ASKS = `process.stdout.write('\\x1b[?2004h');`;

/** Collects what is typed, a line at a time, shows it in hexadecimal when Ctrl+D comes, and ends. */
const LISTENS = `${ASKS} let typed = ''; process.stdin.on('data', (bytes) => {
  typed += bytes.toString('hex');
  if (bytes.at(-1) === 10) ${ASKS}
  if (!typed.endsWith('04')) return;
  print('typed ' + typed + '\\r\\n'); done(0);
});`;

describe('runInteractive on a pipe', () => {
  it('prints the console and returns the exit status of the guest', async () => {
    const { exitStatus, stdout, stderr } = await run(`${STARTS} done(7);`);
    expect(exitStatus).toBe(7);
    expect(stdout).toBe(
      'zosia: init\r\nzosia: starting llama-cli (model /models/model.gguf)\r\nzosia: exit status=7\r\n',
    );
    expect(stderr).toBe('');
  });

  it('sends a line at each prompt, then what ends a session', async () => {
    const { stdout } = await run(`${STARTS} ${LISTENS}`, 'h\xc3\xa9\nyou\n');
    const typed = Buffer.from('h\xc3\xa9\nyou\n\x04', 'latin1');
    expect(stdout).toContain(`typed ${typed.toString('hex')}\r\n`);
    expect(stdout).not.toContain('[?2004h');
  });

  it('sends no control characters but tabs and line ends', async () => {
    const { stdout } = await run(`${STARTS} ${LISTENS}`, 'h\x01\x03i\t\x1b[Ax\x7f\r\n');
    expect(stdout).toContain(`typed ${Buffer.from('hi\t[Ax\n\x04').toString('hex')}\r\n`);
  });

  it('adds a missing line end to the last line', async () => {
    const { stdout } = await run(`${STARTS} ${LISTENS}`, 'hi');
    expect(stdout).toContain(`typed ${Buffer.from('hi\n\x04').toString('hex')}\r\n`);
  });

  it('sends nothing before the guest reads', async () => {
    const machine = `let early = 0; process.stdin.on('data', (bytes) => { early += bytes.length; });
      setTimeout(() => { print('early ' + early + '\\r\\n'); ${STARTS} ${LISTENS} }, 200);`;
    expect((await run(machine, 'hi\n')).stdout).toContain('early 0\r\n');
  });

  /** Reads lines, and never says that it wants one; tells what was typed when Ctrl+D comes. */
  const UNMARKED = LISTENS.replaceAll(ASKS, '');

  it.each([
    ['of another PID 1, which prints no marker', `print('Linux boots\\r\\n');`, true],
    ['of an older init, which does not mark its prompt', STARTS, undefined],
  ] as const)('sends all lines once the console is idle: a guest %s', async (_, says, foreign) => {
    const { stdout } = await run(`${says} ${UNMARKED}`, 'one\ntwo\n', new Sink(), foreign);
    expect(stdout).toContain(`typed ${Buffer.from('one\ntwo\n\x04').toString('hex')}\r\n`);
  });

  it.each([
    ['that is still booting, and is not foreign', `print('Linux boots\\r\\n');`, undefined],
    ['of zosia that has not started llama-cli', `print('zosia: init\\r\\n');`, true],
    [
      'that seals its lines, and will mark',
      `print('zosia: init\\r\\n\\0zosia: starting llama-cli\\r\\n');`,
      true,
    ],
  ] as const)('sends nothing when the console is idle to a guest %s', async (_, says, foreign) => {
    const machine = `let early = 0; process.stdin.on('data', (bytes) => { early += bytes.length; });
      ${says} setTimeout(() => { print('early ' + early + '\\r\\n\\0'); done(0); }, 500);`;
    expect((await run(machine, 'hi\n', new Sink(), foreign)).stdout).toContain('early 0\r\n');
  });

  it('accepts more input than fits into any buffer', async () => {
    const machine = `${STARTS} ${ASKS} let count = 0; process.stdin.on('data', (bytes) => {
      if (bytes.includes(10)) ${ASKS}
      count += bytes.length; process.stdin.pause(); setTimeout(() => process.stdin.resume(), 1);
      if (bytes.at(-1) === 4) { print('count ' + count + '\\r\\n'); done(0); } });`;
    const { stdout } = await run(machine, 'x'.repeat((1 << 20) - 1) + '\n');
    expect(stdout).toContain(`count ${(1 << 20) + '\x04'.length}\r\n`);
  });

  it('waits for a slow reader and loses nothing', async () => {
    const machine = `process.stdout.write(Buffer.alloc(1 << 20, 0x61), () => done(0));`;
    const { stdout } = await run(machine, '', new Sink(1, 1));
    expect(stdout).toHaveLength((1 << 20) + 'zosia: exit status=0\r\n'.length);
  });

  it('releases the input when it ends', async () => {
    const { stdin } = await run(`${STARTS} done(0);`, 'hi\n');
    expect(stdin.listenerCount('data')).toBe(0);
    expect(stdin.listenerCount('end')).toBe(0);
  });

  it('reports the death of QEMU, and its reason', async () => {
    const machine = `${STARTS} console.error('qemu: out of memory'); process.exitCode = 1; process.stdin.destroy();`;
    await expect(run(machine)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('qemu: out of memory') as string,
      hint: expect.stringContaining('zosia: starting llama-cli') as string,
    });
  });

  it('names the signal that killed QEMU', async () => {
    await expect(run(`process.kill(process.pid, 'SIGKILL');`)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('killed by SIGKILL') as string,
    });
  });

  it('ends when the reader closes the console output', async () => {
    const machine = `setInterval(() => print('x\\r\\n'), 10);`;
    await expect(run(machine, '', new BrokenSink())).rejects.toThrow('EPIPE');
  });

  it.each(['before the guest has said anything', 'while the guest runs'])(
    'ends, and QEMU with it, when the input breaks off %s',
    async (when) => {
      const pidPath = join(folder(), 'qemu.pid');
      const starts = when.startsWith('before') ? '' : STARTS;
      const machine = `${starts} writeFileSync(${JSON.stringify(pidPath)}, String(process.pid)); setInterval(() => {}, 1000);`;
      const { path } = await makeFakeQemu(folder(), { machine });
      const io = { stdin: new PassThrough(), stdout: new Sink(), stderr: new Sink() };
      const session = runInteractive({ ...PLAIN_SPEC, qemu: path }, io);
      const failed = expect(session).rejects.toMatchObject({
        code: 'ZOSIA_FILE_UNREADABLE',
        message: 'standard input cannot be read: input/output error (EIO)',
      });
      const pid = await startedPid(pidPath);
      io.stdin.destroy(Object.assign(new Error('read EIO'), { code: 'EIO', syscall: 'read' }));
      await failed;
      expect(isAlive(pid)).toBe(false);
    },
  );

  it('returns what the guest has ended with when the terminal is gone by then', async () => {
    const { path } = await makeFakeQemu(folder(), { machine: `${STARTS} done(7);` });
    const modes: boolean[] = [];
    const stdin: PassThrough & TerminalInput = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode(isRaw: boolean) {
        modes.push(isRaw);
        // As Node does where the system refuses.
        if (!isRaw) stdin.emit('error', Object.assign(new Error('EIO'), { code: 'EIO' }));
      },
    });
    const io = { stdin, stdout: new Sink(), stderr: new BrokenSink(0) };
    const session = runInteractive({ ...PLAIN_SPEC, qemu: path }, io);
    expect(await session).toEqual({ exitStatus: 7 });
    expect(modes).toEqual([true, false]);
    for (const stream of Object.values(io)) expect(stream.listenerCount('error')).toBe(0);
    expect(stdin.listenerCount('end')).toBe(0);
  });

  it('ends when the caller cancels', async () => {
    const { path } = await makeFakeQemu(folder(), { machine: 'setInterval(() => {}, 1000);' });
    const io = { stdin: new PassThrough(), stdout: new Sink(), stderr: new Sink() };
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort(new Error('enough'));
    }, 300);
    await expect(
      runInteractive({ ...PLAIN_SPEC, qemu: path }, io, { signal: abort.signal }),
    ).rejects.toThrow('enough');
  });

  // Elsewhere nothing tells QEMU that zosia is gone.
  const notLinux = skipWhere(process.platform !== 'linux', 'setpriv(1) is of Linux');
  it('ends QEMU when zosia is killed', notLinux, async () => {
    const pidPath = join(folder(), 'qemu.pid');
    const machine = `writeFileSync(${JSON.stringify(pidPath)}, String(process.pid)); setInterval(() => {}, 1000);`;
    const { path } = await makeFakeQemu(folder(), { machine });
    const session = spawn(process.execPath, [TERMINAL_SESSION, path, 'normal'], { stdio: 'pipe' });
    const pid = await startedPid(pidPath);
    session.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});
