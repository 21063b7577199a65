import { beforeAll, describe, expect, it } from 'vitest';
import { BOS_ID, EOS_ID } from 'zosia';
import type { Document } from '../src/corpus/documents.js';
import { batchOf, batches, exampleOf } from '../src/data.js';
import type { Example } from '../src/data.js';
import { Encoder } from '../src/tokenizer/encoder.js';
import { learnVocabulary } from '../src/tokenizer/learn.js';

const CONVERSATION: Document = {
  turns: [
    [
      { text: 'Q: one\nA:', weight: 0 },
      { text: ' two', weight: 1 },
    ],
    [
      { text: 'Q: three\nA:', weight: 0 },
      { text: ' four', weight: 0.5 },
    ],
  ],
  exchanges: [],
};

describe('examples', () => {
  let encoder: Encoder;
  beforeAll(() => {
    encoder = new Encoder(learnVocabulary([' one two three four'], 356));
  });
  const begin = (text: string): number[] => encoder.encode(text, { begins: true });
  const goOn = (text: string): number[] => encoder.encode(text, { begins: false });

  it('begin with a BOS token and end each turn with an EOS token of the same weight', () => {
    const { tokens, weights } = exampleOf(CONVERSATION, encoder, 512);
    const parts = [
      { tokens: [BOS_ID], weight: 0 },
      { tokens: begin('Q: one\nA:'), weight: 0 },
      { tokens: [...goOn(' two'), EOS_ID], weight: 1 },
      { tokens: begin('Q: three\nA:'), weight: 0 },
      { tokens: [...goOn(' four'), EOS_ID], weight: 0.5 },
    ];
    expect([...tokens]).toEqual(parts.flatMap((part) => part.tokens));
    expect([...weights]).toEqual(parts.flatMap((part) => part.tokens.map(() => part.weight)));
  });

  it('leave out turns that do not fit into the context', () => {
    const whole = exampleOf(CONVERSATION, encoder, 512).tokens.length;
    // The last token is only ever a target.
    expect(exampleOf(CONVERSATION, encoder, whole - 1).tokens).toHaveLength(whole);
    const cut = exampleOf(CONVERSATION, encoder, whole - 2);
    expect(cut).toEqual(
      exampleOf({ ...CONVERSATION, turns: [CONVERSATION.turns[0]!] }, encoder, 512),
    );
  });
});

describe('batches', () => {
  const example = (first: number, length: number): Example => ({
    tokens: Uint16Array.from({ length }, (_, i) => first + i),
    weights: Float32Array.from({ length }, (_, i) => (i === 1 ? 0 : 2)),
  });

  it('have the next tokens as targets, with weights that add up to 1', () => {
    const batch = batchOf([example(10, 4), example(20, 3)]);
    expect([...batch.lengths]).toEqual([3, 2]);
    expect([...batch.tokens]).toEqual([10, 11, 12, 20, 21]);
    expect([...batch.targets]).toEqual([11, 12, 13, 21, 22]);
    const third = expect.closeTo(1 / 3, 6) as number;
    expect([...batch.weights]).toEqual([0, third, third, 0, third]);
  });

  it('have every example once an epoch, in another order each epoch, from any start position', () => {
    const examples = Array.from({ length: 50 }, (_, i) => example(100 * i, 3));
    const options = { tokenCount: 20, seed: 1 };
    const source = batches(examples, { ...options, start: { epoch: 0, taken: 0 } });
    const taken = Array.from({ length: 15 }, () => source.next().value);
    const firsts = taken.flatMap(({ batch }) => [...batch.tokens].filter((_, i) => i % 2 === 0));
    const sorted = (list: number[]): number[] => [...list].sort((a, b) => a - b);
    const all = examples.map(({ tokens }) => tokens[0]!);
    expect(sorted(firsts.slice(0, 50))).toEqual(all);
    expect(sorted(firsts.slice(50, 100))).toEqual(all);
    expect(firsts.slice(0, 50)).not.toEqual(firsts.slice(50, 100));

    const resumed = batches(examples, { ...options, start: taken[6]!.next });
    expect(Array.from({ length: 8 }, () => resumed.next().value)).toEqual(taken.slice(7));
  });
});
