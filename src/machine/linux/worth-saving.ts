import type { TemporaryFolder } from '../../host/temporary.js';
import { explainSystemError, systemReason } from '../../host/system-errors.js';
import { MIB } from '../../image/units.js';
import { makeRoom } from '../snapshot/budget.js';
import type { Room } from '../snapshot/budget.js';
import { allocatedBytes } from '../snapshot/files.js';
import type { RestoreVerdict } from '../snapshot/restore-verdict.js';
import type { InstantPlan, SnapshotPlan } from './instant-run.js';

/** Where a machine that boots is to be saved. */
export interface Saving {
  readonly snapshots: SnapshotPlan;
  readonly draft: TemporaryFolder;
  readonly room: Room;
  /** Whether it could be restored. */
  readonly verdict: Promise<RestoreVerdict>;
}

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
  const [needed, budget] = [neededBytes, room.budgetBytes].map((bytes) => Math.ceil(bytes / MIB));
  return `it takes ${needed} MiB, and saved machines may take ${budget}`;
}

/** What went wrong, in a line. */
export const reasonOf = (error: unknown): string => {
  if (explainSystemError(error)) return systemReason(error);
  return error instanceof Error ? error.message : String(error);
};
