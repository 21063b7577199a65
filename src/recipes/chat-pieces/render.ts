import { createRequire } from 'node:module';
import { execa } from 'execa';
import * as v from 'valibot';
import { messagesOf } from './conversation.js';
import type { ChatMessage, Conversation } from './conversation.js';
import { RENDERER } from './renderer.js';

/** What a template knows beside the messages; the same names as llama.cpp gives it. */
export interface TemplateVariables {
  readonly bos_token: string;
  readonly eos_token: string;
  readonly add_generation_prompt: boolean;
  readonly enable_thinking: boolean;
}

interface RenderRequest {
  readonly template: string;
  readonly variables: TemplateVariables;
  readonly conversations: readonly (readonly ChatMessage[])[];
  readonly maxCharacters: number;
}

const RENDERING = v.union([
  v.object({ text: v.string() }),
  /** The template's own words, by `raise_exception`. */
  v.object({ raised: v.string() }),
  v.object({ failed: v.string() }),
]);

const RENDER_REPLY = v.union([
  v.object({ renderings: v.array(RENDERING) }),
  v.object({ unreadable: v.string() }),
]);

/** What a template makes of a conversation. */
export type Rendering = v.InferOutput<typeof RENDERING>;

/** What it makes of all that were asked for, or why there is nothing of the kind. */
export type Renderings = { readonly renderings: readonly Rendering[] } | { readonly why: string };

/** No conversation that is rendered here comes near it. */
const MAX_CHARACTERS = 1 << 18;

/** A few times what all of those can be. */
const MAX_REPLY_BYTES = 64 << 20;

/** Templates take milliseconds; the rest is for a host that is busy. */
const TIME_LIMIT_MS = 20_000;

const HEAP_MIB = 128;

export interface RenderOptions {
  readonly timeLimitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Renders conversations by a Jinja template, which may be anything, in a process of its own.
 *
 * @throws the reason of `signal`
 */
export async function renderConversations(
  template: string,
  variables: TemplateVariables,
  conversations: readonly Conversation[],
  { timeLimitMs = TIME_LIMIT_MS, signal }: RenderOptions = {},
): Promise<Renderings> {
  const request: RenderRequest = {
    template,
    variables,
    conversations: conversations.map(messagesOf),
    maxCharacters: MAX_CHARACTERS,
  };
  const library = createRequire(import.meta.url).resolve('@huggingface/jinja');
  const result = await execa(process.execPath, [...FLAGS, RENDERER, library], {
    input: JSON.stringify(request),
    extendEnv: false,
    stderr: 'ignore',
    maxBuffer: MAX_REPLY_BYTES,
    timeout: timeLimitMs,
    killSignal: 'SIGKILL',
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (result.timedOut) return { why: 'takes too long to render' };
  if (result.failed) return { why: 'takes too much memory to render' };
  const reply = v.parse(RENDER_REPLY, JSON.parse(result.stdout));
  return 'unreadable' in reply
    ? { why: `is no Jinja that can be read: ${reply.unreadable}` }
    : { renderings: reply.renderings };
}

/** Nothing that is rendered becomes code, whatever the library does with it. */
const FLAGS = [
  `--max-old-space-size=${HEAP_MIB}`,
  '--disallow-code-generation-from-strings',
  '--eval',
];
