import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { wholeNumber } from './values.js';
import { NGRAM_SPECULATIONS } from '../../recipes/ngram-speculation.js';
import type { NgramSpeculation } from '../../recipes/ngram-speculation.js';

/** What becomes of a model's reasoning: what it writes between tags, as <think>, before it answers. */
export type ReasoningChoice = 'show' | 'hide' | 'off';

/** What llama.cpp is told of a text; what all machines are asked is in `LinuxFlags`. */
export interface TextFlags {
  system?: string | undefined;
  chatTemplate?: string | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  minP?: number | undefined;
  jsonSchema?: string | undefined;
  reasoning?: ReasoningChoice | undefined;
  speculate?: NgramSpeculation | undefined;
}

/** The attributes that these options give a command's flags. */
export const TEXT_FLAGS: readonly string[] = [
  'system',
  'chatTemplate',
  'topP',
  'topK',
  'minP',
  'jsonSchema',
  'reasoning',
  'speculate',
];

/** llama.cpp has it in 31 bits. */
const MAX_TOP_K = 2 ** 31 - 1;

/** What every machine is told of a text that a GGUF goes on from or answers. */
export function addConversationOptions(command: Command): Command {
  return addSystemOptions(command).addOption(chatTemplateOption());
}

/** What a GGUF is asked that has its chat template already. */
export function addSystemOptions(command: Command, system = systemOption()): Command {
  return command
    .addOption(system)
    .option(
      '--top-k <n>',
      'consider the n likeliest tokens; 0 considers all, 40 unless given',
      topK,
    )
    .option(
      '--min-p <p>',
      'consider tokens at least p times as likely as the likeliest; 0.05 unless given',
      fraction,
    );
}

export const systemOption = (): Option =>
  new Option(
    '--system <text|@file>',
    'what the model is told before the conversation: its role, say',
  );

const chatTemplateOption = (): Option =>
  new Option(
    '--chat-template <name|file>',
    "instead of the model's: a Jinja file, none, or (linux) one that llama.cpp has built in, as chatml",
  );

export function addTextOptions(command: Command): Command {
  return addSystemOptions(command)
    .option(
      '--json-schema <schema>',
      'the answer is JSON of this schema: a file, or a text that begins with {',
    )
    .addOption(chatTemplateOption())
    .addOption(
      new Option(
        '--reasoning <how>',
        'what a model thinks before it answers: show it, hide it, or do without (off); shown unless given',
      ).choices(['show', 'hide', 'off']),
    )
    .addOption(
      new Option(
        '--speculate <how>',
        'guess tokens from the text so far, and check several at once: quicker where a text repeats itself, and the same text at --temp 0',
      ).choices(NGRAM_SPECULATIONS),
    );
}

/** Parses an option's value as a number from 0 to 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Give a number from 0 to 1.');
}

function topK(text: string): number {
  const value = wholeNumber(0)(text);
  if (value <= MAX_TOP_K) return value;
  throw new InvalidArgumentError(`Give a whole number from 0 to ${MAX_TOP_K}.`);
}

/**
 * The flags as arguments of llama-completion, which `splitArguments` takes apart for a server.
 *
 * @throws ZosiaError as `readSystemPrompt` and `readJsonSchema`
 */
export async function textArguments(flags: TextFlags): Promise<string[]> {
  const { system, topK: k, topP, minP, jsonSchema, reasoning } = flags;
  const numbers = [
    ['--top-k', k],
    ['--top-p', topP],
    ['--min-p', minP],
  ] as const;
  return [
    ...numbers.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    ...(system === undefined ? [] : ['--system-prompt', await systemPrompt(system)]),
    ...(jsonSchema === undefined ? [] : ['--json-schema', await schema(jsonSchema)]),
    ...(reasoning === 'off' ? ['--reasoning', 'off'] : []),
  ];
}

async function systemPrompt(given: string): Promise<string> {
  const { readSystemPrompt } = await import('../../recipes/system-prompt.js');
  return readSystemPrompt(given);
}

async function schema(given: string): Promise<string> {
  const { readJsonSchema } = await import('../../recipes/json-schema.js');
  return readJsonSchema(given);
}
