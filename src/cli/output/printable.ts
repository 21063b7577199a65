import { replaceUnseen } from '../../formats/unseen.js';

/**
 * Text as a terminal may get it: what it may obey or hide instead of showing it becomes `\xHH` for each of its
 * bytes, as in the names of files. What a file says of itself could else clear the screen, or look like further
 * lines. Printable text stays as it is.
 */
export function printable(text: string): string {
  return replaceUnseen(text, escapeBytes);
}

/** {@link printable} for text of several lines, with tabs perhaps. */
export function printableLines(text: string): string {
  return replaceUnseen(text, (character) =>
    character === '\n' || character === '\t' ? character : escapeBytes(character),
  );
}

/** JSON escapes control characters below 0x20 alone, outside of which it has line feeds; others may be. */
export function printableJson(json: string): string {
  return replaceUnseen(json, (character) =>
    character === '\n' ? character : escapeUnits(character),
  );
}

function escapeBytes(character: string): string {
  return Buffer.from(character, 'utf8').toString('hex').replace(/../g, '\\x$&');
}

/** `\uHHHH` for each UTF-16 unit. */
function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
