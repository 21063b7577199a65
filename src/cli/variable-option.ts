import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { variable } from './environment.js';
import type { Environment } from './environment.js';
import { ZosiaError } from '../errors.js';

/** How the text of an option or of a variable is read. @throws InvalidArgumentError */
type Parse = (text: string) => unknown;

/** The variables that stand in for an option, the first that is set before the others. */
type Variables = Readonly<Record<string, Parse>>;

const asText: Parse = (text) => text;

/**
 * An option that a variable of the environment stands in for where it is not given. commander's own
 * `Option.env()` takes a variable that is set to nothing for a value, knows one variable an option, and
 * takes any value of a switch's for "on".
 */
export class VariableOption extends Option {
  /** The variable that the value is from, if it is from one. */
  source: string | undefined;

  constructor(
    flags: string,
    description: string,
    readonly variables: Variables,
    parse: Parse,
  ) {
    super(flags, `${description} (env: ${Object.keys(variables).join(', ')})`);
    // A switch has no value on the command line.
    if (this.required) this.argParser(parse);
  }
}

/**
 * An option with a value.
 *
 * @param variables the name of its variable, which is read as the option is; or several, with what reads each
 */
export function variableOption(
  flags: string,
  description: string,
  variables: string | Variables,
  parse: Parse = asText,
): VariableOption {
  const named = typeof variables === 'string' ? { [variables]: parse } : variables;
  return new VariableOption(flags, description, named, parse);
}

/** A switch, whose variable says 1 or 0. */
export const variableSwitch = (flags: string, description: string, name: string): VariableOption =>
  new VariableOption(flags, description, { [name]: zeroOrOne }, asText);

const ONE_OR_ZERO = 'Give 1 or 0.';

const isSwitch = (text: string): boolean => text === '1' || text === '0';

function zeroOrOne(text: string): boolean {
  if (isSwitch(text)) return text === '1';
  throw new InvalidArgumentError(ONE_OR_ZERO);
}

/**
 * Whether a variable that is a switch for every command is on.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION` for anything but 1 and 0
 */
export function switchVariable(name: string): boolean {
  const text = variable(name) ?? '0';
  if (isSwitch(text)) return text === '1';
  throw new ZosiaError('ZOSIA_BAD_OPTION', `${name} cannot be ${text}`, { hint: ONE_OR_ZERO });
}

/**
 * Fills in what was not given on the command line. A variable that is set to nothing counts as not set.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`, which names the variable
 */
export function applyVariables(command: Command, env?: Environment): void {
  for (const option of command.options) {
    if (!(option instanceof VariableOption)) continue;
    const name = option.attributeName();
    const found = variableOf(option, env);
    if (!found || isOnCommandLine(command, name)) continue;
    option.source = found.name;
    try {
      command.setOptionValueWithSource(name, found.parse(found.text), 'env');
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new ZosiaError('ZOSIA_BAD_OPTION', `${found.name} cannot be ${found.text}`, {
        hint: error.message,
      });
    }
  }
}

function variableOf({ variables }: VariableOption, env?: Environment) {
  for (const [name, parse] of Object.entries(variables)) {
    const text = variable(name, env);
    if (text !== undefined) return { name, text, parse };
  }
  return undefined;
}

/** Whether an option was given on the command line, not only by its variable. */
export const isOnCommandLine = (command: Command, attribute: string): boolean =>
  command.getOptionValueSource(attribute) === 'cli';

/**
 * What the user calls an option of a command: `--ram`, or `RAM_MB` where its value is from there. Undefined
 * where the command has no such option.
 */
export function originOf(command: Command, attribute: string): string | undefined {
  const option = command.options.find((each) => each.attributeName() === attribute);
  if (!option) return undefined;
  const variable = option instanceof VariableOption ? option.source : undefined;
  return variable ?? option.long ?? option.flags;
}
