import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { duration } from '../options/duration.js';
import { addFetchOptions } from '../options/fetch.js';
import type { FetchFlags } from '../options/fetch.js';
import { addHostOptions } from '../options/machine.js';
import type { HostFlags } from '../options/machine.js';
import { modelsDirOption, verifyModelOption } from '../options/models.js';
import type { ModelFlags } from '../options/models.js';
import { addSnapshotOptions } from '../options/snapshot.js';
import type { SnapshotFlags } from '../options/snapshot.js';
import { WAIT_DESCRIPTION, timeoutSeconds, waitPolicy, wholeNumber } from '../options/values.js';
import { addWorkersOptions } from '../options/workers.js';
import type { WorkersFlags } from '../options/workers.js';
import { variableOption } from '../variable-option.js';
import type { WaitPolicy } from '../../machine/machine.js';
import type { Alias } from '../../serve/models/with-aliases.js';

export interface ServeFlags
  extends HostFlags, FetchFlags, Omit<ModelFlags, 'key'>, SnapshotFlags, WorkersFlags {
  host: string;
  port: number;
  apiKey?: string | undefined;
  apiKeyFile?: string | undefined;
  /** False with `--no-key`. */
  key?: boolean | undefined;
  insecure?: true | undefined;
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
  cors?: string[] | undefined;
  allowHost?: string[] | undefined;
  open?: true | undefined;
  keep: number;
  maxMachines: number;
  memory?: number | undefined;
  parallel: number;
  queue: number;
  patience: number;
  timeout: number;
  alias?: Alias[] | undefined;
  mmproj?: string | undefined;
  lora?: string[] | undefined;
  draft?: string | undefined;
  embedding?: true | undefined;
  rerank?: true | undefined;
  threads?: number | undefined;
  wait?: WaitPolicy | undefined;
  install?: true | undefined;
  uninstall?: true | undefined;
  json?: true | undefined;
}

const USUAL_PORT = 9931;
const USUAL_HOST = '127.0.0.1';
const USUAL_KEEP = '5m';
const USUAL_MACHINES = 8;
const USUAL_QUEUE = 128;
const USUAL_PATIENCE = '30s';
const USUAL_TIMEOUT_SECONDS = 600;

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

export function addServeOptions(command: Command): Command {
  addListenOptions(command.optionsGroup('Where, and for whom:'));
  addPoolOptions(command.optionsGroup('Machines:'));
  addModelOptions(command.optionsGroup('The models:'));
  command.optionsGroup('As a service:');
  command
    .addOption(
      new Option(
        '--install',
        'have systemd or launchd run it for you from now on, and end',
      ).conflicts(['open', 'dryRun', 'apiKey']),
    )
    .addOption(
      new Option('--uninstall', 'remove that service, and end').conflicts(['install', 'dryRun']),
    );
  return addHostOptions(command)
    .option('--threads <n>', 'threads of llama.cpp in each', wholeNumber(1))
    .option('--wait <how>', WAIT_DESCRIPTION, waitPolicy)
    .addOption(
      new Option(
        '--json',
        'print as JSON where it listens, once it does; or what --install did',
      ).conflicts('dryRun'),
    );
}

function addListenOptions(command: Command): void {
  command
    .option('--host <address>', 'where it listens', USUAL_HOST)
    .option('--port <n>', 'with 0, any that is free', portNumber, USUAL_PORT)
    .addOption(
      variableOption(
        '--api-key <key>',
        'a key that opens it; better in the variable, or a file: others can see arguments',
        'ZOSIA_API_KEY',
      ),
    )
    .option(
      '--api-key-file <file>',
      'keys that open it, a line each; made and shown once unless given',
    )
    .option('--no-key', 'let everybody on this host ask without one')
    .option('--tls-cert <file>', 'its certificate, and those that lead from it, in PEM')
    .option('--tls-key <file>', "the certificate's key, in PEM")
    .option('--insecure', 'let other hosts ask without TLS')
    .option('--cors <origin>', 'let pages of this origin ask, as https://example.org', origins)
    .option('--allow-host <name>', 'a further name that it is asked by', hostNames)
    .option('--open', 'open the chat page in a browser');
}

function addPoolOptions(command: Command): void {
  command
    .option('--keep <time>', 'put a machine away that nobody has asked for so long', duration)
    .option('--max-machines <n>', 'so many at once', wholeNumber(1), USUAL_MACHINES)
    .option(
      '--memory <MiB>',
      'what all machines may have together; what is free at the start unless given',
      wholeNumber(1),
    )
    .option('--parallel <n>', 'requests that a machine answers at once', parallelRequests, 1)
    .option('--queue <n>', 'requests that may wait for one machine', wholeNumber(0), USUAL_QUEUE)
    .option(
      '--patience <time>',
      'how long a request waits for room while other machines answer',
      duration,
    )
    .option(
      '--timeout <s>',
      'give up a machine that is not ready after so many seconds',
      timeoutSeconds,
      USUAL_TIMEOUT_SECONDS,
    );
  setDuration(command, '--keep', USUAL_KEEP);
  setDuration(command, '--patience', USUAL_PATIENCE);
  addSnapshotOptions(command);
}

function setDuration(command: Command, long: string, text: string): void {
  const found = command.options.find((each) => each.long === long)!;
  found.default(duration(text), text);
  command.setOptionValueWithSource(found.attributeName(), duration(text), 'default');
}

function addModelOptions(command: Command): void {
  command
    .option(
      '-c, --ctx <n>',
      'length of the context of each request; up to 4096 unless given',
      wholeNumber(1),
    )
    .option('--alias <name[=model]>', 'a further name for a model', aliases)
    .option('--mmproj <model>', 'the projector of the model, which lets it see or hear')
    .option('--lora <model>', 'a LoRA adapter for the model', collect)
    .option(
      '--draft <model>',
      'a smaller model of the same family, which proposes tokens to the model',
    )
    .addOption(
      new Option(
        '--embedding',
        'the model turns texts into vectors, whatever its file says',
      ).conflicts('rerank'),
    )
    .option('--rerank', 'the model scores texts, whatever its file says')
    .addOption(verifyModelOption())
    .addOption(modelsDirOption());
  addWorkersOptions(command);
  addFetchOptions(command);
}

const MAX_PORT = 65_535;

function portNumber(text: string): number {
  const value = wholeNumber(0)(text);
  if (value <= MAX_PORT) return value;
  throw new InvalidArgumentError(`Give a port from 0 to ${MAX_PORT}.`);
}

/** A machine has 64 connections, and those of clients that have just gone are among them for a while. */
const MAX_PARALLEL = 32;

function parallelRequests(text: string): number {
  const value = wholeNumber(1)(text);
  if (value <= MAX_PARALLEL) return value;
  throw new InvalidArgumentError(`Give a number from 1 to ${MAX_PARALLEL}.`);
}

/** As a Host header has it. @throws InvalidArgumentError */
function hostNames(text: string, all: readonly string[] = []): string[] {
  if (/^[^\s/@?#]+$/.test(text) && URL.canParse(`http://${text}`)) return collect(text, all);
  throw new InvalidArgumentError('Give a name, or a name and a port, as in box.local:9931.');
}

/** As browsers send it, of a page that has one. @throws InvalidArgumentError */
function origins(text: string, all: readonly string[] = []): string[] {
  const isOrigin = URL.canParse(text) && new URL(text).origin === text;
  if (isOrigin) return collect(text, all);
  throw new InvalidArgumentError('Give scheme, host and port alone, as in https://example.org.');
}

function aliases(text: string, all: readonly Alias[] = []): Alias[] {
  const at = text.indexOf('=');
  const [alias, model] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (alias === '' || model === '') throw new InvalidArgumentError('Give NAME, or NAME=MODEL.');
  return [...all, { alias, model }];
}
