import { Buffer } from 'buffer';
import { GgufArray } from '../gguf/reader.js';
import type { GgufHeader } from '../gguf/reader.js';
import { inexpressible } from './from-gguf-errors.js';
import {
  BOS_ID,
  EOS_ID,
  FIRST_BYTE_ID,
  FIRST_TEXT_ID,
  SPECIAL_TEXTS,
  UNKNOWN_ID,
  byteText,
} from './special-tokens.js';
import type { Token, Tokenizer } from './tokenizer.js';
import { SPACE_MARK, TOKEN_TYPES } from './vocabulary.js';

/** What llama2.c always does, by the metadata that would say otherwise. */
const ALWAYS: readonly (readonly [key: string, value: number | boolean])[] = [
  ['unknown_token_id', UNKNOWN_ID],
  ['bos_token_id', BOS_ID],
  ['eos_token_id', EOS_ID],
  ['add_bos_token', true],
  ['add_eos_token', false],
  ['add_space_prefix', true],
];

/**
 * The tokenizer of a model with a sentencepiece vocabulary (tokenizer model "llama"), with the texts that
 * llama2.c's tokenizer.py writes: what `vocabularyMetadata` does, undone.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_LLAMA2C`
 */
export function llama2cTokenizer({ metadata }: GgufHeader, name: string): Tokenizer {
  const refuse = (what: string): Error => inexpressible(name, what);
  const own = (key: string) => metadata.get(`tokenizer.ggml.${key}`);
  if (own('model') !== 'llama') throw refuse('its vocabulary is not of sentencepiece');
  for (const [key, value] of ALWAYS) {
    const stated = own(key);
    if (stated !== undefined && stated !== value) {
      throw refuse(`its ${key} is not ${value}, as always in llama2.c`);
    }
  }
  const texts = own('tokens');
  if (!(texts instanceof GgufArray) || texts.elementType !== 'string') {
    throw refuse('it has no vocabulary');
  }
  const numbersOf = (key: string): GgufArray => {
    const list = own(key);
    const isWhole = list instanceof GgufArray && list.length === texts.length;
    if (isWhole && typeof (list.at(0) ?? 0) === 'number') return list;
    throw refuse(`its tokens have no ${key}`);
  };
  const scores = numbersOf('scores');
  const types = numbersOf('token_type');
  const tokens = Array.from({ length: texts.length }, (_, id): Token => {
    const bytes = tokenBytes(texts.stringBytes(id), id, types.at(id));
    if (bytes) return { bytes, score: Math.fround(scores.at(id) as number) };
    const text = JSON.stringify(texts.at(id));
    throw refuse(`its token ${id}, ${text}, is of a kind that llama2.c does not have there`);
  });
  const maxTokenLength = tokens.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
  return { maxTokenLength, tokens };
}

/** A token's text in a tokenizer.bin; undefined for one that cannot be in it. */
function tokenBytes(text: Buffer, id: number, type: unknown): Uint8Array | undefined {
  const special = SPECIAL_TEXTS[id];
  const specialType = id === UNKNOWN_ID ? TOKEN_TYPES.unknown : TOKEN_TYPES.control;
  if (special !== undefined) return type === specialType ? Buffer.from(special) : undefined;
  if (id < FIRST_TEXT_ID || type === TOKEN_TYPES.byte) {
    const expected = byteText(id - FIRST_BYTE_ID);
    const isThat = type === TOKEN_TYPES.byte && text.toString('latin1') === expected;
    return isThat ? text : undefined;
  }
  if (type === TOKEN_TYPES.unused) return new Uint8Array();
  return type === TOKEN_TYPES.normal ? plainSpaces(text) : undefined;
}

/** Byte by byte, because a piece need not be whole characters. */
function plainSpaces(text: Buffer): Buffer {
  const parts: Buffer[] = [];
  let position = 0;
  for (;;) {
    const mark = text.indexOf(SPACE_MARK, position);
    if (mark < 0) return Buffer.concat([...parts, text.subarray(position)]);
    parts.push(text.subarray(position, mark), Buffer.from(' '));
    position = mark + SPACE_MARK.length;
  }
}
