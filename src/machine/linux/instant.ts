import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import type { LiveEnd, LiveMachine } from '../console/live-machine.js';
import type { Snapshot } from '../snapshot/files.js';
import { startCopy } from './awake.js';
import type { RunningMachine } from './awake.js';
import type { InstantPlan, InstantRun } from './instant-run.js';
import { runSession } from './instant-session.js';
import { runSaved } from './saved-run.js';
import type { CopyEnd } from './saved-run.js';
import { bootOnly } from './saving-boot.js';

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
    if (session) return yield* runSession(this, session, snapshots);
    return yield* runSaved(this, snapshots, {
      runCopy: (snapshot, shown) => runCopy(this, snapshot, shown),
    });
  }
}

/** Goes on as a copy of a saved machine, which stays as it is. */
async function* runCopy(
  run: InstantRun,
  snapshot: Snapshot,
  shown: Uint8Array,
): AsyncGenerator<Uint8Array, CopyEnd> {
  const { plan, signal } = run;
  const { spec, folder, wakeSettings } = plan;
  let machine: RunningMachine;
  try {
    machine = await startCopy(spec, snapshot, { folder, settings: wakeSettings(), signal });
  } catch (failure) {
    signal.throwIfAborted();
    return { failure };
  }
  if (shown.length > 0) yield shown;
  run.goOn(machine);
  yield* machine.qemu.stdout as AsyncIterable<Buffer>;
  return { end: await machine.qemu.ended };
}
