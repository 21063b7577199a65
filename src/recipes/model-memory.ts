import { kvCacheBytes } from '../formats/gguf/model-info.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';

/** The longest context a machine is given unless asked for more: memory for it grows with its length. */
const DEFAULT_CONTEXT_TOKENS = 4096;

/** How many tokens of context to run a model with: those asked for, else at most 4096. */
export function contextTokensFor(info: ModelInfo, askedTokens?: number): number {
  return askedTokens ?? Math.min(info.contextLength ?? Infinity, DEFAULT_CONTEXT_TOKENS);
}

/** What a model takes in memory, and what llama.cpp has to be told so that it takes no more. */
export interface ModelNeeds {
  readonly memory: { readonly weightBytes: number; readonly kvCacheBytes: number };
  readonly llamaArgs: readonly string[];
}

/** @param companionBytes what is loaded beside the model: its projector and adapters */
export function modelNeeds(info: ModelInfo, askedTokens?: number, companionBytes = 0): ModelNeeds {
  const contextTokens = contextTokensFor(info, askedTokens);
  return {
    memory: {
      weightBytes: info.weightBytes + companionBytes,
      kvCacheBytes: kvCacheBytes(info, contextTokens),
    },
    llamaArgs: ['--ctx-size', String(contextTokens), '--fit', 'off'],
  };
}
