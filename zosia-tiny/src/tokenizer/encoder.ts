import { FIRST_BYTE_ID, FIRST_TEXT_ID } from 'zosia';
import type { Vocabulary } from './vocabulary.js';
import { wordsOf } from './words.js';

/**
 * Text into tokens and back, as llama2.c and llama.cpp do it: of all neighbours that are a piece together
 * those with the best score are merged first. Works word by word, which is the same as long as no piece
 * reaches across words, and remembers words.
 */
export class Encoder {
  readonly #vocabulary: Vocabulary;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #known = new Map<string, readonly number[]>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    const texts = vocabulary.pieces.slice(FIRST_TEXT_ID).map(({ text }) => text);
    const across = texts.find((text) => wordsOf(text).length !== 1);
    if (across !== undefined) throw new RangeError(`the piece "${across}" reaches across words`);
    this.#ids = new Map(texts.map((text, i) => [text, FIRST_TEXT_ID + i]));
  }

  /** Tokens of a text that begins after others. What begins a text is read with a space before it. */
  encode(text: string, { begins }: { readonly begins: boolean }): number[] {
    return wordsOf(begins && text !== '' ? ` ${text}` : text).flatMap((word) => {
      let tokens = this.#known.get(word);
      if (!tokens) this.#known.set(word, (tokens = this.#encodeWord(word)));
      return tokens;
    });
  }

  /** The text of tokens; what begins a text loses the space before it. */
  decode(tokens: readonly number[], { begins }: { readonly begins: boolean }): string {
    const bytes = tokens.map((token) =>
      token >= FIRST_BYTE_ID && token < FIRST_TEXT_ID
        ? Buffer.of(token - FIRST_BYTE_ID)
        : Buffer.from(this.#vocabulary.pieces[token]!.text),
    );
    const text = Buffer.concat(bytes).toString();
    return begins && text.startsWith(' ') ? text.slice(1) : text;
  }

  #encodeWord(word: string): readonly number[] {
    const tokens = Array.from(word).flatMap((character) => {
      const id = this.#ids.get(character);
      if (id !== undefined) return [id];
      return Array.from(Buffer.from(character), (byte) => byte + FIRST_BYTE_ID);
    });
    const { pieces } = this.#vocabulary;
    for (;;) {
      let best: { id: number; at: number } | undefined;
      for (let at = 0; at + 1 < tokens.length; at++) {
        const id = this.#ids.get(pieces[tokens[at]!]!.text + pieces[tokens[at + 1]!]!.text);
        if (id === undefined || (best && pieces[id]!.score <= pieces[best.id]!.score)) continue;
        best = { id, at };
      }
      if (!best) return tokens;
      tokens.splice(best.at, 2, best.id);
    }
  }
}
