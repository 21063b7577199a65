import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import type { LiveEnd, LiveMachine } from '../console/live-machine.js';
import type { QemuEnd } from '../qemu/process.js';
import { snapshotKey } from '../snapshot/record.js';
import type { LentSnapshot } from '../snapshot/store.js';
import { startCopy } from './awake.js';
import type { RunningMachine } from './awake.js';
import type { InstantPlan, InstantRun, SnapshotPlan } from './instant-run.js';
import { runSession } from './instant-session.js';
import { bootOnly, bootToBeSaved, reasonOf } from './saving-boot.js';

/**
 * A machine that is there at once where one like it has been saved before. Where there is none, it boots, is
 * saved when its guest is ready, and goes on as a copy of what was saved. Anything in doubt is a boot, with a
 * line that says why.
 */
export class InstantMachine implements LiveMachine, InstantRun {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly ended: Promise<LiveEnd>;
  /** Resolves when the guest goes on from its rendezvous; stays pending where it never does. */
  readonly awake: Promise<RunningMachine>;
  readonly plan: InstantPlan;
  readonly signal: AbortSignal;
  readonly #input = new PassThrough();
  #isAwake = false;
  #resolveEnded!: (end: LiveEnd) => void;
  #resolveAwake!: (machine: RunningMachine) => void;

  /** @param signal ends it when it aborts */
  constructor(plan: InstantPlan, signal: AbortSignal) {
    this.plan = plan;
    this.signal = signal;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.awake = new Promise((resolve) => (this.#resolveAwake = resolve));
    this.stdout = this.#run();
  }

  get stdin(): Writable {
    return this.#input;
  }

  get isAwake(): boolean {
    return this.#isAwake;
  }

  readonly goOn = (machine: RunningMachine): void => {
    this.#isAwake = true;
    this.#input.pipe(machine.qemu.stdin);
    this.#resolveAwake(machine);
  };

  async *#run(): AsyncGenerator<Uint8Array> {
    try {
      this.#resolveEnded(yield* this.#runAny());
    } catch (error) {
      // Whoever has ended it knows why.
      if (!this.signal.aborted) throw error;
      this.#resolveEnded({});
    }
  }

  async *#runAny(): AsyncGenerator<Uint8Array, LiveEnd> {
    const snapshots = await this.plan.snapshots();
    const { session } = this.plan;
    if (!snapshots) return yield* bootOnly(this);
    return session ? yield* runSession(this, session, snapshots) : yield* runSaved(this, snapshots);
  }
}

async function* runSaved(
  run: InstantRun,
  snapshots: SnapshotPlan,
): AsyncGenerator<Uint8Array, QemuEnd> {
  const { store } = snapshots;
  const key = snapshotKey(snapshots.parts);
  const kept = await store.lend(key);
  // The host may have had no time yet to write it all to the disk.
  if (kept?.snapshot.record.hostStart !== undefined) void store.sync(key).catch(() => undefined);
  const ofKept = kept && (yield* runCopy(run, kept, true));
  if (ofKept) return ofKept;
  if (kept) await store.remove(key);

  const ofBoot = yield* bootToBeSaved(run, snapshots);
  if (ofBoot) return ofBoot;
  const saved = await store.lend(key);
  const ofSaved = saved && (yield* runCopy(run, saved, false));
  return ofSaved ?? (yield* bootOnly(run));
}

/** @returns undefined when the machine could not be woken: it has shown nothing then */
async function* runCopy(
  run: InstantRun,
  { snapshot, giveBack }: LentSnapshot,
  isShown: boolean,
): AsyncGenerator<Uint8Array, QemuEnd | undefined> {
  const { plan, signal } = run;
  const { spec, folder, wakeSettings, onNote } = plan;
  try {
    let machine: RunningMachine;
    try {
      machine = await startCopy(spec, snapshot, { folder, settings: wakeSettings(), signal });
    } catch (error) {
      signal.throwIfAborted();
      onNote(`the saved machine cannot be used, and is booted anew: ${reasonOf(error)}`);
      return undefined;
    }
    if (isShown) yield snapshot.console;
    run.goOn(machine);
    yield* machine.qemu.stdout as AsyncIterable<Buffer>;
    return await machine.qemu.ended;
  } finally {
    await giveBack();
  }
}
