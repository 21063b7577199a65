import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { LinuxFlags } from '../options/linux.js';
import type { ModelInfo } from '../../formats/gguf/model-info.js';
import type { RunRequest } from '../../machine/machine.js';
import {
  BUILT_IN_CHAT_TEMPLATES,
  NO_CHAT_TEMPLATE,
  PLAIN_TEXT_TEMPLATE,
  withoutGenerationPrompt,
} from '../../recipes/chat-template.js';
import { takesSystemPrompt } from '../../recipes/system-prompt.js';

/** How a model is talked to. */
export interface Conversation {
  readonly request: RunRequest;
  /** Whether a prompt is a turn of a conversation; else it is a text to go on from. */
  readonly hasTurns: boolean;
  /** What a user should know of it. */
  readonly notes: readonly string[];
}

/**
 * Decides how a model is talked to: by a chat template, or as a text that it goes on from.
 *
 * @param model undefined when nothing is known of it: the guest then finds out
 * @throws ZosiaError `ZOSIA_BAD_OPTION` for what there is no place for
 */
export function conversationOf(
  request: RunRequest,
  flags: LinuxFlags,
  model: Pick<ModelInfo, 'hasChatTemplate' | 'chatTemplate'> | undefined,
): Conversation {
  const { chatTemplate: named, prompt, system } = flags;
  const hasTemplate = named === undefined ? model?.hasChatTemplate : named !== NO_CHAT_TEMPLATE;
  if (hasTemplate === false && system !== undefined) throw noPlaceForSystem(named !== undefined);

  const completes = hasTemplate === false && named === undefined;
  const text = request.chatTemplate ?? (named === undefined ? model?.chatTemplate : undefined);
  const notes = [
    ...(completes
      ? ['the model has no chat template: it goes on from your text; --chat-template gives it one']
      : []),
    ...(system !== undefined && text !== undefined && !takesSystemPrompt(text)
      ? ['the chat template has no place for a system prompt: the model does not see --system']
      : []),
  ];
  const hasTurns = hasTemplate ?? false;
  if (prompt !== undefined) return { request, hasTurns, notes };
  // llama-cli does nothing but converse, and would take another template.
  const chat = completes ? { ...request, chatTemplate: PLAIN_TEXT_TEMPLATE } : request;
  return { request: constrained(chat, flags, model), hasTurns, notes };
}

/** A chat whose answers are JSON: without reasoning, which is none. */
function constrained(
  request: RunRequest,
  { chatTemplate: named, jsonSchema }: LinuxFlags,
  model: Pick<ModelInfo, 'chatTemplate'> | undefined,
): RunRequest {
  if (jsonSchema === undefined) return request;
  const text = request.chatTemplate ?? (named === undefined ? model?.chatTemplate : undefined);
  if (text === undefined && named !== undefined && BUILT_IN_CHAT_TEMPLATES.includes(named)) {
    throw new ZosiaError(
      'ZOSIA_BAD_OPTION',
      `a chat whose answers are JSON needs the text of its template, which ${named} has in llama.cpp alone`,
      {
        hint: wording`Give ${option('chatTemplate', 'FILE')}, leave it out, or ask with ${option('prompt')}.`,
      },
    );
  }
  const chatTemplate = text === undefined ? undefined : withoutGenerationPrompt(text);
  return { ...request, chatTemplate, hideReasoning: true };
}

const noPlaceForSystem = (isChosen: boolean): ZosiaError =>
  new ZosiaError(
    'ZOSIA_BAD_OPTION',
    isChosen
      ? 'without a chat template there is no place for a system prompt'
      : 'the model has no chat template, and so no place for a system prompt',
    {
      hint: wording`Put it at the beginning of the prompt instead of in ${option('system')}, or give a template with ${option('chatTemplate')}.`,
    },
  );
