import { SERVER_PORT_NAME, withInstantStart } from '../../machine/machine.js';
import type { LinuxMachineSpec, SnapshotSettings, Workers } from '../../machine/machine.js';
import { runServed } from '../../machine/linux/served.js';
import type { NamedModels } from '../../models/named-models.js';
import { planLinuxMachine } from '../../prepare/linux.js';
import type { PrepareLinuxOptions, ReadyLinuxMachine } from '../../prepare/linux.js';
import { withRunDisk } from '../../prepare/run-disk.js';
import { MODEL_KINDS } from '../../inspect/models/kind.js';
import type { ServedEntry } from '../models/served-entry.js';
import type { KeptMachines } from './kept-machines.js';
import type { MachineRun, PlannedMachine } from './planned-machine.js';
import { roleOf } from './role.js';
import type { ServedRole } from './role.js';
import { servedTemplate } from './served-template.js';
import { serverArguments } from './server-arguments.js';

export interface PlanMachineOptions {
  /** What all machines have in common; its guest is there. */
  readonly prepare: Omit<
    PrepareLinuxOptions,
    'model' | 'draft' | 'projector' | 'adapters' | 'named' | 'slots' | 'signal' | 'kinds'
  >;
  /** Makes the names of this host findable; see `NamedModelsOptions.hold`. */
  readonly named: (hold: boolean) => NamedModels;
  /** How many requests a machine answers at once. */
  readonly parallel: number;
  /** Of a model that does not say what it is for, or says something else. */
  readonly role?: ServedRole | undefined;
  /** Further arguments of llama-server, after zosia's own. */
  readonly serverArgs: readonly string[];
  readonly snapshots: (model: string) => SnapshotSettings;
  /** Machines elsewhere that compute for it; there is one machine then. */
  readonly workers?: Workers | undefined;
  /** Whether the guest need not be there: nothing is started. */
  readonly dryRun?: boolean | undefined;
  readonly onNote: (line: string) => void;
  /** What was decided before. */
  readonly kept?: KeptMachines<DescribedMachine> | undefined;
}

/** A machine of a served model, decided on. */
export interface DescribedMachine {
  readonly machine: ReadyLinuxMachine;
  readonly args: readonly string[];
}

/**
 * Decides on the machine of a model.
 *
 * @throws ZosiaError as `planLinuxMachine`
 */
export async function describeMachine(
  entry: ServedEntry,
  options: PlanMachineOptions,
  signal?: AbortSignal,
): Promise<DescribedMachine> {
  const { prepare, named, parallel, serverArgs } = options;
  const { found, companions } = entry;
  const machine = await planLinuxMachine(
    {
      ...prepare,
      ...companions,
      model: found,
      named: named(false),
      kinds: MODEL_KINDS,
      slots: parallel,
      signal,
    },
    options.dryRun,
  );
  const role = options.role ?? roleOf(machine.model);
  const { contextTokens, llamaArgs } = machine;
  const ofModel = serverArguments({
    role,
    pooling: machine.model.pooling,
    contextTokens,
    name: entry.name,
  });
  return { machine, args: [...llamaArgs, ...ofModel, ...serverArgs] };
}

/**
 * What a machine was decided to be, as long as that holds; else it is decided on, and what a user should know of it
 * is told.
 *
 * @throws ZosiaError as {@link describeMachine}
 */
export async function decidedMachine(
  entry: ServedEntry,
  options: PlanMachineOptions,
  signal?: AbortSignal,
): Promise<DescribedMachine> {
  const decide = async (): Promise<DescribedMachine> => {
    const decided = await describeMachine(entry, options, signal);
    const { accel, notes = [] } = decided.machine.spec;
    for (const note of [accel.note, ...notes]) if (note !== undefined) options.onNote(note);
    return decided;
  };
  return options.kept?.of(entry, decide) ?? decide();
}

/**
 * Makes the machine of a model ready to be started: one that was saved goes on where it waited for its first request.
 *
 * @throws ZosiaError as {@link describeMachine}
 */
export async function planMachine(
  entry: ServedEntry,
  options: PlanMachineOptions,
  signal?: AbortSignal,
): Promise<PlannedMachine> {
  const { machine, args } = await decidedMachine(entry, options, signal);
  const { workers, kept } = options;
  const snapshots = options.snapshots(entry.name);
  const onNote = (line: string): void => {
    // It may be that its accelerator does not work: that is decided anew.
    kept?.forget(entry.name);
    options.onNote(line);
  };
  const run = async (spec: LinuxMachineSpec, { signal, onAwake }: MachineRun) => {
    const canBeSaved = spec.disk?.format === 'table';
    await withInstantStart(
      {
        request: { args, serve: true, chatTemplate: servedTemplate(machine.model.info) },
        ports: [SERVER_PORT_NAME],
        workers,
        snapshots: { ...snapshots, areKept: snapshots.areKept && canBeSaved },
        onNote,
        wakeSettings: () => ({}),
      },
      // Whatever a user's settings say of a console: nobody is at that of a server.
      (start) =>
        runServed({ ...spec, console: { to: 'stdio' } }, { start, signal, onAwake, onNote }),
    );
  };
  return {
    ramMiB: machine.spec.ramMiB,
    async run(given) {
      // While it runs, nobody removes its files.
      const held = options.named(true);
      try {
        if (entry.found !== undefined) await held.find(entry.found);
        await withRunDisk(machine, (spec) => run(spec, given), given.signal);
      } catch (error) {
        if (!given.signal.aborted) throw error;
      } finally {
        await held.release();
      }
    },
  };
}
