import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { EfiGgufFlags } from './efi-gguf-options.js';
import type { TextFlags } from './text.js';
import { ZosiaError } from '../../errors.js';
import { isGguf } from '../../formats/gguf/layout.js';
import { DEFAULT_EFI_SETTINGS } from '../../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { accessFile } from '../../host/access-file.js';
import { findEntry } from '../../models/catalogue/catalogue.js';
import type { NamedModels } from '../../models/named-models.js';
import type { TemplateChoice } from '../../recipes/efi/gguf-settings.js';
import { NO_CHAT_TEMPLATE } from '../../recipes/chat-template.js';
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

/** What only a checkpoint is told, where a command has options for it. */
type CheckpointFlags = Pick<EfiSettings, 'steps' | 'mode'>;

/** @throws CommanderError for an option that says nothing of a GGUF; a mode that is the usual one asks for nothing */
export function refuseCheckpointFlags(command: Command, { steps, mode }: CheckpointFlags): void {
  const ofCheckpoints = (flag: string, instead: string): void => {
    command.error(
      `error: option '${flag}' is for llama2.c checkpoints, and the model is a GGUF${instead}`,
    );
  };
  if (steps !== undefined) ofCheckpoints('--steps', ': -n is how many tokens it generates');
  if (mode === 'chat') ofCheckpoints('--mode', ', which has its own chat template');
}

/** The flags as `llama2.cfg` takes them. @throws ZosiaError as `readSystemPrompt` */
export async function ggufSettings(flags: GgufTextFlags & EfiGgufFlags): Promise<EfiSettings> {
  const { system, topK, minP, repeatPenalty, ctx } = flags;
  // Where an option may be empty, that takes away the text that there is.
  const text = system ? await systemText(system) : system;
  return { system: text, topK, minP, repeatPenalty, context: ctx };
}

async function systemText(given: string): Promise<string> {
  const { readSystemPrompt } = await import('../../recipes/system-prompt.js');
  return readSystemPrompt(given);
}

const TEMPLATE_HINT = 'Give a file with a template in Jinja, or none, which goes on from texts.';

/** The template that was asked for; null for none. @throws ZosiaError as `chooseChatTemplate` */
export async function templateChoice({ chatTemplate }: GgufTextFlags): Promise<TemplateChoice> {
  if (chatTemplate === undefined) return undefined;
  const { chooseChatTemplate } = await import('../../recipes/chat-template.js');
  const template = await chooseChatTemplate(chatTemplate, { withoutBuiltIn: TEMPLATE_HINT });
  if (template.kind === 'none') return null;
  if (template.kind === 'text') return template.text;
  throw new ZosiaError(
    'ZOSIA_TEMPLATE_UNUSABLE',
    `the template ${template.name} is built into llama.cpp, which the EFI machine does without`,
    { hint: TEMPLATE_HINT },
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
  if (found?.isFile()) return !(await isGgufPath(named));
  if (await hasCheckpoint(named, models)) return true;
  return findEntry(named)?.checkpoint !== undefined || /\.bin$/i.test(named);
}

/** Whether there is a GGUF at a path. @throws ZosiaError as `accessFile` */
export async function isGgufPath(path: string): Promise<boolean> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) return false;
  const file = await accessFile(path);
  try {
    return await isGguf(file);
  } finally {
    await file.close();
  }
}

/**
 * Refuses two answers to what stands round a prompt. A chat template of none is no second one, and neither is a
 * template that adds nothing beside the mode that has its own.
 *
 * @throws CommanderError
 */
export function refuseTwoForms(
  command: Command,
  {
    template,
    chatTemplate,
    system,
    mode,
  }: Pick<EfiSettings, 'template' | 'mode'> & Pick<TextFlags, 'chatTemplate' | 'system'>,
): void {
  if (template === undefined) return;
  const refuse = (other: string): void => {
    command.error(`error: option '--template' cannot be used with option '${other}'`);
  };
  if (chatTemplate !== undefined && chatTemplate !== NO_CHAT_TEMPLATE) refuse('--chat-template');
  // It stands in a conversation, which the template has none of.
  if (system !== undefined) refuse('--system');
  if (mode === 'chat' && template !== DEFAULT_EFI_SETTINGS.template) refuse('--mode chat');
}
