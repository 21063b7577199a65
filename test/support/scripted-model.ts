import { uint32, float32 } from '../../src/formats/gguf/values.js';
import type { TypedValue } from '../../src/formats/gguf/values.js';
import { planGguf } from '../../src/formats/gguf/writer.js';
import { writeRaw } from '../../src/host/raw-writer.js';

/** Kinds of tokens, as `tokenizer.ggml.token_type` has them (llama.h, enum llama_token_type). */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
/** Found whole wherever a prompt has its text. */
const USER_DEFINED = 4;
const BYTE = 6;

/** SentencePiece's mark for a blank. */
const BLANK = '\u2581';
const BOS = 1;
const EOS = 2;

/** Rows and columns of one head; the number of tokens is a multiple of it. */
const HEAD_SIZE = 64;
const FEED_FORWARD_SIZE = 64;

/**
 * Writes a GGUF (llama, F32, some megabytes) whose every token decides the next, so that its answers are
 * known: one layer that adds nothing, one-hot embeddings, and an output matrix with the followers.
 *
 * @param scripts what follows a prompt that ends in a letter, in pieces of a token each. A piece keeps
 *   the follower that it has first, so that the script `['la', 'la']` never ends; others do with their
 *   last piece. Tags, as `<think>`, are tokens in a prompt as well. `<0xE4>` is the byte.
 */
export async function writeScriptedModel(
  path: string,
  scripts: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const { tokens, followers } = vocabularyOf(scripts);
  const size = tokens.length;
  const oneHot = new Float32Array(size * size);
  const output = new Float32Array(size * size);
  for (let token = 0; token < size; token++) {
    oneHot[token * size + token] = 1;
    output[(followers.get(token) ?? EOS) * size + token] = 10;
  }
  const ones = new Float32Array(size).fill(1);
  const zeros = (columns: number): Float32Array => new Float32Array(size * columns);
  const tensors: readonly (readonly [string, readonly number[], Float32Array])[] = [
    ['token_embd.weight', [size, size], oneHot],
    ['output_norm.weight', [size], ones],
    ['output.weight', [size, size], output],
    ['blk.0.attn_norm.weight', [size], ones],
    ['blk.0.attn_q.weight', [size, size], zeros(size)],
    ['blk.0.attn_k.weight', [size, size], zeros(size)],
    ['blk.0.attn_v.weight', [size, size], zeros(size)],
    ['blk.0.attn_output.weight', [size, size], zeros(size)],
    ['blk.0.ffn_norm.weight', [size], ones],
    ['blk.0.ffn_gate.weight', [size, FEED_FORWARD_SIZE], zeros(FEED_FORWARD_SIZE)],
    ['blk.0.ffn_up.weight', [size, FEED_FORWARD_SIZE], zeros(FEED_FORWARD_SIZE)],
    ['blk.0.ffn_down.weight', [FEED_FORWARD_SIZE, size], zeros(FEED_FORWARD_SIZE)],
  ];
  const image = planGguf({
    metadata: metadataOf(tokens),
    tensors: tensors.map(([name, dimensions, values]) => {
      return { name, dimensions, type: 'F32', data: new Uint8Array(values.buffer) };
    }),
  });
  await writeRaw(image, path);
}

interface Token {
  readonly text: string;
  readonly kind: number;
}

function vocabularyOf(scripts: Readonly<Record<string, readonly string[]>>): {
  tokens: Token[];
  followers: Map<number, number>;
} {
  const tokens: Token[] = [
    { text: '<unk>', kind: UNKNOWN },
    { text: '<s>', kind: CONTROL },
    { text: '</s>', kind: CONTROL },
    ...Array.from({ length: 256 }, (_, byte) => ({
      text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
      kind: BYTE,
    })),
  ];
  const numbers = new Map(tokens.map(({ text }, number) => [text, number]));
  const numberOf = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, tokens.length);
    return tokens.push({ text, kind: /^<.*>$/.test(text) ? USER_DEFINED : NORMAL }) - 1;
  };
  const followers = new Map<number, number>();
  numberOf(BLANK);
  for (const [letter, pieces] of Object.entries(scripts)) {
    numberOf(letter);
    let last = numberOf(BLANK + letter);
    for (const piece of [...pieces.map((text) => numberOf(text.replaceAll(' ', BLANK))), EOS]) {
      if (!followers.has(last)) followers.set(last, piece);
      last = piece;
    }
  }
  while (tokens.length % HEAD_SIZE > 0) numberOf(`<filler ${tokens.length}>`);
  return { tokens, followers };
}

function metadataOf(tokens: readonly Token[]): Record<string, TypedValue> {
  const numbers = (of: 'float32' | 'int32', valueOf: (token: Token, index: number) => number) => {
    return { type: 'array', of, value: tokens.map(valueOf) } as const;
  };
  return {
    'general.architecture': { type: 'string', value: 'llama' },
    'general.name': { type: 'string', value: 'scripted' },
    'llama.context_length': uint32(8192),
    'llama.embedding_length': uint32(tokens.length),
    'llama.block_count': uint32(1),
    'llama.feed_forward_length': uint32(FEED_FORWARD_SIZE),
    'llama.attention.head_count': uint32(tokens.length / HEAD_SIZE),
    'llama.rope.dimension_count': uint32(HEAD_SIZE),
    'llama.attention.layer_norm_rms_epsilon': float32(1e-5),
    'llama.vocab_size': uint32(tokens.length),
    'tokenizer.ggml.model': { type: 'string', value: 'llama' },
    'tokenizer.ggml.tokens': {
      type: 'array',
      of: 'string',
      value: tokens.map(({ text }) => text),
    },
    // Of two pieces that could be joined, those with the higher score are: any order will do here.
    'tokenizer.ggml.scores': numbers('float32', (_, index) => -index),
    'tokenizer.ggml.token_type': numbers('int32', ({ kind }) => kind),
    'tokenizer.ggml.bos_token_id': uint32(BOS),
    'tokenizer.ggml.eos_token_id': uint32(EOS),
    'tokenizer.ggml.unknown_token_id': uint32(0),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
    'tokenizer.ggml.add_space_prefix': { type: 'bool', value: true },
  };
}
