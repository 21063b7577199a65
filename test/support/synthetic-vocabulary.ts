import { writeVocabulary } from './llama2-tokens.js';

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz');

/** The special tokens and the bytes, as sentencepiece puts them first. */
const FIRST = [
  ...['<unk>', '<s>', '</s>'],
  ...Array.from({ length: 256 }, (_, byte) => {
    return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  }),
];

/**
 * A tokenizer.bin of so many tokens, up to 37,000: letters and a space, and what can be merged of them,
 * two and three letters, the shorter first.
 */
export function syntheticVocabulary(size: number): Buffer {
  const pairs = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
  const triples = pairs.flatMap((pair) => LETTERS.map((third) => pair + third));
  const merged = [...LETTERS, ...pairs, ...triples];
  const texts = [
    ...FIRST,
    ' ',
    ...LETTERS,
    ...pairs,
    ...triples,
    ...merged.map((each) => ` ${each}`),
  ];
  if (size > texts.length) throw new RangeError(`there are ${texts.length} tokens to choose from`);
  return writeVocabulary(texts.slice(0, size).map((text, i) => ({ text, score: -i })));
}
