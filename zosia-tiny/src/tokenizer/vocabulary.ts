import { SPECIAL_TEXTS, accessBytes, byteText, planTokenizer, readTokenizer } from 'zosia';
import { openPlan } from 'zosia/host';

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

/** The first pieces of every vocabulary, in the texts that llama2.c's tokenizer.py gives them. */
export const FIXED_PIECES: readonly Piece[] = [
  ...SPECIAL_TEXTS.map((text) => ({ text, score: 0 })),
  ...Array.from({ length: 256 }, (_, byte) => ({ text: byteText(byte), score: 0 })),
];

/** As a tokenizer.bin of llama2.c. */
export async function encodeVocabulary({ pieces }: Vocabulary): Promise<Uint8Array> {
  const tokens = pieces.map(({ text, score }) => ({ bytes: Buffer.from(text), score }));
  const maxTokenLength = Math.max(...tokens.map(({ bytes }) => bytes.length));
  const file = openPlan(planTokenizer({ maxTokenLength, tokens }));
  return file.read(0, file.sizeBytes);
}

/**
 * Reads a tokenizer.bin of so many pieces.
 *
 * @throws ZosiaError as {@link readTokenizer}
 */
export async function decodeVocabulary(file: Uint8Array, size: number): Promise<Vocabulary> {
  const { tokens } = await readTokenizer(accessBytes(file), size);
  return {
    pieces: tokens.map(({ bytes, score }) => ({ text: Buffer.from(bytes).toString(), score })),
  };
}
