/** What a unit file has words for within quotes; other control characters go by their number. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * A text as one quoted item of a unit file's line (systemd.syntax(7)). Quoted it is whatever it holds: empty, of
 * spaces, or a lone semicolon, which would separate commands.
 *
 * @param text well-formed, without NUL
 */
function quoted(text: string): string {
  const escaped = text.replace(
    /["\\\p{Cc}]/gu,
    (each) => ESCAPES[each] ?? (isAscii(each) ? `\\x${hex(each)}` : each),
  );
  return `"${specifierFree(escaped)}"`;
}

const isAscii = (character: string): boolean => character.charCodeAt(0) < 0x80;
const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0');

/** A text in which systemd finds no specifiers, such as %h for the home folder (systemd.unit(5)). */
export const specifierFree = (text: string): string => text.replaceAll('%', '%%');

/** The program of an `ExecStart=`. In it, unlike in its arguments, a dollar sign stands for itself. */
export const systemdProgram = quoted;

/** An argument of an `ExecStart=`, in which no variable of the environment is put in (systemd.service(5)). */
export const systemdArgument = (text: string): string => quoted(text.replaceAll('$', '$$$$'));

/** An assignment of an `Environment=`, where a dollar sign stands for itself (systemd.exec(5)). */
export const systemdAssignment = (name: string, value: string): string =>
  quoted(`${name}=${value}`);
