import type { Figures } from '../conversation.js';
import type { Piece } from './api.js';

/** Measures how fast an answer comes, until the server says it. */
export class Speed {
  #pieces = 0;
  #firstMs = 0;
  #lastMs = 0;
  #tokens: number | undefined;
  #tokensPerSecond: number | undefined;

  take(piece: Piece): void {
    if (piece.content !== '' || piece.reasoning !== '') {
      this.#lastMs = performance.now();
      if (this.#pieces === 0) this.#firstMs = this.#lastMs;
      this.#pieces += 1;
    }
    this.#tokens = piece.tokens ?? this.#tokens;
    this.#tokensPerSecond = piece.tokensPerSecond ?? this.#tokensPerSecond;
  }

  /** Undefined: nothing has come yet. */
  figures(): Figures | undefined {
    const tokens = this.#tokens ?? this.#pieces;
    if (tokens === 0) return undefined;
    return {
      tokens,
      tokensPerSecond: this.#tokensPerSecond ?? this.#measured(tokens),
      isEstimate: this.#tokens === undefined,
    };
  }

  /** From the first token to the last one, so without the time that the prompt took. */
  #measured(tokens: number): number | undefined {
    const seconds = (this.#lastMs - this.#firstMs) / 1000;
    return seconds > 0 && tokens > 1 ? (tokens - 1) / seconds : undefined;
  }
}

export function figuresText({ tokens, tokensPerSecond, isEstimate }: Figures): string {
  const about = isEstimate ? '\u2248 ' : '';
  const count = `${about}${tokens} ${tokens === 1 ? 'token' : 'tokens'}`;
  if (tokensPerSecond === undefined) return count;
  return `${count} \u00b7 ${about}${tokensPerSecond.toFixed(1)} tokens/s`;
}
