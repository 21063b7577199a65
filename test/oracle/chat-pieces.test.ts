import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../src/formats/gguf/reader.js';
import type { GgufHeader } from '../../src/formats/gguf/reader.js';
import { accessBytes } from '../../src/image/random-access.js';
import { ServerClient } from '../../src/machine/llama-server/client.js';
import { messagesOf } from '../../src/recipes/chat-pieces/conversation.js';
import type { Conversation } from '../../src/recipes/chat-pieces/conversation.js';
import { templateOfGguf } from '../../src/recipes/chat-pieces/gguf-template.js';
import { joinPieces } from '../../src/recipes/chat-pieces/pieces.js';
import { takeTemplateApart } from '../../src/recipes/chat-pieces/take-apart.js';
import { LlamaServer } from '../machine/support/llama-server.js';
import { readSample, SAMPLES } from '../recipes/chat-pieces/templates.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { LlamaPrograms, WHERE_GUEST_PROGRAMS_RUN } from '../support/llama-programs.js';
import { temporaryFolder } from '../support/temporary.js';

const TEXTS = [
  'Who are you?',
  'A model.\n\n- "small"\n\t{{ x }}',
  'Grüße, 世界! 👩‍🚀',
  '7',
  'x </s> y',
];

const CONVERSATIONS: readonly Conversation[] = [1, 3, 5].flatMap((length) => {
  const texts = TEXTS.slice(0, length);
  return [{ texts }, { system: 'Be <b>kind</b>.\nAlways.', texts }];
});

/** It tells its templates today's date. */
const withoutDate = (text: string | undefined): string | undefined =>
  text?.replace(/^Today Date: .*$/m, 'Today Date: 26 Jul 2024');

describe("of conversations the guest's llama.cpp makes", WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  let programs: LlamaPrograms;
  let header: GgufHeader;
  beforeAll(async () => {
    programs = await LlamaPrograms.unpack(folder.file('root'));
    header = await readGguf(accessBytes(await readFile(EMBEDDED_MODEL)));
  });

  it.each(SAMPLES.map(({ name }) => name))('by %s what the pieces make', async (name) => {
    const template = await readSample(name);
    const { pieces } = await takeTemplateApart(templateOfGguf(header, template)!);
    const file = folder.file(`${name}.jinja`);
    await writeFile(file, template);
    await using server = await LlamaServer.start(programs, folder.file(`${name}.sock`), [
      ...['--model', EMBEDDED_MODEL, '--threads', '1', '--ctx-size', '64'],
      ...['--chat-template-file', file],
    ]);
    const client = new ServerClient(server.connect);
    const sayable = CONVERSATIONS.filter(({ system }) => system === undefined || pieces.system);
    expect(sayable.length).toBeGreaterThanOrEqual(3);
    for (const conversation of sayable) {
      const reply = await client.send('/apply-template', { messages: messagesOf(conversation) });
      const { prompt } = JSON.parse(await text(reply.body)) as { prompt: string };
      expect(withoutDate(prompt)).toBe(joinPieces(pieces, conversation));
    }
  });
});
