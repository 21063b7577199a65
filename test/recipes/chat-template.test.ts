import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  BUILT_IN_CHAT_TEMPLATES,
  chooseChatTemplate,
  readChatTemplate,
} from '../../src/recipes/chat-template.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const MAX_BYTES = 1 << 20;

describe('readChatTemplate', () => {
  const folder = temporaryFolder();

  async function read(contents: string | Uint8Array): Promise<string> {
    const path = folder.file('template.jinja');
    await writeFile(path, contents);
    return readChatTemplate(path);
  }

  it('returns the text unchanged', async () => {
    for (const text of ['{{ "größe" }}\n', ' x\r\n\n', 'x'.repeat(MAX_BYTES)]) {
      expect(await read(text)).toBe(text);
    }
  });

  it.each([
    ['an empty file', '', /has no text/],
    ['white space', ' \n\t', /has no text/],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xc3, 0x28), /no text in UTF-8/],
    ['a file that is too large', 'x'.repeat(MAX_BYTES + 1), /has 1048577 bytes/],
  ])('rejects %s', async (_, contents, message) => {
    await expect(read(contents)).rejects.toThrow(zosiaError('ZOSIA_TEMPLATE_UNUSABLE'));
    await expect(read(contents)).rejects.toThrow(message);
  });
});

describe('chooseChatTemplate', () => {
  const folder = temporaryFolder();

  it('accepts "none" and the name of each template built into llama.cpp', async () => {
    expect(await chooseChatTemplate('none')).toEqual({ kind: 'none' });
    for (const name of BUILT_IN_CHAT_TEMPLATES) {
      expect(await chooseChatTemplate(name)).toEqual({ kind: 'built-in', name });
    }
  });

  it('reads a file by its path, even if its name is that of a template', async () => {
    await writeFile(folder.file('chatml'), '{{ 1 }}');
    expect(await chooseChatTemplate(folder.file('chatml'))).toEqual({
      kind: 'text',
      text: '{{ 1 }}',
    });
  });

  it.each(['ChatML', 'nothing.jinja', ''])('rejects %j and lists the templates', async (choice) => {
    const chosen = chooseChatTemplate(choice);
    await expect(chosen).rejects.toThrow(zosiaError('ZOSIA_TEMPLATE_UNUSABLE'));
    await expect(chosen).rejects.toMatchObject({
      hint: expect.stringMatching(/chatml, .*zephyr; none/) as string,
    });
  });

  it('rejects a folder', async () => {
    await expect(chooseChatTemplate(folder.path)).rejects.toThrow(
      zosiaError('ZOSIA_FILE_UNREADABLE'),
    );
  });
});
