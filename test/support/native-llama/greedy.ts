import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerClient } from '../../../src/machine/llama-server/client.js';
import { LlamaServer } from '../../machine/support/llama-server.js';
import { collect } from '../async.js';
import type { LlamaPrograms } from '../llama-programs.js';

/** A token that came into question, and how likely: of two the logits are as far apart as these are. */
export interface Candidate {
  readonly id: number;
  readonly logprob: number;
}

/** What llama.cpp chose at a position, and the five likeliest that it chose from, the best first. */
export interface LlamaPosition {
  readonly id: number;
  readonly candidates: readonly Candidate[];
}

export interface LlamaToken extends LlamaPosition {
  /** What the token adds to the text. */
  readonly text: string;
}

export interface GreedyOptions {
  /** Positions of the KV cache; the long rope factors of Phi-3 are taken for what is given here. */
  readonly context?: number;
  /** It sums in halves: with it llama.cpp differs from itself more than by anything else. */
  readonly flashAttention?: boolean;
  readonly threads?: number;
  /** How many tokens of the prompt go through the weights together. */
  readonly batch?: number;
  /** That of ggml for this kind of processor, as `haswell`, instead of the best for this host. */
  readonly variant?: string;
}

const CANDIDATES = 5;

/**
 * Lets llama.cpp go on from a prompt, of which it makes tokens where it is a text, always with the likeliest
 * token: at most `count` of them, fewer where it ends the text. Weights stay as they are in the file, and so are multiplied block by block.
 *
 * @throws Error with what llama-server said when it ends instead, or when it tells nothing of some token,
 *   as of one that leaves a character incomplete
 */
export async function greedyByLlama(
  programs: LlamaPrograms,
  model: string,
  prompt: readonly number[] | string,
  count: number,
  options: GreedyOptions = {},
): Promise<LlamaToken[]> {
  const { context = 512, flashAttention = false, threads = 1, batch, variant } = options;
  // A socket's path is short: not every folder would do.
  const folder = await mkdtemp(join(tmpdir(), 'llama-'));
  try {
    const args = [
      ...['-m', model, '--ctx-size', String(context), '--threads', String(threads), '--no-repack'],
      ...['--flash-attn', flashAttention ? 'on' : 'off'],
      ...(batch === undefined
        ? []
        : ['--batch-size', String(batch), '--ubatch-size', String(batch)]),
    ];
    await using server = await LlamaServer.start(programs, join(folder, 'a.sock'), args, variant);
    const { status, body } = await new ServerClient(server.connect).send('/completion', {
      ...{ prompt, n_predict: count, temperature: 0, samplers: ['top_k'], top_k: 1 },
      ...{ n_probs: CANDIDATES, return_tokens: true, cache_prompt: false },
    });
    const text = Buffer.concat(await collect(body)).toString();
    if (status !== 200) throw new Error(`llama-server: ${text}`);
    return positionsOf(JSON.parse(text) as Completion);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is read of llama-server's answer to /completion. */
interface Completion {
  readonly tokens: readonly number[];
  readonly completion_probabilities?: readonly {
    readonly id: number;
    readonly token: string;
    readonly top_logprobs: readonly Candidate[];
  }[];
}

function positionsOf({ tokens, completion_probabilities: told = [] }: Completion): LlamaToken[] {
  if (told.length !== tokens.length) {
    throw new Error(`llama-server tells of ${told.length} tokens among ${tokens.length}`);
  }
  return told.map(({ id, token: text, top_logprobs: candidates }) => ({
    ...{ id, text },
    candidates: candidates.map(({ id, logprob }) => ({ id, logprob })),
  }));
}
