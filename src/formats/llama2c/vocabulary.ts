import { Buffer } from 'buffer';
import { uint32 } from '../gguf/values.js';
import type { StringValue, TypedValue } from '../gguf/values.js';
import { BOS_ID, EOS_ID, UNKNOWN_ID } from './special-tokens.js';
import type { Tokenizer } from './tokenizer.js';

/** llama.cpp, include/llama.h: enum llama_token_type. */
export const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, unused: 5, byte: 6 } as const;

interface Piece {
  readonly text: StringValue;
  readonly type: keyof typeof TOKEN_TYPES;
}

/** By id: the special tokens as llama.cpp knows them. */
const SPECIAL_PIECES: readonly Piece[] = [
  { text: '<unk>', type: 'unknown' },
  { text: '<s>', type: 'control' },
  { text: '</s>', type: 'control' },
];

/** What stands for a space inside a sentencepiece piece: U+2581. */
export const SPACE_MARK = Buffer.from('\u2581');

const BYTE_PIECE = /^<0x[0-9A-F]{2}>$/;

/**
 * The metadata of a sentencepiece vocabulary as llama.cpp wants it (tokenizer model "llama"). llama2.c's
 * tokenizer.py has replaced the mark of a space by a space and the special tokens' texts by others;
 * that is undone here.
 */
export function vocabularyMetadata({ tokens }: Tokenizer): Readonly<Record<string, TypedValue>> {
  const pieces = tokens.map(({ bytes }, id) => pieceOf(bytes, id));
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'llama' },
    'tokenizer.ggml.pre': { type: 'string', value: 'default' },
    'tokenizer.ggml.tokens': {
      type: 'array',
      of: 'string',
      value: pieces.map(({ text }) => text),
    },
    'tokenizer.ggml.scores': {
      type: 'array',
      of: 'float32',
      value: tokens.map(({ score }) => score),
    },
    'tokenizer.ggml.token_type': {
      type: 'array',
      of: 'int32',
      value: pieces.map(({ type }) => TOKEN_TYPES[type]),
    },
    'tokenizer.ggml.unknown_token_id': uint32(UNKNOWN_ID),
    'tokenizer.ggml.bos_token_id': uint32(BOS_ID),
    'tokenizer.ggml.eos_token_id': uint32(EOS_ID),
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
    'tokenizer.ggml.add_eos_token': { type: 'bool', value: false },
    'tokenizer.ggml.add_space_prefix': { type: 'bool', value: true },
  };
}

function pieceOf(bytes: Uint8Array, id: number): Piece {
  const special = SPECIAL_PIECES[id];
  if (special) return special;
  // llama.cpp wants every text to be there once; this one is never made from any input.
  if (bytes.length === 0) return { text: `[EMPTY_${id}]`, type: 'unused' };
  const text = Buffer.from(bytes);
  if (BYTE_PIECE.test(text.toString('latin1'))) return { text, type: 'byte' };
  return { text: markSpaces(text), type: 'normal' };
}

/** Byte by byte, because a piece need not be whole characters. */
function markSpaces(text: Buffer): Buffer {
  if (!text.includes(' ')) return text;
  return Buffer.concat([...text].map((byte) => (byte === 0x20 ? SPACE_MARK : Buffer.from([byte]))));
}
