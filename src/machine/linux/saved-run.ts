import type { LiveEnd } from '../console/live-machine.js';
import { readSnapshot } from '../snapshot/files.js';
import type { Snapshot } from '../snapshot/files.js';
import { snapshotKey } from '../snapshot/record.js';
import type { LentSnapshot } from '../snapshot/store.js';
import type { InstantRun, SnapshotPlan } from './instant-run.js';
import { bootOnly, bootToBeSaved } from './saving-boot.js';
import { reasonOf } from './worth-saving.js';

/** How a copy ended, or why it could not be woken: it has shown nothing then. */
export type CopyEnd = { readonly end: LiveEnd } | { readonly failure: unknown };

/** What is done with a saved machine. */
export interface SavedRun {
  /** Goes on as a copy of it. @param shown what its console has shown before, and shows again */
  readonly runCopy: (snapshot: Snapshot, shown: Uint8Array) => AsyncGenerator<Uint8Array, CopyEnd>;
  /** Called with the reason when it is a machine that boots that goes on. */
  readonly onUnsaved?: ((reason: string) => void) | undefined;
}

/** Goes on as a copy of the machine that was saved before; where there is none, of one that boots and is saved. */
export async function* runSaved(
  run: InstantRun,
  snapshots: SnapshotPlan,
  { runCopy, onUnsaved }: SavedRun,
): AsyncGenerator<Uint8Array, LiveEnd> {
  const { store, restore } = snapshots;
  // It was told when it was found out.
  if (restore.verdict?.usable === false) {
    onUnsaved?.(`saved machines cannot go on here: ${restore.verdict.reason}`);
    return yield* bootOnly(run);
  }
  const key = snapshotKey(snapshots.parts);
  const kept = await store.lend(key, () => {
    run.plan.onNote('the saved machine is not whole any more, and is booted anew');
  });
  // The host may have had no time yet to write it all to the disk.
  if (kept?.snapshot.record.hostStart !== undefined) void store.sync(key).catch(() => undefined);
  if (kept) {
    const copy = yield* runLent(run, kept, kept.snapshot.console, runCopy);
    if ('end' in copy) {
      await restore.learnFromCopy();
      return copy.end;
    }
    // It may be this one alone that cannot be used.
    await store.remove(key);
  }

  const ofBoot = yield* bootToBeSaved(run, snapshots);
  if (ofBoot) {
    onUnsaved?.('its machine could not be saved');
    return ofBoot;
  }
  const saved = await store.lend(key);
  if (saved) {
    const copy = yield* runLent(run, saved, new Uint8Array(0), runCopy);
    if ('end' in copy) return copy.end;
    // One that somebody has removed meanwhile, by `--fresh` or a prune, says nothing of QEMU.
    if (await readSnapshot(saved.snapshot.folder)) await restore.learnFromFailure(copy.failure);
    await store.remove(key);
  } else {
    run.plan.onNote('the machine was saved, but is not to be found again, and is booted anew');
  }
  onUnsaved?.('its machine was saved, and could not be woken');
  return yield* bootOnly(run);
}

async function* runLent(
  run: InstantRun,
  { snapshot, giveBack }: LentSnapshot,
  shown: Uint8Array,
  runCopy: SavedRun['runCopy'],
): AsyncGenerator<Uint8Array, CopyEnd> {
  try {
    const copy = yield* runCopy(snapshot, shown);
    if ('failure' in copy) {
      const reason = reasonOf(copy.failure);
      run.plan.onNote(`the saved machine cannot be used, and is booted anew: ${reason}`);
    }
    return copy;
  } finally {
    await giveBack();
  }
}
