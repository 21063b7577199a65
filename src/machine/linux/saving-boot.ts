import { writeFile } from 'node:fs/promises';
import { digestBytes } from '../../host/digest.js';
import { MIB } from '../../image/units.js';
import type { QemuEnd } from '../qemu/process.js';
import { readRoom } from '../snapshot/budget.js';
import type { Room } from '../snapshot/budget.js';
import { MAX_CONSOLE_BYTES, consolePath, describeRam, ramPath } from '../snapshot/files.js';
import type { SnapshotRecord } from '../snapshot/record.js';
import { saveMachine } from '../snapshot/save.js';
import type { TemporaryFolder } from '../../host/temporary.js';
import { quit, startLinux, wake } from './awake.js';
import type { RunningMachine } from './awake.js';
import type { InstantRun, SnapshotPlan } from './instant-run.js';
import { isWorthSaving, obstacleToBegin, reasonOf } from './worth-saving.js';
import type { Saving } from './worth-saving.js';

/** What a boot came to: how QEMU ended, and of what is to go on as a copy its digests. */
interface BootEnd {
  readonly end: QemuEnd;
  readonly saved?: Pick<SnapshotRecord, 'ram' | 'state'> | undefined;
  /** Why it could not be saved, where that means that it has to be booted once more. */
  readonly failure?: string | undefined;
}

/**
 * Boots a machine, and saves it when its guest is ready: its copies go on from there.
 *
 * @returns undefined when it has been saved; else it has gone on itself, and this is how QEMU ended
 */
export async function* bootToBeSaved(
  run: InstantRun,
  snapshots: SnapshotPlan,
): AsyncGenerator<Uint8Array, QemuEnd | undefined> {
  const { spec, onNote } = run.plan;
  const { store, parts, machineType, subject } = snapshots;
  const ramBytes = spec.ramMiB * MIB;
  let room: Room;
  let draft: TemporaryFolder;
  try {
    room = await readRoom(store, snapshots.budgetBytes);
    const obstacle = await obstacleToBegin(spec, room);
    if (obstacle !== undefined) throw new Error(obstacle);
    draft = await store.openDraft(ramBytes);
  } catch (error) {
    onNote(`the machine is not saved: ${reasonOf(error)}`);
    return yield* bootOnly(run);
  }
  // Found out while it boots: it is not asked for before the guest is ready.
  const over = new AbortController();
  const verdict = snapshots.restore.find(AbortSignal.any([run.signal, over.signal]));
  const found = verdict.catch(() => undefined);
  try {
    const shown: Uint8Array[] = [];
    const booting = boot(run, { snapshots, draft, room, verdict });
    let next = await booting.next();
    for (; next.done !== true; next = await booting.next()) {
      if (!run.isAwake) shown.push(next.value);
      yield next.value;
    }
    const { end, saved } = next.value;
    let { failure } = next.value;
    if (saved) {
      const console = Buffer.concat(shown).subarray(0, MAX_CONSOLE_BYTES);
      const ofConsole = { sizeBytes: console.length, sha256: digestBytes(console) };
      try {
        await writeFile(consolePath(draft.folder), console, { mode: 0o600 });
        await store.commit(draft, {
          parts,
          machineType,
          subject,
          ...saved,
          console: ofConsole,
        });
        return undefined;
      } catch (error) {
        failure = reasonOf(error);
      }
    }
    if (failure === undefined) return end;
    onNote(`the machine is not saved, and is booted anew: ${failure}`);
    return yield* bootOnly(run);
  } finally {
    over.abort();
    await Promise.all([found, draft.giveBack()]);
  }
}

/** Boots a machine that is not saved. */
export async function* bootOnly(run: InstantRun): AsyncGenerator<Uint8Array, QemuEnd> {
  return (yield* boot(run, undefined)).end;
}

async function* boot(
  run: InstantRun,
  saving: Saving | undefined,
): AsyncGenerator<Uint8Array, BootEnd> {
  const { composeInitrd, spec } = run.plan;
  const failed = new AbortController();
  const signal = AbortSignal.any([run.signal, failed.signal]);
  const machine = startLinux(
    {
      ...spec,
      initrd: await composeInitrd(),
      ...(saving && {
        machineType: saving.snapshots.machineType,
        memory: { path: ramPath(saving.draft.folder), isShared: true },
      }),
    },
    signal,
  );
  run.plan.onBoot?.(machine.ports);
  // Of a QEMU that has ended its end tells more; one that has not would wait for ever.
  let broken: Error | undefined;
  const giveUp = (error: unknown): undefined => {
    if (!machine.control.isOpen) return;
    broken = error instanceof Error ? error : new Error(String(error));
    failed.abort();
  };
  try {
    const meeting = meet(machine, run, saving, signal).catch(giveUp);
    yield* machine.qemu.stdout as AsyncIterable<Buffer>;
    const end = await machine.qemu.ended;
    const met = await meeting;
    if (met) return { ...met, end };
    if (broken !== undefined) throw broken;
    const isFull = saving && !run.isAwake && hadNoRoom(end);
    return { end, failure: isFull ? DISK_FULL : undefined };
  } finally {
    failed.abort();
  }
}

export const DISK_FULL = 'its disk is full';

/** Whether a machine with its RAM in a file has ended because the disk had no room for a page of it. */
export const hadNoRoom = ({ signal }: QemuEnd): boolean => signal === 'SIGBUS';

/** Meets the guest when it is ready: it is saved, and QEMU ends, or it goes on. */
async function meet(
  machine: RunningMachine,
  run: InstantRun,
  saving: Saving | undefined,
  signal: AbortSignal,
): Promise<Omit<BootEnd, 'end'> | undefined> {
  await machine.control.hear('ready', signal);
  if (saving && (await isWorthSaving(run.plan, saving, signal))) {
    const saved = await save(machine, run, saving, signal);
    await quit(machine);
    return saved;
  }
  await wake(machine, run.plan.wakeSettings(), signal);
  run.goOn(machine);
  return undefined;
}

async function save(
  { qemu, control }: RunningMachine,
  { plan }: InstantRun,
  { snapshots: { restore }, draft }: Saving,
  signal: AbortSignal,
): Promise<Omit<BootEnd, 'end'>> {
  try {
    const qmp = await qemu.qmp;
    const state = await saveMachine(qmp, draft.folder, { socketFolder: plan.folder, signal });
    return { saved: { state, ram: await describeRam(ramPath(draft.folder)) } };
  } catch (error) {
    signal.throwIfAborted();
    // Of a QEMU that has been killed there is nothing to learn.
    if (control.isOpen) await restore.learnFromFailure(error);
    return { failure: reasonOf(error) };
  }
}
