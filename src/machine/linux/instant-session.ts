import { writeFile } from 'node:fs/promises';
import { ZosiaError } from '../../errors.js';
import { digestBytes } from '../../host/digest.js';
import type { SnapshotParts } from '../snapshot/record.js';
import { consolePath, describeRam, ramPath } from '../snapshot/files.js';
import type { Snapshot } from '../snapshot/files.js';
import { saveMachine } from '../snapshot/save.js';
import { removeCommand } from '../snapshot/kept-session.js';
import type { KeptSession } from '../snapshot/kept-session.js';
import type { StateDigest } from '../snapshot/transfer.js';
import type { LiveEnd } from '../console/live-machine.js';
import { quit, startCopy } from './awake.js';
import type { RunningMachine } from './awake.js';
import { ConsoleEnd } from './console-end.js';
import type { InstantRun, SnapshotPlan } from './instant-run.js';
import { sessionChanges } from './snapshot-parts.js';
import { DISK_FULL, hadNoRoom } from './saving-boot.js';
import { runSaved } from './saved-run.js';
import type { CopyEnd } from './saved-run.js';
import { reasonOf } from './worth-saving.js';

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
  const { parts } = snapshots;
  const left = await session.read();
  if (!left) {
    return yield* runSaved(run, snapshots, {
      runCopy: (ready, shown) => goOnFrom(run, session, ready, parts, shown),
      onUnsaved: (reason) => {
        run.plan.onNote(`the session ${session.name} is not kept: ${reason}`);
      },
    });
  }
  checkUnchanged(session, left.record.parts, parts);
  const copy = yield* goOnFrom(run, session, left, parts, left.console);
  if ('failure' in copy) throw unusable(session, copy.failure);
  return copy.end;
}

/** @param shown what the console has shown before, and shows again */
async function* goOnFrom(
  run: InstantRun,
  session: KeptSession,
  snapshot: Snapshot,
  parts: SnapshotParts,
  shown: Uint8Array,
): AsyncGenerator<Uint8Array, CopyEnd> {
  const { spec, folder, wakeSettings } = run.plan;
  const draft = await session.copyRam(snapshot, run.signal);
  const life = new AbortController();
  try {
    let machine: RunningMachine;
    try {
      machine = await startCopy(
        spec,
        { ...snapshot, folder: draft.folder },
        {
          folder,
          settings: { ...wakeSettings(), isSession: true },
          signal: AbortSignal.any([life.signal, run.signal]),
          isShared: true,
          lifeSignal: life.signal,
        },
      );
    } catch (failure) {
      run.signal.throwIfAborted();
      return { failure };
    }
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
    if (hadNoRoom(end)) return { end: { ...end, failure: notKept(session, DISK_FULL) } };
    if (!left) return { end };
    try {
      if ('failure' in left) throw left.failure;
      await writeFile(consolePath(draft.folder), console.bytes, { mode: 0o600 });
      await session.commit(draft, {
        parts,
        machineType: snapshot.record.machineType,
        subject: snapshot.record.subject,
        state: left.state,
        ram: await describeRam(ramPath(draft.folder)),
        console: { sizeBytes: console.bytes.length, sha256: digestBytes(console.bytes) },
      });
    } catch (error) {
      return { end: { ...end, failure: notKept(session, reasonOf(error), error) } };
    }
    return { end: { ...end, hasLeft: true } };
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
    await control.hear('left', life.signal);
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

function checkUnchanged({ name }: KeptSession, before: SnapshotParts, now: SnapshotParts): void {
  const changed = sessionChanges(before, now);
  if (changed.length === 0) return;
  throw new ZosiaError(
    'ZOSIA_SESSION_OUTDATED',
    `the session ${name} cannot go on: changed since it was left: ${changed.join(', ')}`,
    {
      hint: `Start it as it was; or begin anew, with another name or after: ${removeCommand(name)}`,
    },
  );
}

const notKept = ({ name, folder }: KeptSession, reason: string, cause?: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_SESSION_NOT_KEPT', `the session ${name} is not kept: ${reason}`, {
    hint: `What was kept of it before stays as it is, in ${folder}`,
    cause,
  });

const unusable = ({ name }: KeptSession, cause: unknown): ZosiaError =>
  new ZosiaError('ZOSIA_SESSION_UNUSABLE', `the session ${name} cannot go on: ${reasonOf(cause)}`, {
    hint: `It stays as it was left. To begin anew: ${removeCommand(name)}`,
    cause,
  });
