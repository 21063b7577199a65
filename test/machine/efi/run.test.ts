import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runEfi } from '../../../src/machine/machine.js';
import type { EfiRunOptions, Firmware, Screenshot } from '../../../src/machine/machine.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { qmpMachine } from '../support/fake-qmp.js';
import { isAlive, startedPid, withEnoughTime } from '../support/processes.js';
import { EFI_SPEC } from '../support/specs.js';
import { temporaryFolder } from '../support/temporary.js';

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

interface RunOptions extends EfiRunOptions {
  readonly ask?: boolean;
  readonly firmware?: Firmware;
}

/** Runs a fake QEMU whose machine is the given JavaScript, and collects all it gives. */
async function run(machine: string, options: RunOptions = {}) {
  const { path } = await makeFakeQemu(at('bin'), { machine });
  const { ask = true, firmware = EFI_SPEC.firmware, ...others } = options;
  let answer = '';
  let console = '';
  const { consoleTail } = await runEfi(
    { ...EFI_SPEC, qemu: path, firmware },
    {
      ...(ask ? { onAnswer: (bytes) => void (answer += Buffer.from(bytes).toString()) } : {}),
      onConsole: (bytes) => void (console += Buffer.from(bytes).toString()),
      ...others,
    },
  );
  return { answer, console, consoleTail };
}

/** Prints, then powers off as the application does. */
const says = (text: string) =>
  `process.stdout.write(${JSON.stringify(text)}, () => process.stdin.destroy());`;

/** Prints, writes its process number down, and does nothing more. */
const hangs = (text = '') =>
  `print(${JSON.stringify(text)}); writeFileSync(${JSON.stringify(at('pid'))}, String(process.pid)); setInterval(() => {}, 1000);`;

async function expectNothingLeft() {
  const started = await readFile(at('pid'), 'utf8').catch(() => undefined);
  if (started !== undefined) expect(isAlive(Number(started))).toBe(false);
  expect((await readdir(folder())).filter((name) => name.startsWith('zosia-'))).toEqual([]);
}

const ANSWERED = 'Once\x02 upon\x03 upon\x02 a time\x03 a time\r\n\x04';

describe('a one-shot', () => {
  it('returns the text of the frames, and the console apart from it', async () => {
    expect(await run(says(ANSWERED))).toEqual({
      answer: ' upon a time',
      console: 'Once upon a time\r\n',
      consoleTail: 'Once upon a time',
    });
    await expectNothingLeft();
  });

  it('waits for a slow reader of the answer', async () => {
    let atOnce = 0;
    let taken = 0;
    const frames = `process.stdout.write('\\x02' + 'x'.repeat(1 << 20) + '\\x03\\x04', () => process.stdin.destroy());`;
    await run(frames, {
      async onAnswer(bytes) {
        expect(++atOnce).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        taken += bytes.length;
        atOnce--;
      },
    });
    expect(taken).toBe(1 << 20);
  });

  it('keeps the serial port open', async () => {
    const machine = `process.stdin.on('end', () => print('hung up')).resume();
      setTimeout(() => { process.stdout.write('\\x04', () => process.exit(0)); }, 100);`;
    expect((await run(machine)).console).toBe('');
  });

  it.each([
    ['a frame', '\x18the tokenizer is of another vocabulary\x03', 'the tokenizer is of another'],
    ['the console', 'zosia: there is no llama2.bin\r\n', 'there is no llama2.bin'],
  ])('fails with the error of the application, in %s', async (_, text, reason) => {
    await expect(run(says(`banner\r\n${text}`))).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_FAILED',
      message: expect.stringMatching(`^the machine has no answer: ${reason}`) as string,
      hint: expect.stringContaining('banner') as string,
    });
    await expectNothingLeft();
  });

  it.each([
    ['Model: llama, 5 layers of 96, 6 heads, 9 tokens, context 1\r\n', /longer context.*contextTo/],
    ['Model config: dim=64\r\n', /^Give a shorter prompt\.$/],
  ])(
    'tells what to do about a prompt that the context has no room for, after %j',
    async (banner, hint) => {
      const failure = '\x18the prompt has 9 tokens, and the model can look back on 1\x03';
      await expect(run(says(banner + failure))).rejects.toMatchObject({
        code: 'ZOSIA_GUEST_FAILED',
        hint: expect.stringMatching(hint) as string,
      });
    },
  );

  it('fails when the machine ends before the answer', async () => {
    await expect(run(says('Once\x02 upon\x03'))).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
    });
    const dies = `console.error('qemu: no such firmware'); process.exit(1);`;
    await expect(run(dies)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('no such firmware') as string,
    });
  });

  it('names the signal that killed QEMU', async () => {
    await expect(run(`process.kill(process.pid, 'SIGKILL');`)).rejects.toMatchObject({
      code: 'ZOSIA_GUEST_DIED',
      message: expect.stringContaining('killed by SIGKILL') as string,
    });
  });

  it('ends a machine that exceeds its time limit', async () => {
    await withEnoughTime(
      async (timeoutSeconds) => {
        await expect(run(hangs('thinking\r\n'), { timeoutSeconds })).rejects.toMatchObject({
          code: 'ZOSIA_GUEST_TIMEOUT',
          hint: expect.stringContaining('thinking') as string,
        });
      },
      () => existsSync(at('pid')),
    );
    await expectNothingLeft();
  });

  it('names the given firmware when there is no answer', async () => {
    const firmware = { ...EFI_SPEC.firmware, isNamed: true } as const;
    await expect(run(hangs(), { firmware, timeoutSeconds: 0.5 })).rejects.toMatchObject({
      hint: 'Give it more time: it has printed nothing yet. Check firmware, too.',
    });
    await expect(run('process.exit(1);', { firmware })).rejects.toMatchObject({
      hint: expect.stringContaining('Check firmware, too.') as string,
    });
  });

  it('ends when the answer cannot be written', async () => {
    const onAnswer = () => {
      throw new Error('no room');
    };
    await expect(run(hangs(ANSWERED), { onAnswer })).rejects.toThrow('no room');
    await expectNothingLeft();
  });

  it("ends at the caller's signal, and does not start when that is already aborted", async () => {
    const abort = new AbortController();
    const failure = expect(run(hangs(), { signal: abort.signal })).rejects.toThrow('enough');
    await startedPid(at('pid'));
    abort.abort(new Error('enough'));
    await failure;
    await expectNothingLeft();
    await expect(run(hangs(), { signal: abort.signal })).rejects.toThrow('enough');
  });
});

describe('a screenshot', () => {
  const FINISHED = `print('29 tokens in 0.089 s: 214.48 tokens/s\\r\\n');`;

  /** Runs a machine until its picture has been taken. */
  async function photograph(
    machine: string,
    options: Partial<EfiRunOptions> & { ask?: boolean; pictures?: readonly string[] } = {},
  ) {
    const { pictures = ['picture'], ...others } = options;
    const shots: Screenshot[] = [];
    const result = await run(`${qmpMachine(pictures)} ${machine}`, {
      ask: false,
      onScreenshot: (screenshot) => void shots.push(screenshot),
      ...others,
    });
    const [shot, ...more] = shots;
    expect(more).toEqual([]);
    return { ...result, png: Buffer.from(shot!.png).toString(), hasSettled: shot!.hasSettled };
  }

  it('is taken when the text is complete and the screen no longer changes, then QEMU ends', async () => {
    const pictures = ['one', 'two', 'three', 'still', 'still', 'later'];
    expect(await photograph(FINISHED, { pictures })).toMatchObject({
      png: 'still',
      hasSettled: true,
      consoleTail: '29 tokens in 0.089 s: 214.48 tokens/s',
    });
    await expectNothingLeft();
  });

  it.each([
    ['the prompt', `print('Type a text, or /help.\\r\\n> ');`],
    ['the last line of the application', `print('Hello. Press any key to leave.\\r\\n');`],
    ['the power going off', `setTimeout(() => tell({ event: 'SHUTDOWN' }), 50);`],
  ])('is taken at %s', async (_, machine) => {
    expect(await photograph(machine)).toMatchObject({ png: 'picture', hasSettled: true });
  });

  it('is taken after the answer of a one-shot', async () => {
    const machine = `print(${JSON.stringify(ANSWERED)});`;
    expect(await photograph(machine, { ask: true })).toMatchObject({
      answer: ' upon a time',
      hasSettled: true,
    });
  });

  it('is taken when the time is over, even if the screen still changes', async () => {
    const pictures = Array.from({ length: 200 }, (_, index) => `frame ${index}`);
    const restless = await photograph(FINISHED, { pictures, timeoutSeconds: 1 });
    expect(restless.hasSettled).toBe(false);
    expect(restless.png).toMatch(/^frame \d+$/);
    const silent = await photograph('', { timeoutSeconds: 0.2 });
    expect(silent).toMatchObject({ png: 'picture', hasSettled: false });
  });

  it('is taken even when a one-shot has no answer in time', async () => {
    const shots: Screenshot[] = [];
    const onScreenshot = (screenshot: Screenshot) => void shots.push(screenshot);
    await expect(
      run(qmpMachine(['picture']), { onScreenshot, timeoutSeconds: 0.5 }),
    ).rejects.toMatchObject({ code: 'ZOSIA_GUEST_TIMEOUT' });
    expect(shots).toHaveLength(1);
  });

  it('fails with the error of the application', async () => {
    const machine = `print('zosia: no memory\\r\\nPress any key to leave.\\r\\n');`;
    await expect(photograph(machine)).rejects.toMatchObject({ code: 'ZOSIA_GUEST_FAILED' });
  });

  it('fails with the error of QEMU', async () => {
    const machine = `${FINISHED} onCommand = ({ execute, id }) => execute === 'screendump'
      ? tell({ error: { desc: 'there is no console' }, id }) : tell({ return: {}, id });`;
    await expect(photograph(machine)).rejects.toMatchObject({
      code: 'ZOSIA_QMP_FAILED',
      message: expect.stringContaining('there is no console') as string,
    });
    await expectNothingLeft();
  });

  it('distinguishes a QEMU that has died from one that rejects a command', async () => {
    const machine = `console.error('qemu: no such firmware'); process.exit(1);`;
    await expect(run(machine, { ask: false, onScreenshot: () => undefined })).rejects.toMatchObject(
      {
        code: 'ZOSIA_GUEST_DIED',
        message: expect.stringContaining('no such firmware') as string,
      },
    );
  });

  it('kills a QEMU that does not quit', async () => {
    const machine = `${FINISHED} const answer = onCommand; onCommand = (command) =>
      command.execute === 'quit' ? control.destroy() : answer(command); ${hangs()}`;
    expect(await photograph(machine)).toMatchObject({ png: 'picture' });
    await expectNothingLeft();
  });

  it("ends at the caller's signal", async () => {
    const signal = AbortSignal.timeout(300);
    await expect(photograph('', { signal })).rejects.toThrow('timeout');
    await expectNothingLeft();
  });

  it('ends when the picture cannot be saved', async () => {
    const onScreenshot = () => Promise.reject(new Error('no room'));
    await expect(photograph(FINISHED, { onScreenshot })).rejects.toThrow('no room');
    await expectNothingLeft();
  });
});
