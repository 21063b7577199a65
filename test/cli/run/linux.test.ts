import { writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeFakeQemu } from '../../machine/support/fake-qemu.js';
import { writeSampleFiles } from '../../recipes/efi/samples.js';
import { zosia } from '../../support/cli.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

/** A machine that prints an answer, and on its console these lines. */
const answers = (text: string, lines: readonly string[], status = 0): string =>
  `process.stdout.write(${JSON.stringify(text)});
   print(${JSON.stringify(['zosia: init', ...lines, ''].join('\r\n'))}); done(${status});`;

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
  await makeFakeQemu(folder.file('bin'), { machine: answers(' an answer', []) });
  await writeFile(folder.file('kernel'), 'k');
  await writeFile(folder.file('initrd'), 'i');
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
  const REPORT = 'zosia: answer end=tokens prompt_tokens=3 tokens=5 context=512';

  it('is reported on stderr for an answer that was cut, and stdout has only the answer', async () => {
    const { stdout, stderr, exitCode } = await ask(answers('four', [REPORT]));
    expect(stdout).toBe('four\n');
    expect(stderr).toContain('zosia: the answer was cut: it may have 5 tokens (-n)\n');
    expect(exitCode).toBe(0);
  });

  it('is reported when the answer is empty', async () => {
    const ended = REPORT.replace('tokens ', 'end ');
    const { stdout, stderr, exitCode } = await ask(answers('', [ended]));
    expect(stdout.trim()).toBe('');
    expect(stderr).toContain('zosia: the answer is empty: the model ended it at once\n');
    expect(exitCode).toBe(0);
  });

  it('is in the JSON, with the unchanged answer', async () => {
    const { stdout } = await ask(answers(' \u{1f600}\n\n', [REPORT]), '--json');
    expect(JSON.parse(stdout)).toEqual({
      answer: ' \u{1f600}\n\n',
      reason: 'tokens',
      promptTokens: 3,
      tokens: 5,
      contextTokens: 512,
    });
  });

  it('is unknown for a guest that does not report it', async () => {
    const { stdout } = await ask(answers('four', []), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ answer: 'four', reason: 'unknown', tokens: null });
  });

  it.each([
    [
      'zosia: the prompt is too long: tokens=301 room=300',
      'error: the prompt has 301 tokens, and the context has room for 300',
    ],
    [
      'zosia: the chat template cannot be used: Jinja Exception: no system',
      'error: llama.cpp cannot use the chat template: Jinja Exception: no system',
    ],
  ])('is reported as an error of its own for %j', async (line, message) => {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr, exitCode } = await ask(answers('', [line], 1), ...json);
      expect(exitCode).toBe(1);
      expect(stdout + stderr).toContain(message.replace('error: ', ''));
      expect(stderr).not.toContain('exit status');
      if (json.length === 0) expect(stderr).toContain(`${message}\nhint:  `);
    }
  });

  it('rejects an unknown template or reasoning mode before the guest is started', async () => {
    const template = await ask(answers('four', []), '--chat-template', 'nowhere.jinja');
    expect(template).toMatchObject({ exitCode: 1, stdout: '' });
    expect(template.stderr).toContain('error: there is no chat template nowhere.jinja');
    const reasoning = await ask(answers('four', []), '--reasoning', 'loud');
    expect(reasoning).toMatchObject({ exitCode: 2, stdout: '' });
    expect(reasoning.stderr).toMatch(/--reasoning.*show, hide/);
  });
});
