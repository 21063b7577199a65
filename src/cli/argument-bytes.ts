import { readFileSync } from 'node:fs';
import { ZosiaError } from '../errors.js';
import { escapeName } from '../formats/escaped-name.js';

/** What Node puts in place of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * Refuses arguments that are not UTF-8: Node has replaced some of their bytes, so that no file of that name
 * would be found, and a prompt would not be what was typed. An argument may hold U+FFFD itself, so their
 * bytes decide; only Linux tells those. File names on a Mac are always UTF-8.
 *
 * @param args the arguments as Node decoded them
 * @param commandLine the bytes of a whole command line, each argument ended by NUL (proc_pid_cmdline(5));
 * undefined where the system does not tell
 * @throws ZosiaError `ZOSIA_ARGUMENT_NOT_UTF8`
 */
export function refuseNotUtf8(
  args: readonly string[],
  commandLine: () => Buffer | undefined = ownCommandLine,
): void {
  if (!args.some((arg) => arg.includes(REPLACEMENT))) return;
  // Byte by byte a character, so that it can be split. What stands before are Node's own arguments.
  const all = commandLine()?.toString('latin1').split('\0').slice(0, -1) ?? [];
  for (const text of all.slice(-args.length)) {
    const bytes = Buffer.from(text, 'latin1');
    if (bytes.equals(Buffer.from(bytes.toString('utf8')))) continue;
    throw new ZosiaError(
      'ZOSIA_ARGUMENT_NOT_UTF8',
      `the argument ${escapeName(bytes)} is not UTF-8, and Node.js takes no other`,
      {
        hint: 'Rename the file, or make a link to it with a name in UTF-8. A path inside an image takes \\xHH for a byte.',
      },
    );
  }
}

function ownCommandLine(): Buffer | undefined {
  try {
    return readFileSync('/proc/self/cmdline');
  } catch {
    return undefined;
  }
}
