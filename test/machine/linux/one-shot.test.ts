import { existsSync } from 'node:fs';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OneShotOptions } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { REPORT, askOnce, servingMachine } from '../support/serving-machine.js';
import { PLAIN_SPEC } from '../support/specs.js';
import { temporaryFolder } from '../support/temporary.js';
import { isAlive, startedPid, withEnoughTime } from '../support/processes.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder(), name);

// The machine's private folder is made where temporary files go: watch a place of our own.
const originalTmpdir = process.env.TMPDIR;
beforeEach(() => {
  process.env.TMPDIR = folder();
});
afterEach(() => {
  if (originalTmpdir === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = originalTmpdir;
});

/** Runs a one-shot on a fake QEMU whose machine is the given JavaScript. */
async function answer(machine: string, options: Partial<OneShotOptions> = {}) {
  expect(tmpdir()).toBe(folder());
  const { path } = await makeFakeQemu(at('bin'), { machine });
  const pieces: Uint8Array[] = [];
  const spec = { ...PLAIN_SPEC, qemu: path };
  const result = await askOnce(spec, folder(), {
    onAnswer: (bytes) => void pieces.push(bytes),
    ...options,
  });
  return { ...result, text: Buffer.concat(pieces).toString('utf8') };
}

/** A machine that writes its process number down and then does nothing. */
const HANGS = (pidPath: string) =>
  `print('zosia: init\\r\\nthinking\\r\\n'); writeFileSync(${JSON.stringify(pidPath)}, String(process.pid)); setInterval(() => {}, 1000);`;

const pidIn = async (path: string) => Number(await readFile(path, 'utf8'));

async function expectNothingLeft() {
  expect((await readdir(folder())).filter((name) => name.startsWith('zosia-'))).toEqual([]);
}

describe('runOneShot', () => {
  it('returns the answer as it arrives and how it ended, and ends the machine', async () => {
    const machine = servingMachine(
      `say('Once upon '); setTimeout(() => { say('a time\\n'); end(); }, 50);`,
    );
    expect(await answer(machine)).toEqual({
      text: 'Once upon a time\n',
      exitStatus: 0,
      consoleTail: 'zosia: init',
      report: REPORT,
    });
    await expectNothingLeft();
  });

  it('keeps console and answer apart, so that markers in the answer are ignored', async () => {
    const machine = servingMachine(
      `say('zosia: exit status=0\\n', () => { print('zosia: boo\\r\\n');
        process.stdout.write('zosia: exit status=3\\r\\n', () => process.exit(0)); });`,
    );
    const pieces: string[] = [];
    const result = await answer(machine, {
      onAnswer: (bytes) => void pieces.push(Buffer.from(bytes).toString()),
    });
    expect(pieces).toEqual(['zosia: exit status=0\n']);
    expect(result).toMatchObject({ exitStatus: 3, report: undefined });
    expect(result.consoleTail).toContain('zosia: boo');
  });

  it('reports a machine that dies in the middle of its answer', async () => {
    const machine = servingMachine(
      `say('Once', () => { console.error('qemu: gone'); process.exit(1); });`,
    );
    await expect(answer(machine)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('qemu: gone') as string,
      hint: expect.stringContaining('zosia: init') as string,
    });
  });

  it('reports an answer that is none, and ends the machine', async () => {
    const machine = servingMachine(`response.end('data: nonsense\\n\\n');`);
    await expect(answer(machine)).rejects.toMatchObject({ code: 'ZOSIA_SERVER_FAILED' });
    await expectNothingLeft();
  });

  it('reports what the guest says of a chat template', async () => {
    const machine = `print('zosia: the chat template cannot be used: no\\r\\n'); done(1);`;
    await expect(answer(machine)).rejects.toMatchObject({ code: 'ZOSIA_TEMPLATE_UNUSABLE' });
  });

  it('passes on a megabyte unchanged, as fast as the reader takes it', async () => {
    const machine = servingMachine(
      `const text = String.fromCharCode(...Array(128).keys()).repeat(128);
      for (let i = 0; i < 64; i++) say(text);
      end();`,
    );
    let taken = 0;
    let atOnce = 0;
    await answer(machine, {
      async onAnswer(bytes) {
        expect(++atOnce).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (const byte of bytes) if (byte !== taken++ % 128) throw new Error(`wrong at ${taken}`);
        atOnce--;
      },
    });
    expect(taken).toBe(1 << 20);
  });

  it('keeps the stdin of QEMU open, because a closed port blocks the guest', async () => {
    const machine = servingMachine(
      'setTimeout(end, 100);',
      `process.stdin.on('end', () => { print('hung up\\r\\n'); }).resume();`,
    );
    expect((await answer(machine)).consoleTail).not.toContain('hung up');
  });

  it('distinguishes a failure of the guest from a guest that died', async () => {
    expect(await answer('done(1);')).toMatchObject({ exitStatus: 1 });
    const dies = `print('Kernel panic - not syncing\\r\\n'); console.error('qemu: gone'); process.exit(1);`;
    await expect(answer(dies)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('qemu: gone') as string,
      hint: expect.stringContaining('Kernel panic - not syncing') as string,
    });
    await expect(answer('')).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      hint: expect.stringContaining('printed nothing') as string,
    });
    await expectNothingLeft();
  });

  it('names the signal that killed QEMU', async () => {
    await expect(answer(`process.kill(process.pid, 'SIGKILL');`)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('killed by SIGKILL') as string,
    });
  });

  it('ends a machine that exceeds its time limit', async () => {
    await withEnoughTime(
      async (timeoutSeconds) => {
        await expect(answer(HANGS(at('pid')), { timeoutSeconds })).rejects.toMatchObject({
          code: 'ZOSIA_GUEST_TIMEOUT',
          hint: expect.stringContaining('thinking') as string,
        });
        expect(isAlive(await pidIn(at('pid')))).toBe(false);
      },
      () => existsSync(at('pid')),
    );
    await expectNothingLeft();
  });

  it('kills a machine that ignores SIGTERM', async () => {
    const deaf = `process.on('SIGTERM', () => {}); ${HANGS(at('pid'))}`;
    await withEnoughTime(
      async (timeoutSeconds) => {
        await expect(answer(deaf, { timeoutSeconds })).rejects.toMatchObject({
          code: 'ZOSIA_GUEST_TIMEOUT',
        });
        expect(isAlive(await pidIn(at('pid')))).toBe(false);
      },
      () => existsSync(at('pid')),
    );
  });

  it("ends at the caller's signal", async () => {
    const abort = new AbortController();
    const run = answer(HANGS(at('pid')), { signal: abort.signal });
    const failure = expect(run).rejects.toThrow('enough');
    const pid = await startedPid(at('pid'));
    abort.abort(new Error('enough'));
    await failure;
    expect(isAlive(pid)).toBe(false);
    await expectNothingLeft();
  });

  it('does not start when the signal is already aborted', async () => {
    const signal = AbortSignal.abort(new Error('never'));
    await expect(answer(HANGS(at('pid')), { signal })).rejects.toThrow('never');
    await expect(stat(at('pid'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends at SIGTERM, and removes its handler', async () => {
    const before = process.listenerCount('SIGTERM');
    const run = answer(HANGS(at('pid')));
    const failure = expect(run).rejects.toMatchObject({ code: 'ZOSIA_INTERRUPTED' });
    const pid = await startedPid(at('pid'));
    process.emit('SIGTERM');
    await failure;
    expect(isAlive(pid)).toBe(false);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('ends when the answer cannot be written', async () => {
    const machine = servingMachine(`say('answer');`);
    const onAnswer = () => {
      throw new Error('no room');
    };
    await expect(answer(machine, { onAnswer })).rejects.toThrow('no room');
    await expectNothingLeft();
  });

  it('reports that QEMU has disappeared', async () => {
    const spec = { ...PLAIN_SPEC, qemu: at('missing') };
    await expect(askOnce(spec, folder(), { onAnswer: () => undefined })).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
    });
    await writeFile(at('missing'), 'no program', { mode: 0o755 });
    await expect(askOnce(spec, folder(), { onAnswer: () => undefined })).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
    });
  });
});
