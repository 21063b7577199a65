import { Option } from 'commander';
import type { Command } from 'commander';
import { settingsFolder } from '../settings-folder.js';
import { inWords, wordFor } from '../output/option-words.js';
import { say } from '../output/output.js';
import { ZosiaError } from '../../errors.js';
import type { Workers } from '../../machine/machine.js';
import type { SplitModel } from '../../prepare/linux.js';
import type { Peer } from '../../workers/keys/peers.js';
import type { WorkerKey } from '../../workers/keys/worker-key.js';
import type { WorkersPlan } from '../../workers/plan/plan-workers.js';

/** Options of every command that may have a model computed on several machines. */
export interface WorkersFlags {
  workers?: string | undefined;
  peers?: string | undefined;
  tensorSplit?: string | undefined;
}

export function addWorkersOptions(command: Command): Command {
  return command
    .addOption(workersOption().conflicts(['session', 'uefi', 'serial']))
    .addOption(peersOption('workers'))
    .addOption(tensorSplitOption());
}

export const workersOption = (): Option =>
  new Option(
    '--workers <list>',
    'split the model over zosia worker on these hosts, as in box:50052,[fd00::2]=16GiB',
  );

/** @param whose keys are named */
export const peersOption = (whose: string): Option =>
  new Option('--peers <file>', `fingerprints of the keys that ${whose} may have, a line each`);

export const tensorSplitOption = (): Option =>
  new Option(
    '--tensor-split <shares>',
    "each worker's share, as in 3,1; by the memory that they have unless given",
  );

/** A model that is split, and who computes it. */
export interface ChosenWorkers {
  readonly workers: Workers;
  readonly split: SplitModel;
}

/**
 * Who computes for a machine; undefined: nobody else.
 *
 * @throws ZosiaError as `parseWorkers`, `parseTensorSplit`, `readPeers` and `reachWorkers`
 */
export async function chosenWorkers(flags: WorkersFlags): Promise<ChosenWorkers | undefined> {
  if (flags.workers === undefined) return undefined;
  const [{ parseWorkers }, { parseTensorSplit }, { planWorkers }, { reachWorkers }] =
    await Promise.all([
      import('../../workers/plan/worker-list.js'),
      import('../../workers/plan/tensor-split.js'),
      import('../../workers/plan/plan-workers.js'),
      import('../../workers/head/reach-workers.js'),
    ]);
  const addresses = parseWorkers(flags.workers);
  const tensorSplit =
    flags.tensorSplit === undefined
      ? undefined
      : parseTensorSplit(flags.tensorSplit, addresses.length);
  const peers = await chosenPeers(flags.peers);
  let key: Promise<WorkerKey> | undefined;
  return {
    workers: reachWorkers(addresses, {
      peers,
      // A dry run makes none.
      key: () => (key ??= ownKey()),
      onFailed: (name, error) => {
        say(`zosia: worker ${name}: ${reasonOf(error)}`);
      },
      onSilent: (name) => {
        say(
          `zosia: worker ${name} does not answer: it may compute for another head, whose end is waited for`,
        );
      },
    }),
    split({ info, layers }, contextTokens) {
      const plan = planWorkers({
        facts: info,
        layers,
        contextTokens,
        workers: addresses,
        tensorSplit,
      });
      requireFit(plan);
      const { weightBytes, kvCacheBytes } = plan.head;
      return { weightBytes, kvCacheBytes, llamaArgs: plan.llamaArgs };
    },
  };
}

/** What a file of `--peers` says. @throws ZosiaError as `readPeers` */
export async function chosenPeers(path: string | undefined): Promise<Peer[] | undefined> {
  if (path === undefined) return undefined;
  const { readPeers } = await import('../../workers/keys/peers.js');
  return readPeers(path);
}

async function ownKey(): Promise<WorkerKey> {
  const { workerKey } = await import('../../workers/keys/worker-key.js');
  return workerKey(settingsFolder());
}

/** @throws ZosiaError `ZOSIA_WORKERS_TOO_SMALL` */
function requireFit({ workers, fits }: WorkersPlan): void {
  if (fits !== false) return;
  const tight = workers.filter((each) => each.fits === false);
  const figures = tight.map(
    ({ name, neededMiB, memoryMiB }) => `${name} needs ${neededMiB} MiB and has ${memoryMiB ?? 0}`,
  );
  throw new ZosiaError('ZOSIA_WORKERS_TOO_SMALL', `the model does not fit: ${figures.join('; ')}`, {
    hint: 'See who would hold what: zosia plan MODEL --workers LIST. Add a worker, take a shorter context, or give other shares.',
  });
}

const reasonOf = (error: unknown): string =>
  error instanceof ZosiaError
    ? inWords(error.texts.message, wordFor(undefined))
    : (error as Error).message;
