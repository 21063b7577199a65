/**
 * Characters that show nothing, or only room that another space could be: controls (C1 ones with them), Unicode's
 * format characters (overrides of the direction, zero width joiners, byte order marks, tags), halves of surrogate
 * pairs, separators of lines, what Unicode has programs ignore (fillers of Hangul, selectors of variations), the blank
 * of Braille, and every space but the usual one.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|[^\P{Zs} ]/u;
const ALL_UNSEEN = new RegExp(UNSEEN, 'gu');

export const hasUnseen = (text: string): boolean => UNSEEN.test(text);

/** @param replace is given each character that is not seen: one code point */
export const replaceUnseen = (text: string, replace: (character: string) => string): string =>
  text.replace(ALL_UNSEEN, replace);

/** Characters that Unicode does not fold to what they look like, and that would part a name at a place where it is whole. */
const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ...['\u2044', '\u2215', '\u2571', '\u29f8'].map((slash) => [slash, '/'] as const),
  ...['\u2216', '\u29f5', '\u29f9'].map((backslash) => [backslash, '\\'] as const),
  ...['\u2236', '\ua789'].map((colon) => [colon, ':'] as const),
]);

/** What an ASCII text looks like, that a character outside of ASCII is taken for: `a` for U+FF41. */
function asciiLikeness(character: string): string | undefined {
  if (character <= '\x7f') return undefined;
  const folded = SEPARATORS.get(character) ?? character.normalize('NFKC');
  return /^[ -~]+$/.test(folded) ? folded : undefined;
}

/**
 * The first character by which a name could be taken for another: one that is not seen, or that looks like ASCII and
 * is not (full width letters, letters of mathematics, ligatures, slashes that part nothing). Letters of other scripts
 * are what they are, also where they look alike.
 *
 * @returns what messages say of it, behind "has": `U+3164, which cannot be seen`
 */
export function deceptiveCharacter(text: string): string | undefined {
  for (const character of text) {
    if (hasUnseen(character)) return `${codePoint(character)}, which cannot be seen`;
    const likeness = asciiLikeness(character);
    if (likeness !== undefined) return `${codePoint(character)}, which looks like ${likeness}`;
  }
  return undefined;
}

/** A text without what is not seen, in the ASCII that it looks like: what somebody takes it for. */
export const asItLooks = (text: string): string =>
  Array.from(
    replaceUnseen(text, () => ''),
    (each) => asciiLikeness(each) ?? each,
  ).join('');

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
