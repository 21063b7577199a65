import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { environment, folders } from '../environment.js';
import { print, printJson, say } from '../output/output.js';
import { settingsFolder } from '../settings-folder.js';
import { sayNote } from '../start/start.js';
import { VariableOption } from '../variable-option.js';
import type { ServeFlags } from './options.js';
import { decideMachines, prepareGuest, prepareServe } from './prepare.js';
import { checkKeys, keysFor, tlsFor } from './settings.js';
import { ZosiaError } from '../../errors.js';
import { homeDirectory } from '../../host/host-folders.js';
import { checkExposure } from '../../serve/access/exposure.js';
import { installService, removeService } from '../../serve/service/install.js';
import type { ServicePlace } from '../../serve/service/manager.js';
import { checkServiceSpec } from '../../serve/service/service-spec.js';

const SERVICE = 'zosia-serve';

/** Where programs and files are found, those of other programs' models, too: a service manager may see otherwise. */
const PASSED_ON = [
  'PATH',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'ZOSIA_CACHE',
  'OLLAMA_MODELS',
  'HF_HUB_CACHE',
  'HF_HOME',
  'LLAMA_CACHE',
];

export interface InstalledCommand {
  readonly models: readonly string[];
  readonly serverArgs: readonly string[];
  /** All that stands after `serve` on the command line. */
  readonly words: readonly string[];
}

/** `zosia serve --install` and `--uninstall`. What the service would fail of is found out first. */
export async function installServe(
  command: Command,
  { models, serverArgs, words }: InstalledCommand,
  flags: ServeFlags,
  context: CliContext,
): Promise<void> {
  const place = servicePlace();
  if (flags.uninstall) {
    const removed = await removeService({ ...place, name: SERVICE });
    if (flags.json) printJson(removed);
    else if (removed.files.length === 0) say('zosia has installed no service');
    else for (const file of removed.files) print(`removed ${file}`);
    return;
  }
  refuseKeyInVariable(flags);
  const tls = await tlsFor(flags);
  const { host, insecure = false } = flags;
  checkExposure({ host, hasKey: flags.key !== false, tls: tls !== undefined, insecure });
  checkKeys(flags, flags.host);
  const spec = {
    name: SERVICE,
    command: process.execPath,
    args: [process.argv[1]!, 'serve', ...withoutInstall(words)],
    folder: process.cwd(),
    environment: environmentOf(command),
    listen: [{ host, port: flags.port }],
  };
  checkServiceSpec(spec);
  const prepared = await prepareServe(models, serverArgs, flags, context);
  await prepareGuest(flags, context);
  await decideMachines(models, prepared, flags, context);
  await keysFor(flags, flags.host);
  const installed = await installService({ ...place, ...spec });
  if (flags.json) {
    printJson(installed);
    return;
  }
  for (const file of installed.files) print(`wrote ${file}`);
  for (const note of installed.notes) sayNote(note);
  if (!installed.isStarted) {
    sayNote('nobody is there to start it now; once you have a session:');
    for (const each of installed.commands) say(`  ${each}`);
  }
}

const OF_INSTALL: readonly string[] = ['--install', '--json'];

/** What stands after `--` is not of zosia. */
function withoutInstall(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.filter((word, at) => !OF_INSTALL.includes(word) || (end >= 0 && at > end));
}

function servicePlace(): ServicePlace {
  return {
    platform: process.platform,
    home: homeDirectory(),
    configDirectory: folders().configDirectory,
    userId: process.getuid?.(),
  };
}

/** Everybody may ask a service manager for the variables of a service. */
function refuseKeyInVariable({ apiKey }: ServeFlags): void {
  if (apiKey === undefined) return;
  throw new ZosiaError(
    'ZOSIA_BAD_OPTION',
    'a service is not given a key in a variable or an argument, where others could read it',
    {
      hint: `Put it into a file that you alone may read, and name that with --api-key-file; or unset ZOSIA_API_KEY, and one is made in ${settingsFolder()}.`,
    },
  );
}

/** The variables that its options have their values from, and those of the host. */
function environmentOf(command: Command): Record<string, string> {
  const sources = command.options.flatMap((option) =>
    option instanceof VariableOption && option.source !== undefined ? [option.source] : [],
  );
  const names = [...PASSED_ON, ...sources];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}
