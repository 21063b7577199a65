import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { linuxMachineOptions, runRequest } from '../../../src/cli/options/linux.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

describe('the request to a guest', () => {
  it('has the arguments that the machine needs before those of the options', async () => {
    const { args } = await runRequest({ tokens: 9, temp: 0 }, ['-c', '512']);
    expect(args.slice(0, 6)).toEqual(['-c', '512', '--predict', '9', '--temp', '0']);
  });

  it('has the requested seed, and none for 0', async () => {
    expect((await runRequest({ seed: 7n })).args.slice(0, 2)).toEqual(['--seed', '7']);
    expect((await runRequest({ seed: 0n })).args).not.toContain('--seed');
    expect((await runRequest({ seed: 2n ** 32n - 2n })).args).toContain('4294967294');
    // To llama.cpp this one is none.
    await expect(runRequest({ seed: 2n ** 32n - 1n })).rejects.toThrow(
      zosiaError('ZOSIA_BAD_OPTION'),
    );
  });

  it('has the requested number of threads', async () => {
    expect((await runRequest({ threads: 3 })).args.slice(0, 2)).toEqual(['--threads', '3']);
    expect(linuxMachineOptions({ wait: 'spin' })).toMatchObject({ wait: 'spin' });
  });

  it('has no chat template unless one is named', async () => {
    const request = await runRequest({ prompt: 'Hi' });
    expect(request.args.join()).not.toMatch(/template|conversation/);
    expect(request.chatTemplate).toBeUndefined();
  });

  it('has the name of a chat template that is built into llama.cpp', async () => {
    const request = await runRequest({ chatTemplate: 'chatml' });
    expect(request.args.slice(0, 2)).toEqual(['--chat-template', 'chatml']);
    expect(request.chatTemplate).toBeUndefined();
  });

  it('has the text of a chat template that is read from a file', async () => {
    const path = folder.file('my template');
    await writeFile(path, '{{ messages }}\n');
    const request = await runRequest({ chatTemplate: path });
    expect(request.chatTemplate).toBe('{{ messages }}\n');
    expect(request.args).not.toContain('--chat-template');
  });

  it('has, for the template none, --no-conversation with a prompt, and else a template without marks', async () => {
    const oneShot = await runRequest({ chatTemplate: 'none', prompt: 'Hi' });
    expect(oneShot.args[0]).toBe('--no-conversation');
    expect(oneShot.chatTemplate).toBeUndefined();
    const chat = await runRequest({ chatTemplate: 'none' });
    expect(chat.args).not.toContain('--no-conversation');
    expect(chat.chatTemplate).toContain('message.content');
  });

  it('is rejected when the template does not exist', async () => {
    await expect(runRequest({ chatTemplate: folder.file('nowhere') })).rejects.toThrow(
      zosiaError('ZOSIA_TEMPLATE_UNUSABLE'),
    );
  });

  it.each([
    [undefined, false],
    ['show', false],
    ['hide', true],
  ] as const)('has, with --reasoning %s, hidden reasoning: %s', async (reasoning, hidden) => {
    const request = await runRequest(reasoning === undefined ? {} : { reasoning });
    expect(request.hideReasoning).toBe(hidden);
  });
});
