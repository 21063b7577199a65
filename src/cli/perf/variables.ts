import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { ZosiaError } from '../../errors.js';

/** An option that a variable of the environment stands in for where it is not given. */
class VariableOption extends Option {
  constructor(
    flags: string,
    description: string,
    readonly variable: string,
    readonly parse: (text: string) => unknown,
  ) {
    super(flags, `${description} (${variable})`);
    // A switch has no value on the command line.
    if (this.required) this.argParser(parse);
  }
}

export function variableOption(
  flags: string,
  description: string,
  variable: string,
  parse: (text: string) => unknown = (text) => text,
): Option {
  return new VariableOption(flags, description, variable, parse);
}

/** A switch, whose variable says 1 or 0. */
export const variableSwitch = (flags: string, description: string, variable: string): Option =>
  new VariableOption(flags, description, variable, zeroOrOne);

function zeroOrOne(text: string): boolean {
  if (text === '1' || text === '0') return text === '1';
  throw new InvalidArgumentError('Give 1 or 0.');
}

/**
 * Fills in what was not given on the command line. A variable that is set to nothing counts as not set.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`, which names the variable
 */
export function applyVariables(
  command: Command,
  env: Readonly<Record<string, string | undefined>>,
): void {
  for (const option of command.options) {
    if (!(option instanceof VariableOption)) continue;
    const text = env[option.variable] ?? '';
    const name = option.attributeName();
    if (text === '' || command.getOptionValueSource(name) === 'cli') continue;
    try {
      command.setOptionValueWithSource(name, option.parse(text), 'env');
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new ZosiaError('ZOSIA_BAD_OPTION', `${option.variable} cannot be ${text}`, {
        hint: error.message,
      });
    }
  }
}
