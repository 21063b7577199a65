import { stat } from 'node:fs/promises';
import type { TemporaryFolder } from '../../host/temporary.js';
import { explainSystemError, systemReason } from '../../host/system-errors.js';
import { MIB } from '../../image/units.js';
import { hasRoomForRam, makeRoom } from '../snapshot/budget.js';
import type { Room } from '../snapshot/budget.js';
import { allocatedBytes } from '../snapshot/files.js';
import type { RestoreVerdict } from '../snapshot/restore-verdict.js';
import type { InstantPlan, SnapshotPlan } from './instant-run.js';
import type { LinuxMachineSpec } from './spec.js';

/** Where a machine that boots is to be saved. */
export interface Saving {
  readonly snapshots: SnapshotPlan;
  readonly draft: TemporaryFolder;
  readonly room: Room;
  /** Whether it could be restored. */
  readonly verdict: Promise<RestoreVerdict>;
}

/**
 * Why a machine need not even boot with its memory in a file; undefined where it may be worth it. What such a
 * guest reads of its model goes to the disk: of a large one that is much.
 */
export async function obstacleToBegin(
  { disk, ramMiB }: Pick<LinuxMachineSpec, 'disk' | 'ramMiB'>,
  room: Room,
): Promise<string | undefined> {
  const ramBytes = ramMiB * MIB;
  if (!hasRoomForRam(room, ramBytes)) return 'its disk has too little room';
  const sizes = await Promise.all((disk?.format === 'table' ? disk.files : []).map(sizeOf));
  // All of the model is in the guest's memory once it is loaded.
  const leastBytes = Math.min(
    sizes.reduce((sum, each) => sum + each, 0),
    ramBytes,
  );
  return leastBytes <= room.budgetBytes ? undefined : overBudget('at least ', leastBytes, room);
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/**
 * Whether a machine whose guest is ready is to be saved; a line says why not.
 *
 * @throws the reason of `signal`
 */
export async function isWorthSaving(
  plan: InstantPlan,
  saving: Saving,
  signal: AbortSignal,
): Promise<boolean> {
  const reason = (await obstacleToRestoring(saving, signal)) ?? (await obstacleToKeeping(saving));
  if (reason !== undefined) plan.onNote(`the machine is not saved: ${reason}`);
  return reason === undefined;
}

async function obstacleToRestoring(
  { verdict }: Saving,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const found = await verdict;
    return found.usable ? undefined : `it could not go on here: ${found.reason}`;
  } catch (error) {
    signal.throwIfAborted();
    return reasonOf(error);
  }
}

async function obstacleToKeeping({
  snapshots: { store },
  draft,
  room,
}: Saving): Promise<string | undefined> {
  const neededBytes = await allocatedBytes(draft.folder);
  if (await makeRoom(store, room, neededBytes)) return undefined;
  return overBudget('', neededBytes, room);
}

function overBudget(atLeast: string, neededBytes: number, { budgetBytes }: Room): string {
  const [needed, budget] = [neededBytes, budgetBytes].map((bytes) => Math.ceil(bytes / MIB));
  return `it takes ${atLeast}${needed} MiB, and saved machines may take ${budget}`;
}

/** What went wrong, in a line. */
export const reasonOf = (error: unknown): string => {
  if (explainSystemError(error)) return systemReason(error);
  return error instanceof Error ? error.message : String(error);
};
