import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { zosia } from '../support/cli.js';
import { writeScriptedModel } from '../support/scripted-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

/** As templates of models that reason: the prompt opens the tag already. */
const OPENS_TAG =
  '{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}<think>{% endif %}';
const RAISES = "{{ raise_exception('the first message must be the system\\'s') }}";

describe('how a one-shot ends', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await putGuests(folder.path, ['x86_64']);
    await writeScriptedModel(folder.file('scripted.gguf'), {
      R: ['<think>', ' hm', '</think>', '\n\nfour'],
      E: [],
      L: ['la ', 'la '],
    });
    await writeFile(folder.file('opens.jinja'), OPENS_TAG);
    await writeFile(folder.file('raises.jinja'), RAISES);
  });

  const ask = (prompt: string, ...args: readonly string[]): ReturnType<typeof zosia> =>
    zosia(
      [
        ...['up', 'scripted.gguf', '--arch', 'x86_64', '--accel', 'tcg', '--smp', '1'],
        ...['--temp', '0', '--prompt', prompt, ...args],
      ],
      { cwd: folder.path },
    );

  it('reports a prompt that is longer than -c, though llama.cpp rounds that up', async () => {
    const letters = 'L '.repeat(300).trim();
    const { stdout, stderr, exitCode } = await ask(letters, '-c', '300', '-n', '5');
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^error: the prompt has 301 tokens, and the context has room for 300\nhint: .*--ctx.*\n$/m,
    );
    expect(stderr).not.toMatch(/exit status|SIGABRT|\.cpp/);
    expect(exitCode).toBe(1);
  });

  it('reports on stderr and in JSON that -n cut an answer', async () => {
    const { stdout, stderr, exitCode } = await ask('L', '-n', '5', '--json');
    expect(JSON.parse(stdout)).toEqual({
      answer: 'la '.repeat(5),
      reason: 'tokens',
      promptTokens: 2,
      tokens: 5,
      contextTokens: expect.any(Number) as number,
    });
    expect(stderr).toContain('zosia: the answer was cut: it may have 5 tokens (-n)\n');
    expect(exitCode).toBe(0);
  });

  it('is refused of a guest that is not of this zosia', async () => {
    await writeFile(folder.file('foreign.cpio'), new Uint8Array(512));
    const { stdout, stderr, exitCode } = await zosia(
      ['run', '--initrd', 'foreign.cpio', '--arch', 'x86_64', '--accel', 'tcg', '--prompt', 'L'],
      { cwd: folder.path },
    );
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: the guest in .*foreign\.cpio cannot be asked\nhint: /m);
    expect(exitCode).toBe(1);
  });

  it('reports an empty answer', async () => {
    const { stdout, stderr, exitCode } = await ask('E', '-n', '5');
    expect(stdout.trim()).toBe('');
    expect(stderr).toContain('zosia: the answer is empty: the model ended it at once\n');
    expect(exitCode).toBe(0);
  });

  it('reports a chat template that raises an error in one line', async () => {
    const { stdout, stderr, exitCode } = await ask('E', '--chat-template', 'raises.jinja');
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^error: llama\.cpp cannot use the chat template: .*the first message must be.*\nhint: .*--chat-template.*\n$/m,
    );
    expect(stderr).not.toMatch(/exit status|SIGABRT|\.cpp:\d/);
    expect(exitCode).toBe(1);
  });

  it.each([
    ['shown, with the tag that the template opened', 'show', '<think> hm</think>\n\nfour\n'],
    ['hidden', 'hide', 'four\n'],
  ])('has its reasoning %s', async (_, how, expected) => {
    const options = ['--chat-template', 'opens.jinja', '--reasoning', how];
    const { stdout, stderr, exitCode } = await ask('R', '-n', '20', ...options);
    expect(stdout, stderr).toBe(expected);
    expect(stderr).not.toContain('the answer');
    expect(exitCode).toBe(0);
  });
});
