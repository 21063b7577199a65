import type { MapRange } from '../map/range.js';
import { KINDS } from './data.js';
import type { PageData, Row } from './data.js';

/** A map, and where its bytes lie on the host, as the page has them. */
export function encodePage(contents: MapRange, host: MapRange): PageData {
  const texts = new Texts();
  return { contents: rowsOf(contents, texts), host: rowsOf(host, texts), texts: texts.all };
}

/** Texts by number, each once. */
class Texts {
  readonly all: string[] = [''];
  readonly #numbers = new Map<string, number>([['', 0]]);

  number(text = ''): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

function rowsOf(root: MapRange, texts: Texts): Row[] {
  const rows: Row[] = [];
  const add = (range: MapRange, depth: number, origin: number): void => {
    const { length, kind, what, name, note, unpackedBytes = 0, from = 0 } = range;
    const offset = origin + range.offset;
    const words = [texts.number(what), texts.number(name), texts.number(note)];
    const row = [depth, offset, length, KINDS.indexOf(kind), ...words, unpackedBytes, from];
    while (row.at(-1) === 0) row.pop();
    rows.push(row);
    const inside = unpackedBytes > 0 ? 0 : offset;
    for (const child of range.children ?? []) add(child, depth + 1, inside);
  };
  add(root, 0, 0);
  return rows;
}

/** JSON that can stand in a script element: no text in it can end that, or begin a comment. */
export function scriptJson(data: PageData): string {
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
