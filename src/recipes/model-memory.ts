import { kvCacheBytes } from '../formats/gguf/model-info.js';
import type { MemoryFacts } from '../formats/gguf/model-info.js';

/** The longest context a machine is given unless asked for more: memory for it grows with its length. */
const DEFAULT_CONTEXT_TOKENS = 4096;

/** How many tokens of context to run a model with: those asked for, else at most 4096. */
export function contextTokensFor(
  info: Pick<MemoryFacts, 'contextLength'>,
  askedTokens?: number,
): number {
  return askedTokens ?? Math.min(info.contextLength ?? Infinity, DEFAULT_CONTEXT_TOKENS);
}

/** What a model takes in memory, and what llama.cpp has to be told so that it takes no more. */
export interface ModelNeeds {
  readonly memory: {
    readonly weightBytes: number;
    readonly kvCacheBytes: number;
    readonly contextTokens: number;
  };
  readonly llamaArgs: readonly string[];
}

/** What a model is to be run with. */
export interface ModelUse {
  /** Length of the context in tokens; at most 4096 unless given. */
  readonly contextTokens?: number | undefined;
  /** How many requests are answered at once, each with such a context; one unless given. */
  readonly slots?: number | undefined;
  /** What is loaded beside the model: its projector, adapters and draft. */
  readonly companionBytes?: number | undefined;
  /** The model that drafts for it, which has contexts of the same length. */
  readonly draft?: MemoryFacts | undefined;
}

export function modelNeeds(info: MemoryFacts, use: ModelUse = {}): ModelNeeds {
  const { slots, companionBytes = 0, draft } = use;
  const contextTokens = contextTokensFor(info, use.contextTokens);
  // llama-server divides what it is given among its slots.
  const allTokens = contextTokens * (slots ?? 1);
  return {
    memory: {
      weightBytes: info.weightBytes + companionBytes,
      kvCacheBytes: kvCacheBytes(info, allTokens) + (draft ? kvCacheBytes(draft, allTokens) : 0),
      contextTokens,
    },
    llamaArgs: [
      '--ctx-size',
      String(allTokens),
      '--fit',
      'off',
      ...(slots === undefined ? [] : ['--parallel', String(slots)]),
    ],
  };
}

/** What a user should know of the context that was asked for: llama.cpp cuts one to what the model was trained for. */
export function contextNotes(
  { contextLength }: Pick<MemoryFacts, 'contextLength'>,
  askedTokens?: number,
): string[] {
  if (contextLength === undefined || askedTokens === undefined || askedTokens <= contextLength) {
    return [];
  }
  return [
    `the model was trained for a context of ${contextLength} tokens: llama.cpp uses no more of the ` +
      `${askedTokens} that there is memory for`,
  ];
}
