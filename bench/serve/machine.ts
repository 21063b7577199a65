import { join } from 'node:path';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { namedModels } from '../../src/cli/options/models.js';
import { hostFreeMiB } from '../../src/machine/machine.js';
import { defaultPlaces } from '../../src/recipes/places.js';
import { describeMachine } from '../../src/serve/machines/plan-machine.js';
import type { PlanMachineOptions } from '../../src/serve/machines/plan-machine.js';
import { KeptMachines } from '../../src/serve/machines/kept-machines.js';
import { namedEntries } from '../../src/serve/models/named-entries.js';
import type { ServedEntry } from '../../src/serve/models/served-entry.js';
import { HOST } from '../../test/support/host.js';

/** The built-in model, and how `zosia serve --parallel` makes its machine. */
export interface BuiltInModel {
  readonly entry: ServedEntry;
  readonly plan: PlanMachineOptions;
}

/** @param parallel how many requests it answers at once */
export async function builtInModel(parallel: number): Promise<BuiltInModel> {
  const places = defaultPlaces();
  const [entry] = await namedEntries([undefined], { modelsDir: places.modelsDir });
  const plan: PlanMachineOptions = {
    prepare: {
      arch: hostArchitecture(),
      // What `zosia serve` has put there.
      places: { ...places, artifactsDir: join(HOST.cacheDirectory, 'guest') },
      folders: HOST,
      machine: { sharedMiB: await hostFreeMiB() },
      contextTokens: undefined,
    },
    named: (hold) => namedModels({}, { hold }),
    parallel,
    serverArgs: [],
    snapshots: () => ({ cacheDirectory: HOST.cacheDirectory, areKept: true, isFresh: false }),
    onNote: (line) => {
      console.error(line);
    },
    kept: new KeptMachines(),
  };
  return { entry: entry!, plan };
}

/** What the guest's init tells llama-server (guest/init/llama/llama.c), besides where it listens. */
const OF_INIT = '--no-ui --parallel 1 --cache-ram 0 --jinja --log-verbosity 3'.split(' ');

/** What llama-server in the machine is, for one on this host. */
export interface ServerInMachine {
  readonly initramfs: string;
  readonly args: readonly string[];
}

export async function serverInMachine({ entry, plan }: BuiltInModel): Promise<ServerInMachine> {
  const { machine, args } = await describeMachine(entry, plan);
  const [, threads] = /zosia\.llama_threads=(\d+)/.exec(machine.spec.append) ?? [];
  const ofThreads = threads === undefined ? [] : ['--threads', threads];
  const all = ['-m', machine.model.path, ...OF_INIT, ...ofThreads, ...args];
  return { initramfs: machine.spec.initrd, args: all };
}
