/** Control characters, C1 ones with them: some terminals obey those, too. */
const CONTROL = /\p{Cc}/gu;

/**
 * Text as a terminal may get it: control characters become `\xHH`, as in the names of files. What a file
 * says of itself could else clear the screen, or look like further lines. Printable text stays as it is.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, escapeBytes);
}

/** {@link printable} for text of several lines, with tabs perhaps. */
export function printableLines(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\n' || character === '\t' ? character : escapeBytes(character),
  );
}

/** JSON escapes control characters below 0x20 alone; the others may be escaped. */
export function printableJson(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function escapeBytes(character: string): string {
  return Buffer.from(character, 'utf8').toString('hex').replace(/../g, '\\x$&');
}
