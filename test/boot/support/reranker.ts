import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TensorPlan } from '../../../src/formats/gguf/writer.js';
import { float32, uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import type { Image } from '../../../src/image/image.js';
import { randomNumbers } from '../../support/random-checkpoint.js';

const WIDTH = 32;
const INNER = 64;
const CONTEXT = 128;
const [PAD, UNKNOWN, CLS, SEP] = [0, 1, 2, 3];
const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;
/** By rank (llama.h, enum llama_pooling_type). */
const RANK = 4;

/** A model of the architecture "bert" with random weights, which knows these words, and scores texts by a question. */
export function planReranker(words: readonly string[]): Image {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
  // A word's first piece has a mark before it (llama.cpp, convert_hf_to_gguf.py).
  const tokens = [...special, ...words.map((word) => `▁${word}`)];
  const random = randomNumbers(7);
  const tensor = (name: string, dimensions: number[], valueOf = () => random() / 2): TensorPlan => {
    const count = dimensions.reduce((product, each) => product * each, 1);
    const data = Float32Array.from({ length: count }, valueOf);
    return { name, dimensions, type: 'F32', data: new Uint8Array(data.buffer) };
  };
  const linear = (name: string, from: number, to: number): TensorPlan[] => [
    tensor(`${name}.weight`, [from, to]),
    tensor(`${name}.bias`, [to]),
  ];
  const norm = (name: string): TensorPlan[] => [
    tensor(`${name}.weight`, [WIDTH], () => 1),
    tensor(`${name}.bias`, [WIDTH], () => 0),
  ];
  return planGguf({
    metadata: {
      'general.architecture': text('bert'),
      'general.name': text('reranker'),
      'bert.context_length': uint32(CONTEXT),
      'bert.embedding_length': uint32(WIDTH),
      'bert.block_count': uint32(1),
      'bert.feed_forward_length': uint32(INNER),
      'bert.attention.head_count': uint32(2),
      'bert.attention.layer_norm_epsilon': float32(1e-12),
      'bert.attention.causal': { type: 'bool', value: false },
      'bert.pooling_type': uint32(RANK),
      'tokenizer.ggml.model': text('bert'),
      'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: tokens },
      'tokenizer.ggml.token_type': {
        type: 'array',
        of: 'int32',
        value: tokens.map((_, id) => (id < special.length ? CONTROL_TOKEN : NORMAL_TOKEN)),
      },
      'tokenizer.ggml.token_type_count': uint32(2),
      'tokenizer.ggml.padding_token_id': uint32(PAD),
      'tokenizer.ggml.unknown_token_id': uint32(UNKNOWN),
      'tokenizer.ggml.cls_token_id': uint32(CLS),
      'tokenizer.ggml.bos_token_id': uint32(CLS),
      'tokenizer.ggml.seperator_token_id': uint32(SEP),
      'tokenizer.ggml.eos_token_id': uint32(SEP),
    },
    tensors: [
      tensor('token_embd.weight', [WIDTH, tokens.length]),
      tensor('token_types.weight', [WIDTH, 2]),
      tensor('position_embd.weight', [WIDTH, CONTEXT]),
      ...norm('token_embd_norm'),
      ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].flatMap((name) =>
        linear(`blk.0.${name}`, WIDTH, WIDTH),
      ),
      ...norm('blk.0.attn_output_norm'),
      ...linear('blk.0.ffn_up', WIDTH, INNER),
      ...linear('blk.0.ffn_down', INNER, WIDTH),
      ...norm('blk.0.layer_output_norm'),
      ...linear('cls', WIDTH, WIDTH),
      ...linear('cls.output', WIDTH, 1),
    ],
  });
}

const text = (value: string): TypedValue => ({ type: 'string', value });
