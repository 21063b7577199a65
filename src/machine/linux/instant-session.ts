import { writeFile } from 'node:fs/promises';
import { ZosiaError } from '../../errors.js';
import { digestBytes } from '../../host/digest.js';
import { changedParts, snapshotKey } from '../snapshot/record.js';
import type { SnapshotParts } from '../snapshot/record.js';
import { consolePath, describeRam, ramPath } from '../snapshot/files.js';
import type { Snapshot } from '../snapshot/files.js';
import { saveMachine } from '../snapshot/save.js';
import type { KeptSession } from '../snapshot/sessions.js';
import type { StateDigest } from '../snapshot/transfer.js';
import type { LiveEnd } from '../console/live-machine.js';
import { quit, startCopy } from './awake.js';
import type { RunningMachine } from './awake.js';
import { ConsoleEnd } from './console-end.js';
import type { InstantRun, SnapshotPlan } from './instant-run.js';
import { TERMINAL_PART } from './snapshot-parts.js';
import { DISK_FULL, bootToBeSaved, hadNoRoom, reasonOf } from './saving-boot.js';

/** How long a guest may take to come to its rendezvous when it is asked to, and QEMU to save it. */
const LEAVE_TIMEOUT_MS = 20_000;

/**
 * Runs the machine of a session: as it was left, or for a new one as it is when it is ready. When it is left, it
 * is saved as it is then; where that fails, its end says so (`ZOSIA_SESSION_NOT_KEPT`).
 *
 * @throws ZosiaError `ZOSIA_SESSION_OUTDATED`, `ZOSIA_SESSION_DAMAGED`, `ZOSIA_SESSION_UNUSABLE`
 */
export async function* runSession(
  run: InstantRun,
  session: KeptSession,
  snapshots: SnapshotPlan,
): AsyncGenerator<Uint8Array, LiveEnd> {
  const { parts, store } = snapshots;
  const left = await session.read();
  if (left) {
    checkUnchanged(session, left.record.parts, parts);
    return yield* goOnFrom(run, session, left, parts, left.console);
  }
  const key = snapshotKey(parts);
  let ready = await store.lend(key);
  const shown = ready?.snapshot.console ?? new Uint8Array(0);
  if (!ready) {
    const ofBoot = yield* bootToBeSaved(run, snapshots);
    ready = ofBoot ? undefined : await store.lend(key);
    if (!ready) {
      run.plan.onNote(`the session ${session.name} is not kept: its machine could not be saved`);
      return ofBoot ?? {};
    }
  }
  try {
    return yield* goOnFrom(run, session, ready.snapshot, parts, shown);
  } finally {
    await ready.giveBack();
  }
}

/** @param shown what the console has shown before, and shows again */
async function* goOnFrom(
  run: InstantRun,
  session: KeptSession,
  snapshot: Snapshot,
  parts: SnapshotParts,
  shown: Uint8Array,
): AsyncGenerator<Uint8Array, LiveEnd> {
  const { spec, folder, wakeSettings } = run.plan;
  const draft = await session.copyRam(snapshot, run.signal);
  const life = new AbortController();
  try {
    const machine = await startCopy(
      spec,
      { ...snapshot, folder: draft.folder },
      {
        folder,
        settings: { ...wakeSettings(), isSession: true },
        signal: AbortSignal.any([life.signal, run.signal]),
        isShared: true,
        lifeSignal: life.signal,
      },
    ).catch((error: unknown) => {
      run.signal.throwIfAborted();
      throw unusable(session, error);
    });
    if (shown.length > 0) yield shown;
    run.goOn(machine);
    const console = new ConsoleEnd(snapshot.console);
    const leaving = leave(machine, run, { folder: draft.folder, life });
    for await (const bytes of machine.qemu.stdout as AsyncIterable<Buffer>) {
      console.add(bytes);
      yield bytes;
    }
    const end = await machine.qemu.ended;
    const left = await leaving;
    if (hadNoRoom(end)) return { ...end, failure: notKept(session, DISK_FULL) };
    if (!left) return end;
    try {
      if ('failure' in left) throw left.failure;
      await writeFile(consolePath(draft.folder), console.bytes, { mode: 0o600 });
      await session.commit(draft, {
        parts,
        machineType: snapshot.record.machineType,
        state: left.state,
        ram: await describeRam(ramPath(draft.folder)),
        console: { sizeBytes: console.bytes.length, sha256: digestBytes(console.bytes) },
      });
    } catch (error) {
      return { ...end, failure: notKept(session, reasonOf(error), error) };
    }
    return { ...end, hasLeft: true };
  } finally {
    life.abort();
    await draft.giveBack();
  }
}

/**
 * Saves the machine when the guest says that it has been left, or when the run is to end.
 *
 * @returns undefined when it ended otherwise
 */
async function leave(
  machine: RunningMachine,
  run: InstantRun,
  { folder, life }: { readonly folder: string; readonly life: AbortController },
): Promise<{ readonly state: StateDigest } | { readonly failure: unknown } | undefined> {
  const { control, qemu } = machine;
  let timer: NodeJS.Timeout | undefined;
  const limit = (): void => {
    timer ??= setTimeout(() => {
      life.abort(new Error(`it was not saved within ${LEAVE_TIMEOUT_MS / 1000} s`));
    }, LEAVE_TIMEOUT_MS);
  };
  const ask = (): void => {
    control.leave();
    limit();
  };
  if (run.signal.aborted) ask();
  else run.signal.addEventListener('abort', ask, { once: true });
  try {
    if ((await control.next(life.signal)) !== 'left') return undefined;
    limit();
    const qmp = await qemu.qmp;
    const options = { socketFolder: run.plan.folder, signal: life.signal };
    const state = await saveMachine(qmp, folder, options);
    await quit(machine);
    return { state };
  } catch (error) {
    if (life.signal.aborted) return { failure: life.signal.reason };
    // A machine that has ended by itself says how on its console.
    const failure = control.isOpen ? { failure: error } : undefined;
    life.abort();
    return failure;
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', ask);
  }
}

function checkUnchanged(
  { name, folder }: KeptSession,
  before: SnapshotParts,
  now: SnapshotParts,
): void {
  const changed = changedParts(before, now).filter((part) => part !== TERMINAL_PART);
  if (changed.length === 0) return;
  throw new ZosiaError(
    'ZOSIA_SESSION_OUTDATED',
    `the session ${name} cannot go on: changed since it was left: ${changed.join(', ')}`,
    {
      hint: `Start it as it was, or begin anew with another name; this one can be removed: ${folder}`,
    },
  );
}

const notKept = ({ name, folder }: KeptSession, reason: string, cause?: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_SESSION_NOT_KEPT', `the session ${name} is not kept: ${reason}`, {
    hint: `What was kept of it before stays as it is, in ${folder}`,
    cause,
  });

const unusable = ({ name, folder }: KeptSession, cause: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_SESSION_UNUSABLE', `the session ${name} cannot go on: ${reasonOf(cause)}`, {
    hint: `It stays as it was left; it can be removed: ${folder}`,
    cause,
  });
