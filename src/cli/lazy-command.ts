import { Command, Help, Option } from 'commander';
import type { CliContext } from './context.js';
import { fitHelp, refuseEmpty } from './help.js';

/** Gives a command its arguments, options, help and action. */
export type DefineCommand = (command: Command, context: CliContext) => void;

/** What the help of a program says of a command, and where the rest of it is. */
export interface CommandListing {
  readonly name: string;
  readonly description: string;
  /** Its arguments, as in `<image> [path]`. */
  readonly takes?: string;
  /** Whether it is meant where no command is named. */
  readonly isDefault?: boolean;
  /** Loads the module that defines it. */
  readonly load: () => Promise<DefineCommand>;
}

/**
 * A command whose definition is loaded when it is asked for: those of all commands, with all that they
 * import, take Node longer to load than many a command takes to run.
 */
export class LazyCommand extends Command {
  #load: (() => Promise<void>) | undefined;
  readonly #takes: string;

  constructor({ name, description, takes = '', load }: CommandListing, context: CliContext) {
    super(name);
    this.description(description);
    this.#takes = takes;
    this.#load = async () => {
      const define = await load();
      define(this, context);
      settle(this);
    };
  }

  /** Defines it, unless that is done. */
  async load(): Promise<void> {
    const load = this.#load;
    this.#load = undefined;
    await load?.();
  }

  /** How the help of the command above names it. */
  get term(): string {
    return [this.name(), '[options]', this.#takes].join(' ').trimEnd();
  }
}

/** Adds commands, each of which is loaded once it is asked for, or its help is. */
export function addCommands(
  parent: Command,
  context: CliContext,
  listings: readonly CommandListing[],
): void {
  for (const listing of listings) {
    const { isDefault = false } = listing;
    parent.addCommand(new LazyCommand(listing, context), { isDefault });
  }
  parent.configureHelp({
    subcommandTerm: (command) =>
      command instanceof LazyCommand ? command.term : new Help().subcommandTerm(command),
  });
  parent.hook('preSubcommand', (_, command) => loadCommand(command));
}

/** Defines a command that may not have been asked for yet. */
export async function loadCommand(command: Command): Promise<void> {
  if (command instanceof LazyCommand) await command.load();
}

/** Gives a command and all below it what commander does not hand down to commands made earlier. */
export function settle(command: Command): void {
  const path = pathOf(command);
  const lists =
    command.commands.length > 0 ? 'lists its commands' : 'shows its arguments and options';
  command
    .exitOverride()
    .showHelpAfterError(`(${path} --help ${lists})`)
    // A command may have an option of the same name as one above it.
    .enablePositionalOptions();
  if (!command.options.some(({ long }) => long === '--debug')) {
    command.addOption(new Option('--debug').hideHelp());
  }
  fitHelp(command);
  for (const option of command.options) refuseEmpty(option);
  for (const child of command.commands) {
    if (!(child instanceof LazyCommand)) settle(child);
  }
}

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
