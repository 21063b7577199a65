/**
 * A vocabulary as sentencepiece and llama2.c number it: unknown, begin and end of text, the 256 bytes, and
 * then pieces of text. A piece with a higher score is merged earlier.
 */
export interface Vocabulary {
  readonly pieces: readonly Piece[];
}

export interface Piece {
  /** With plain spaces, as llama2.c writes them. */
  readonly text: string;
  readonly score: number;
}

export const BEGIN = 1;
export const END = 2;
export const FIRST_BYTE = 3;
export const FIRST_TEXT_PIECE = FIRST_BYTE + 256;

/** The first pieces of every vocabulary, in the texts that llama2.c's tokenizer.py gives them. */
export const FIXED_PIECES: readonly Piece[] = [
  ...['<unk>', '\n<s>\n', '\n</s>\n'].map((text) => ({ text, score: 0 })),
  ...Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    score: 0,
  })),
];

/**
 * A tokenizer.bin (llama2.c, tokenizer.py, export): the longest piece's length, then of each piece its
 * score, length and text.
 */
export function encodeVocabulary({ pieces }: Vocabulary): Buffer {
  const texts = pieces.map(({ text }) => Buffer.from(text));
  const head = Buffer.alloc(4);
  head.writeInt32LE(Math.max(...texts.map(({ length }) => length)));
  const entries = texts.map((text, id) => {
    const entry = Buffer.alloc(8 + text.length);
    entry.writeFloatLE(pieces[id]!.score, 0);
    entry.writeInt32LE(text.length, 4);
    entry.set(text, 8);
    return entry;
  });
  return Buffer.concat([head, ...entries]);
}

/** Reads a tokenizer.bin that {@link encodeVocabulary} wrote. */
export function decodeVocabulary(file: Buffer): Vocabulary {
  const pieces: Piece[] = [];
  for (let position = 4; position < file.length;) {
    const end = position + 8 + file.readInt32LE(position + 4);
    pieces.push({
      score: file.readFloatLE(position),
      text: file.toString('utf8', position + 8, end),
    });
    position = end;
  }
  return { pieces };
}
