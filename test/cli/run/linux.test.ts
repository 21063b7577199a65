import { writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { servingMachine } from '../../machine/support/serving-machine.js';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { writeOwnInitramfs } from '../../support/own-initramfs.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

/** A machine whose server gives an answer, and says how it ended. */
const answers = (text: string, last: Readonly<Record<string, unknown>> = {}): string =>
  servingMachine(`say(${JSON.stringify(text)}); end(${JSON.stringify(last)});`);

/** A machine that fails before it can be asked. */
const fails = (lines: readonly string[]): string =>
  `print(${JSON.stringify([...lines, ''].join('\r\n'))}); done(1);`;

const runZosia = (...args: readonly string[]): ReturnType<typeof zosia> =>
  zosia(args, {
    cwd: folder.path,
    env: {
      PATH: [folder.file('bin'), process.env.PATH].join(delimiter),
      ZOSIA_CACHE: folder.file('cache'),
    },
  });

async function succeeds(...args: readonly string[]) {
  const { stdout, stderr, exitCode } = await runZosia(...args);
  expect(exitCode, stderr).toBe(0);
  return { stdout, stderr };
}

const MACHINE = ['--arch', 'aarch64', '--accel', 'tcg', '--kernel', 'kernel', '--initrd', 'initrd'];

beforeAll(async () => {
  await makeFakeQemu(folder.file('bin'), { machine: answers(' an answer') });
  await writeFile(folder.file('kernel'), 'k');
  await writeOwnInitramfs(folder.file('initrd'), 'aarch64');
  await writeSampleFiles(folder.path);
});

describe('zosia run --prompt', () => {
  const answer = async (model: string): Promise<string> => {
    await succeeds('image', 'model', model, '--out', 'disk.vmdk');
    return (await succeeds('run', ...MACHINE, '--disk', 'disk.vmdk', '--prompt', 'Hi')).stdout;
  };

  it('prints the answer of a chat model without a leading blank', async () => {
    expect(await answer(EMBEDDED_MODEL)).toBe('an answer\n');
  });

  it('keeps the leading blank of the answer when the model has no chat template', async () => {
    const files = ['tiny.bin', '--tokenizer', 'tiny-tokenizer.bin', '--out', 'tiny.gguf'];
    await succeeds('model', 'convert', ...files);
    expect(await answer(folder.file('tiny.gguf'))).toBe(' an answer\n');
  });
});

describe('how an answer ended', () => {
  /** Runs a machine of that kind with --prompt. */
  async function ask(machine: string, ...args: readonly string[]) {
    await makeFakeQemu(folder.file('bin'), { machine });
    return runZosia('run', ...MACHINE, '--prompt', 'Hi', ...args);
  }
  const CUT = { stop_type: 'limit', tokens_predicted: 5 };

  it('is reported on stderr for an answer that was cut, and stdout has only the answer', async () => {
    const { stdout, stderr, exitCode } = await ask(answers('four', CUT), '-n', '5');
    expect(stdout).toBe('four\n');
    expect(stderr).toContain('zosia: the answer was cut: it may have 5 tokens (-n)\n');
    expect(exitCode).toBe(0);
  });

  it('is reported when the answer is empty', async () => {
    const { stdout, stderr, exitCode } = await ask(answers(''));
    expect(stdout.trim()).toBe('');
    expect(stderr).toContain('zosia: the answer is empty: the model ended it at once\n');
    expect(exitCode).toBe(0);
  });

  it('is in the JSON, with the unchanged answer', async () => {
    const { stdout } = await ask(answers(' \u{1f600}\n\n', CUT), '-n', '5', '--json');
    expect(JSON.parse(stdout)).toEqual({
      answer: ' \u{1f600}\n\n',
      reason: 'tokens',
      promptTokens: 3,
      tokens: 5,
      contextTokens: 512,
    });
  });

  it('is unknown where the server says what nobody knows', async () => {
    const { stdout } = await ask(answers('four', { stop_type: 'other' }), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ answer: 'four', reason: 'unknown' });
  });

  it('is reported as an error of its own where llama.cpp cannot use the chat template', async () => {
    const line = 'zosia: the chat template cannot be used: Jinja Exception: no system';
    const message = 'llama.cpp cannot use the chat template: Jinja Exception: no system';
    for (const json of [[], ['--json']]) {
      const { stdout, stderr, exitCode } = await ask(fails([line]), ...json);
      expect(exitCode).toBe(1);
      expect(stdout + stderr).toContain(message);
      expect(stderr).not.toContain('exit status');
      if (json.length === 0) expect(stderr).toContain(`error: ${message}\nhint:  `);
    }
  });

  it('rejects an unknown template or reasoning mode before the guest is started', async () => {
    const template = await ask(answers('four'), '--chat-template', 'nowhere.jinja');
    expect(template).toMatchObject({ exitCode: 1, stdout: '' });
    expect(template.stderr).toContain('error: there is no chat template nowhere.jinja');
    const reasoning = await ask(answers('four'), '--reasoning', 'loud');
    expect(reasoning).toMatchObject({ exitCode: 2, stdout: '' });
    expect(reasoning.stderr).toMatch(/--reasoning.*show, hide/);
  });
});
