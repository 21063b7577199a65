import { Option } from 'commander';
import type { Command } from 'commander';
import { folders } from '../environment.js';
import { MIB } from '../../image/units.js';
import type { SnapshotSettings } from '../../machine/machine.js';
import { variableOption, variableSwitch } from '../variable-option.js';
import { wholeNumber } from './values.js';

/** Options of every command that starts a machine which may be kept for the next time. */
export interface SnapshotFlags {
  /** False with `--no-snapshot`. */
  snapshot?: boolean | undefined;
  fresh?: boolean | undefined;
  snapshotBudget?: number | undefined;
}

export function addSnapshotOptions(command: Command): Command {
  return command
    .addOption(
      variableSwitch(
        '--no-snapshot',
        'boot, and keep nothing for the next time',
        'ZOSIA_SNAPSHOT',
      ).conflicts('fresh'),
    )
    .option('--fresh', 'boot anew, though there is a saved machine, and save this one instead')
    .addOption(snapshotBudgetOption());
}

export const snapshotBudgetOption = (): Option =>
  variableOption(
    '--snapshot-budget <MiB>',
    'what saved machines may take of the disk; a tenth of what is free, at most 20480, unless given',
    'ZOSIA_SNAPSHOT_BUDGET',
    wholeNumber(0),
  );

/** @param snapshotBudget the value of {@link snapshotBudgetOption} */
export const budgetBytes = (snapshotBudget: number | undefined): number | undefined =>
  snapshotBudget === undefined ? undefined : snapshotBudget * MIB;

export interface SessionFlags {
  session?: string | undefined;
}

export const sessionOption = (): Option =>
  new Option(
    '--session <name>',
    'go on with the conversation of this name, or begin it; leaving keeps it',
  ).conflicts(['prompt', 'fresh', 'snapshot', 'uefi', 'serial', 'dryRun']);

export function snapshotSettings({
  snapshot = true,
  fresh = false,
  snapshotBudget,
  session,
}: SnapshotFlags & SessionFlags): SnapshotSettings {
  return {
    cacheDirectory: folders().cacheDirectory,
    // What is on the command line counts for more than the variable.
    areKept: snapshot || fresh || session !== undefined,
    isFresh: fresh,
    budgetBytes: budgetBytes(snapshotBudget),
  };
}
