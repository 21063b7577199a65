import { eastAsianWidth } from 'get-east-asian-width';

const MARK = /^[\p{Mn}\p{Me}]$/u;

/**
 * How many columns a text takes in a terminal: Chinese letters and emoji two each, combining marks none.
 * Terminals count code points, as wcwidth(3) does; few know of characters that several make up.
 *
 * @param text printable
 */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

const columnsOf = (character: string): number =>
  MARK.test(character) ? 0 : eastAsianWidth(character.codePointAt(0)!);

/** A text behind which spaces fill the columns that it leaves. */
export const padColumns = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/** As much of a text as goes into that many columns, which it fills with spaces. */
export function fitColumns(text: string, columns: number): string {
  let fitting = '';
  let left = columns;
  for (const character of text) {
    left -= columnsOf(character);
    if (left < 0) break;
    fitting += character;
  }
  return padColumns(fitting, columns);
}
