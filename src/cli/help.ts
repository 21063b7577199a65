import { Help, InvalidArgumentError } from 'commander';
import type { Command, Option } from 'commander';

/** Below this there is no room for two columns. */
const LEAST_COLUMNS = 70;

/** On a narrow terminal what an option means stands below it. */
class NarrowHelp extends Help {
  override formatItem(term: string, termWidth: number, description: string, helper: Help): string {
    const width = this.helpWidth ?? LEAST_COLUMNS;
    if (width >= LEAST_COLUMNS) return super.formatItem(term, termWidth, description, helper);
    return [`  ${term}`, ...(description === '' ? [] : [`      ${description}`])].join('\n');
  }

  override formatHelp(command: Command, helper: Help): string {
    const text = super.formatHelp(command, helper);
    const width = this.helpWidth ?? LEAST_COLUMNS;
    return width >= LEAST_COLUMNS ? text : foldLines(text, width);
  }
}

/** Folds lines that are longer than a width at their blanks; what follows is indented as they are. */
export function foldLines(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => foldLine(line, width))
    .join('\n');
}

function foldLine(line: string, width: number): string {
  const indent = /^ */.exec(line)![0];
  const lines: string[] = [];
  let current = '';
  for (const word of line.slice(indent.length).split(/ +/)) {
    const longer = current === '' ? indent + word : `${current} ${word}`;
    if (longer.length > width && current !== '') {
      lines.push(current);
      current = indent + word;
    } else current = longer;
  }
  // A line that fits keeps its blanks, which may be columns.
  return line.length <= width ? line : [...lines, current].join('\n');
}

/** Help that fits the terminal, the examples and remarks after it, too. */
export function fitHelp(command: Command): void {
  command.createHelp = () => Object.assign(new NarrowHelp(), command.configureHelp());
  const { isTTY, columns } = process.stdout;
  if (!isTTY || columns <= 0) return;
  command.configureOutput({
    writeOut: (text) => process.stdout.write(foldLines(text, columns)),
  });
}

/** Options whose value is text or a list: of those nothing may be meant. */
const MAY_BE_EMPTY = /<(?:text|args|lists?)>/;

const emptied = new WeakSet<Option>();

/** An option that also names what nothing may be meant of. Returns it. */
export function mayBeEmpty(option: Option): Option {
  emptied.add(option);
  return option;
}

/** An option that names something is refused when its name is empty, as of a variable that is not set. */
export function refuseEmpty(option: Option): void {
  if (!option.required || MAY_BE_EMPTY.test(option.flags) || emptied.has(option)) return;
  const { parseArg } = option as {
    parseArg?: ((text: string, previous: unknown) => unknown) | undefined;
  };
  option.argParser((text, previous) => {
    if (text === '') throw new InvalidArgumentError('It is empty.');
    return parseArg ? parseArg(text, previous) : text;
  });
}
