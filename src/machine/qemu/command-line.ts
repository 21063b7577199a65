import { shellWord } from '../../image/shell-word.js';

/** An argument vector as a line that a POSIX shell splits back into the same arguments. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}
