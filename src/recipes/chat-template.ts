import { stat } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import { accessFile } from '../host/access-file.js';

/** Templates that the pinned llama.cpp has built in, by the names that its `--help` lists. */
export const BUILT_IN_CHAT_TEMPLATES: readonly string[] = `
  bailing bailing-think bailing2 chatglm3 chatglm4 chatml command-r deepseek deepseek-ocr
  deepseek2 deepseek3 exaone-moe exaone3 exaone4 falcon3 gemma gigachat glmedge gpt-oss
  granite granite-4.0 granite-4.1 grok-2 hunyuan-dense hunyuan-moe hunyuan-vl kimi-k2 llama2
  llama2-sys llama2-sys-bos llama2-sys-strip llama3 llama4 megrez minicpm mistral-v1
  mistral-v3 mistral-v3-tekken mistral-v7 mistral-v7-tekken monarch openchat orion
  pangu-embedded phi3 phi4 rwkv-world seed_oss smolvlm solar-open vicuna vicuna-orca yandex
  zephyr
`
  .trim()
  .split(/\s+/);

/** Stands for no template: text is completed. */
export const NO_CHAT_TEMPLATE = 'none';

/** What makes a conversation a text without marks: what is typed, and what followed it. */
export const PLAIN_TEXT_TEMPLATE = '{% for message in messages %}{{ message.content }}{% endfor %}';

/**
 * A template that makes the same of a conversation, and of which llama.cpp finds no text that it adds before an
 * answer alone. With `--json-schema` on its command line llama-cli would hold that text, too, against the schema,
 * and refuse every answer (ggml-org/llama.cpp#29006).
 */
export const withoutGenerationPrompt = (template: string): string =>
  `{%- set add_generation_prompt = true %}${template}`;

/** A chat template instead of the model's own. */
export type ChatTemplate =
  | { readonly kind: 'none' }
  | { readonly kind: 'built-in'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/**
 * Reads what a user says of a chat template: `none`, the name of one that llama.cpp has built in, or a
 * file. A file of such a name is given as a path, `./chatml`.
 *
 * @param options.withoutBuiltIn what to do instead, where none that is built in will do
 * @throws ZosiaError `ZOSIA_TEMPLATE_UNUSABLE`, and those of `accessFile`
 */
export async function chooseChatTemplate(
  choice: string,
  { withoutBuiltIn }: { readonly withoutBuiltIn?: string | undefined } = {},
): Promise<ChatTemplate> {
  if (choice === NO_CHAT_TEMPLATE) return { kind: 'none' };
  if (BUILT_IN_CHAT_TEMPLATES.includes(choice)) return { kind: 'built-in', name: choice };
  const found = await stat(choice).catch(() => undefined);
  if (found) return { kind: 'text', text: await readChatTemplate(choice) };
  throw new ZosiaError(
    'ZOSIA_TEMPLATE_UNUSABLE',
    withoutBuiltIn === undefined
      ? `there is no chat template ${choice}: no file, and none that is built in`
      : `there is no chat template ${choice}: no such file`,
    {
      hint:
        withoutBuiltIn ??
        `Built in are: ${BUILT_IN_CHAT_TEMPLATES.join(', ')}; none completes text.`,
    },
  );
}

/** No chat template comes near this. */
const MAX_TEMPLATE_BYTES = 1 << 20;

/**
 * The text of a file that holds a chat template.
 *
 * @throws ZosiaError `ZOSIA_TEMPLATE_UNUSABLE`, and those of `accessFile`
 */
export async function readChatTemplate(path: string): Promise<string> {
  const file = await accessFile(path);
  try {
    if (file.sizeBytes > MAX_TEMPLATE_BYTES)
      throw noTemplate(`${path} has ${file.sizeBytes} bytes`);
    const text = textOf(await file.read(0, file.sizeBytes));
    if (text === undefined) throw noTemplate(`${path} is no text in UTF-8`);
    if (text.trim() === '') throw noTemplate(`${path} has no text`);
    return text;
  } finally {
    await file.close();
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function noTemplate(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_TEMPLATE_UNUSABLE', message, {
    hint: `A chat template is a short text in Jinja, of at most ${MAX_TEMPLATE_BYTES} bytes.`,
  });
}
