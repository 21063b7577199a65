/** llama2.c's tokenizer.bin (tokenizer.py, export) and its byte-pair encoding (run.c), told once more. */

export interface Vocabulary {
  readonly texts: readonly Buffer[];
  readonly scores: readonly number[];
  /** By text in latin1, which has a character for each byte. */
  readonly ids: ReadonlyMap<string, number>;
}

export function readVocabulary(file: Buffer): Vocabulary {
  const texts: Buffer[] = [];
  const scores: number[] = [];
  const ids = new Map<string, number>();
  for (let position = 4; position < file.length;) {
    scores.push(file.readFloatLE(position));
    const end = position + 8 + file.readInt32LE(position + 4);
    const text = file.subarray(position + 8, end);
    if (!ids.has(text.toString('latin1'))) ids.set(text.toString('latin1'), texts.length);
    texts.push(text);
    position = end;
  }
  return { texts, scores, ids };
}

/** Makes a tokenizer.bin. */
export function writeVocabulary(tokens: readonly { text: string; score: number }[]): Buffer {
  const longest = Math.max(...tokens.map(({ text }) => Buffer.byteLength(text)));
  const head = Buffer.alloc(4);
  head.writeInt32LE(longest);
  const entries = tokens.map(({ text, score }) => {
    const entry = Buffer.alloc(8 + Buffer.byteLength(text));
    entry.writeFloatLE(score, 0);
    entry.writeInt32LE(entry.length - 8, 4);
    entry.write(text, 8);
    return entry;
  });
  return Buffer.concat([head, ...entries]);
}

/** The begin of text, then the tokens of the text, which is taken to start with a space. */
export function encodeText({ texts, scores, ids }: Vocabulary, text: string): number[] {
  if (text === '') return [1];
  const tokens: number[] = [];
  const space = ids.get(' ');
  if (space !== undefined) tokens.push(space);
  for (const character of text) {
    const bytes = Buffer.from(character);
    const id = ids.get(bytes.toString('latin1'));
    tokens.push(...(id === undefined ? Array.from(bytes, (byte) => byte + 3) : [id]));
  }
  for (;;) {
    let best: { score: number; at: number; id: number } | undefined;
    for (let at = 0; at + 1 < tokens.length; at++) {
      const pair = Buffer.concat([texts[tokens[at]!]!, texts[tokens[at + 1]!]!]);
      const id = ids.get(pair.toString('latin1'));
      if (id === undefined || scores[id]! <= (best?.score ?? -1e10)) continue;
      best = { score: scores[id]!, at, id };
    }
    if (!best) return [1, ...tokens];
    tokens.splice(best.at, 2, best.id);
  }
}

export function decodeToken({ texts }: Vocabulary, previous: number, token: number): Buffer {
  const text = texts[token]!;
  const byte = /^<0x([0-9A-F]{2})>$/.exec(text.toString('latin1'));
  if (byte) return Buffer.from([Number.parseInt(byte[1]!, 16)]);
  return previous === 1 && text[0] === 0x20 ? text.subarray(1) : text;
}
