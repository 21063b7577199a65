/**
 * The OEM charset of short names and labels. A volume does not say which one it is; code page 437 is
 * what Linux and most firmware take it for.
 */

/** Characters 0x80 to 0xff of code page 437. */
const CODE_PAGE_437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ' +
  'áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** Letters at the same place in every Western code page (437, 850, 858), and their lower case. */
const LETTERS = 'ÇÉÄÅÆÖÜÑ';
const LOWER_CASE_LETTERS = 'çéäåæöüñ';

/** The text that bytes of the OEM charset stand for. */
export function decodeOem(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : CODE_PAGE_437[byte - 0x80]!,
  ).join('');
}

/**
 * The upper case of a character, as a byte. Characters that code pages disagree about have none: what
 * is written here shall read the same everywhere.
 *
 * @returns undefined for what has no place in the charset
 */
export function encodeOemUpper(character: string): number | undefined {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return character.toUpperCase().charCodeAt(0);
  const lower = LOWER_CASE_LETTERS.indexOf(character);
  const letter = lower < 0 ? character : LETTERS[lower]!;
  return LETTERS.includes(letter) ? 0x80 + CODE_PAGE_437.indexOf(letter) : undefined;
}
