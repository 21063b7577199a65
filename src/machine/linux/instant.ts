import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import { ZosiaError } from '../../errors.js';
import { digestBytes } from '../../host/digest.js';
import { MIB } from '../../image/units.js';
import type { LiveMachine } from '../console/live-machine.js';
import type { QemuEnd } from '../qemu/process.js';
import { hasRoomForRam, makeRoom, readRoom } from '../snapshot/budget.js';
import type { Room } from '../snapshot/budget.js';
import {
  MAX_CONSOLE_BYTES,
  allocatedBytes,
  consolePath,
  describeRam,
  ramPath,
  statePath,
} from '../snapshot/files.js';
import { snapshotKey } from '../snapshot/record.js';
import type { SnapshotParts, SnapshotRecord } from '../snapshot/record.js';
import type { Draft, LentSnapshot, SnapshotStore } from '../snapshot/store.js';
import { saveState } from '../snapshot/transfer.js';
import { startCopy, startLinux, wake } from './awake.js';
import type { RunningMachine, WakeSettings } from './awake.js';
import type { LinuxMachineSpec } from './spec.js';

export interface InstantPlan {
  /** With the ports of its kind, the control port first. */
  readonly spec: LinuxMachineSpec;
  /** Writes the initramfs with the run's request, for a machine that boots; resolves to its path. */
  readonly composeInitrd: () => Promise<string>;
  /** A folder of this run's own, with a short path: sockets lie in it. */
  readonly folder: string;
  readonly wakeSettings: () => WakeSettings;
  /** Where saved machines are kept; undefined for a machine that is not saved. */
  readonly snapshots: () => Promise<SnapshotPlan | undefined>;
  /** Takes a line for the user. */
  readonly onNote: (line: string) => void;
}

export interface SnapshotPlan {
  readonly store: SnapshotStore;
  readonly parts: SnapshotParts;
  readonly machineType: string;
  /** As of {@link readRoom}. */
  readonly budgetBytes?: number | undefined;
}

/** What a boot came to: how QEMU ended, and of what is to go on as a copy its digests. */
interface BootEnd {
  readonly end: QemuEnd;
  readonly saved?: Pick<SnapshotRecord, 'ram' | 'state'> | undefined;
  /** Why it could not be saved, where that means that it has to be booted once more. */
  readonly failure?: string | undefined;
}

/**
 * A machine that is there at once where one like it has been saved before. Where there is none, it boots, is
 * saved when its guest is ready, and goes on as a copy of what was saved. Anything in doubt is a boot, with a
 * line that says why.
 */
export class InstantMachine implements LiveMachine {
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly ended: Promise<QemuEnd>;
  /** Resolves when the guest goes on from its rendezvous; stays pending where it never does. */
  readonly awake: Promise<RunningMachine>;
  readonly #plan: InstantPlan;
  readonly #signal: AbortSignal;
  readonly #input = new PassThrough();
  #isAwake = false;
  #resolveEnded!: (end: QemuEnd) => void;
  #resolveAwake!: (machine: RunningMachine) => void;

  /** @param signal ends it when it aborts */
  constructor(plan: InstantPlan, signal: AbortSignal) {
    this.#plan = plan;
    this.#signal = signal;
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

  async *#run(): AsyncGenerator<Uint8Array> {
    try {
      const snapshots = await this.#plan.snapshots();
      const end =
        snapshots === undefined
          ? (yield* this.#boot(undefined)).end
          : yield* this.#runSaved(snapshots);
      this.#resolveEnded(end);
    } catch (error) {
      // Whoever has ended it knows why.
      if (!this.#signal.aborted) throw error;
      this.#resolveEnded({});
    }
  }

  async *#runSaved(snapshots: SnapshotPlan): AsyncGenerator<Uint8Array, QemuEnd> {
    const key = snapshotKey(snapshots.parts);
    const kept = await snapshots.store.lend(key);
    const end = kept && (yield* this.#runCopy(kept, true));
    if (end) return end;
    if (kept) await snapshots.store.remove(key);

    const ending = yield* this.#bootToBeSaved(snapshots);
    if (ending) return ending;
    const saved = await snapshots.store.lend(key);
    const ofCopy = saved && (yield* this.#runCopy(saved, false));
    if (ofCopy) return ofCopy;
    return (yield* this.#boot(undefined)).end;
  }

  /** @returns undefined when the machine could not be woken: it has shown nothing then */
  async *#runCopy(
    { snapshot, giveBack }: LentSnapshot,
    isShown: boolean,
  ): AsyncGenerator<Uint8Array, QemuEnd | undefined> {
    const { spec, folder, wakeSettings, onNote } = this.#plan;
    try {
      let machine: RunningMachine;
      try {
        const options = { folder, settings: wakeSettings(), signal: this.#signal };
        machine = await startCopy(spec, snapshot, options);
      } catch (error) {
        this.#signal.throwIfAborted();
        onNote(`the saved machine cannot be used, and is booted anew: ${reasonOf(error)}`);
        return undefined;
      }
      if (isShown) yield snapshot.console;
      this.#goOn(machine);
      yield* machine.qemu.stdout as AsyncIterable<Buffer>;
      return await machine.qemu.ended;
    } finally {
      await giveBack();
    }
  }

  /** @returns undefined when it is to go on as a copy */
  async *#bootToBeSaved(snapshots: SnapshotPlan): AsyncGenerator<Uint8Array, QemuEnd | undefined> {
    const { spec, onNote } = this.#plan;
    const { store, parts, machineType } = snapshots;
    const ramBytes = spec.ramMiB * MIB;
    let room: Room;
    let draft: Draft;
    try {
      room = await readRoom(store, snapshots.budgetBytes);
      if (!hasRoomForRam(room, ramBytes)) throw new Error('its disk has too little room');
      draft = await store.openDraft(ramBytes);
    } catch (error) {
      onNote(`the machine is not saved: ${reasonOf(error)}`);
      return (yield* this.#boot(undefined)).end;
    }
    try {
      const shown: Uint8Array[] = [];
      const boot = this.#boot({ snapshots, draft, room });
      let next = await boot.next();
      for (; next.done !== true; next = await boot.next()) {
        if (!this.#isAwake) shown.push(next.value);
        yield next.value;
      }
      const { end, saved } = next.value;
      let { failure } = next.value;
      if (saved) {
        const console = Buffer.concat(shown).subarray(0, MAX_CONSOLE_BYTES);
        const ofConsole = { sizeBytes: console.length, sha256: digestBytes(console) };
        try {
          await writeFile(consolePath(draft.folder), console, { mode: 0o600 });
          await store.commit(draft, { parts, machineType, ...saved, console: ofConsole });
          return undefined;
        } catch (error) {
          failure = reasonOf(error);
        }
      }
      if (failure === undefined) return end;
      onNote(`the machine is not saved, and is booted anew: ${failure}`);
      return (yield* this.#boot(undefined)).end;
    } finally {
      await draft.giveBack();
    }
  }

  /** Boots, and is saved where it has a place for that. */
  async *#boot(saving: Saving | undefined): AsyncGenerator<Uint8Array, BootEnd> {
    const { composeInitrd, spec } = this.#plan;
    const failed = new AbortController();
    const signal = AbortSignal.any([this.#signal, failed.signal]);
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
    // Of a QEMU that has ended its end tells more; one that has not would wait for ever.
    let broken: Error | undefined;
    const giveUp = (error: unknown): undefined => {
      if (!machine.control.isOpen) return;
      broken = error instanceof Error ? error : new Error(String(error));
      failed.abort();
    };
    try {
      const meeting = this.#meet(machine, saving, signal).catch(giveUp);
      yield* machine.qemu.stdout as AsyncIterable<Buffer>;
      const end = await machine.qemu.ended;
      const met = await meeting;
      if (met) return { ...met, end };
      if (broken !== undefined) throw broken;
      // Its RAM had no room on the disk any more.
      const isKilled = saving && !this.#isAwake && end.signal === 'SIGBUS';
      return { end, failure: isKilled ? 'its disk is full' : undefined };
    } finally {
      failed.abort();
    }
  }

  /** Meets the guest when it is ready: it is saved, and QEMU ends, or it goes on. */
  async #meet(
    machine: RunningMachine,
    saving: Saving | undefined,
    signal: AbortSignal,
  ): Promise<Omit<BootEnd, 'end'> | undefined> {
    await machine.control.next(signal);
    if (saving && (await this.#hasRoom(saving))) {
      const saved = await this.#save(machine, saving, signal);
      await quit(machine);
      return saved;
    }
    await wake(machine, this.#plan.wakeSettings(), signal);
    this.#goOn(machine);
    return undefined;
  }

  async #hasRoom({ snapshots: { store }, draft, room }: Saving): Promise<boolean> {
    const neededBytes = await allocatedBytes(draft.folder);
    if (await makeRoom(store, room, neededBytes)) return true;
    const [needed, budget] = [neededBytes, room.budgetBytes].map((bytes) => Math.ceil(bytes / MIB));
    this.#plan.onNote(
      `the machine is not saved: it takes ${needed} MiB, and saved machines may take ${budget}`,
    );
    return false;
  }

  async #save(
    { qemu }: RunningMachine,
    { draft }: Saving,
    signal: AbortSignal,
  ): Promise<Omit<BootEnd, 'end'>> {
    try {
      const qmp = await qemu.qmp;
      await qmp.execute('stop');
      const file = await open(statePath(draft.folder), 'wx', 0o600);
      const socketPath = join(this.#plan.folder, 'out');
      const state = await saveState(qmp, file, socketPath, signal).finally(() => file.close());
      return { saved: { state, ram: await describeRam(ramPath(draft.folder)) } };
    } catch (error) {
      return { failure: reasonOf(error) };
    }
  }

  #goOn(machine: RunningMachine): void {
    this.#isAwake = true;
    this.#input.pipe(machine.qemu.stdin);
    this.#resolveAwake(machine);
  }
}

interface Saving {
  readonly snapshots: SnapshotPlan;
  readonly draft: Draft;
  readonly room: Room;
}

/** Ends QEMU, which may hang up before it says that it does. */
async function quit({ qemu, control }: RunningMachine): Promise<void> {
  try {
    await (await qemu.qmp).execute('quit');
  } catch (error) {
    if (control.isOpen) throw error;
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof ZosiaError || error instanceof Error ? error.message : String(error);
