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

/**
 * A path as one word of a command: one that begins with a dash is no option there.
 *
 * @param path as the user has it, or as the system does
 */
export function shellPath(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}
