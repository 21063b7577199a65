import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { EfiGgufFlags } from './efi-gguf-options.js';
import type { TextFlags } from './text.js';
import { ZosiaError } from '../../errors.js';
import { isGguf } from '../../formats/gguf/layout.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { accessFile } from '../../host/access-file.js';
import { findEntry } from '../../models/catalogue/catalogue.js';
import type { NamedModels } from '../../models/named-models.js';
import type { TemplateChoice } from '../../recipes/efi/gguf-settings.js';
import { hasCheckpoint } from '../../recipes/find-checkpoint.js';

/** What is told of a GGUF alone, whichever machine runs it. */
export type GgufTextFlags = Pick<TextFlags, 'system' | 'chatTemplate' | 'topK' | 'minP'> & {
  ctx?: number | undefined;
};

/** The attributes of options that say nothing of a checkpoint, and their flags. */
const GGUF_FLAGS = {
  system: '--system',
  chatTemplate: '--chat-template',
  topK: '--top-k',
  minP: '--min-p',
  ctx: '--ctx',
  modelAs: '--model-as',
  repeatPenalty: '--repeat-penalty',
} as const satisfies Record<keyof (GgufTextFlags & EfiGgufFlags), string>;

/** @throws CommanderError for an option that says nothing of a llama2.c checkpoint */
export function refuseGgufFlags(command: Command, flags: GgufTextFlags & EfiGgufFlags): void {
  for (const [key, flag] of Object.entries(GGUF_FLAGS)) {
    if (flags[key as keyof typeof GGUF_FLAGS] === undefined) continue;
    command.error(`error: option '${flag}' is for GGUFs, and the model is a llama2.c checkpoint`);
  }
}

/** The flags as `llama2.cfg` takes them. @throws ZosiaError as `readSystemPrompt` */
export async function ggufSettings(flags: GgufTextFlags & EfiGgufFlags): Promise<EfiSettings> {
  const { system, topK, minP, repeatPenalty, ctx } = flags;
  const text = system === undefined ? undefined : await systemText(system);
  return { system: text, topK, minP, repeatPenalty, context: ctx };
}

async function systemText(given: string): Promise<string> {
  const { readSystemPrompt } = await import('../../recipes/system-prompt.js');
  return readSystemPrompt(given);
}

/** The template that was asked for; null for none. @throws ZosiaError as `chooseChatTemplate` */
export async function templateChoice({ chatTemplate }: GgufTextFlags): Promise<TemplateChoice> {
  if (chatTemplate === undefined) return undefined;
  const { chooseChatTemplate } = await import('../../recipes/chat-template.js');
  const template = await chooseChatTemplate(chatTemplate);
  if (template.kind === 'none') return null;
  if (template.kind === 'text') return template.text;
  throw new ZosiaError(
    'ZOSIA_TEMPLATE_UNUSABLE',
    `the template ${template.name} is built into llama.cpp, which the EFI machine does without`,
    { hint: 'Give a file with a template in Jinja, or none, which goes on from texts.' },
  );
}

/**
 * Whether what was named is a llama2.c checkpoint rather than a GGUF: it comes with a tokenizer, or is known as one,
 * or is a file that is no GGUF. The built-in model is a GGUF.
 */
export async function isCheckpoint(
  named: string | undefined,
  tokenizer: string | undefined,
  models: NamedModels,
): Promise<boolean> {
  if (tokenizer !== undefined) return true;
  if (named === undefined) return false;
  const found = await stat(named).catch(() => undefined);
  if (found?.isFile()) return !(await isGgufFile(named));
  if (await hasCheckpoint(named, models)) return true;
  return findEntry(named)?.checkpoint !== undefined || /\.bin$/i.test(named);
}

async function isGgufFile(path: string): Promise<boolean> {
  const file = await accessFile(path);
  try {
    return await isGguf(file);
  } finally {
    await file.close();
  }
}
