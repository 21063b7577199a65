/** Characters that no POSIX shell treats specially, wherever they stand in a word. */
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A text as one word of a POSIX shell's command line, quoted where that is needed. */
export function shellWord(text: string): string {
  return PLAIN_WORD.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An argument vector as a line that a POSIX shell splits back into the same arguments. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}
