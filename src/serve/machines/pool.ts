import { EventEmitter, once } from 'node:events';
import { untilAborted } from '../../host/until-aborted.js';
import type { Lease, MachineState } from '../backend.js';
import { Admission } from './admission.js';
import type { PlannedMachine } from './planned-machine.js';
import { noRoom } from './room.js';
import { RoomQueue } from './room-queue.js';
import { PutAway, ServedMachine } from './served-machine.js';

export interface PoolOptions {
  /** Makes a model's machine ready to be started. @throws whatever is wrong with the model */
  readonly plan: (model: string, signal: AbortSignal) => Promise<PlannedMachine>;
  /** How many machines there may be at once. */
  readonly maxMachines: number;
  /** How much memory all of them may have, in MiB. */
  readonly memoryMiB: number;
  /** How long one that nobody asks stays, in ms. */
  readonly keepMs: number;
  /** How long a machine may take to wake, in ms. */
  readonly wakeMs: number;
  /** How long a request waits for room while others are answered, in ms, from when it came. */
  readonly patienceMs: number;
  /** Told of each machine that has been woken, and how long that took, in ms. */
  readonly onWoken?: ((model: string, durationMs: number) => void) | undefined;
  /** Told why a machine ended that was not put away. */
  readonly onDied?: ((model: string, error: unknown) => void) | undefined;
}

/**
 * Machines that are there while somebody asks them: woken by the first request, put away when there has been
 * none for a while, or when another needs the room. One that is answering stays.
 */
export class MachinePool {
  readonly #options: PoolOptions;
  readonly #machines = new Map<string, ServedMachine>();
  readonly #admissions = new Map<string, Admission<ServedMachine>>();
  /** What the last try to have a model's machine failed of, and when. */
  readonly #failures = new Map<string, { readonly atMs: number; readonly error: unknown }>();
  readonly #closing = new AbortController();
  readonly #changes = new EventEmitter<{ change: [] }>().setMaxListeners(0);
  readonly #room: RoomQueue;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#room = new RoomQueue(options, () => this.#running);
  }

  stateOf(model: string): MachineState {
    return this.#machines.get(model)?.state ?? 'asleep';
  }

  /** The memory of all machines that there are, in MiB. */
  get memoryMiB(): number {
    return this.#running.reduce((sum, { ramMiB }) => sum + ramMiB, 0);
  }

  get size(): number {
    return this.#machines.size;
  }

  /**
   * Lends a model's machine once it is awake.
   *
   * @param sinceMs when the request came, by `performance.now()`: what failed since then is not tried again for it
   * @throws ZosiaError `ZOSIA_SERVE_NO_ROOM`; whatever `plan` throws and the machine fails of; the reason of
   *   `signal`
   */
  async lease(model: string, signal: AbortSignal, sinceMs = performance.now()): Promise<Lease> {
    for (;;) {
      signal.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      const failure = this.#failures.get(model);
      if (failure && failure.atMs > sinceMs) throw failure.error;
      const machine = await this.#machineOf(model, sinceMs + this.#options.patienceMs, signal);
      try {
        if (machine) return await machine.lend(signal);
      } catch (error) {
        // It made room for another just now, or had been idle for long enough: that is no fault of a request.
        if (error instanceof PutAway && !this.#closing.signal.aborted) continue;
        throw error;
      }
    }
  }

  /** Ends all machines; none is started any more. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the server is being closed'));
    await Promise.all([...this.#admissions.values()].map((admission) => admission.settled));
    await Promise.all(this.#running.map((machine) => machine.close()));
  }

  get #running(): ServedMachine[] {
    return [...this.#machines.values()];
  }

  /** @returns undefined when it is to be looked again */
  async #machineOf(
    model: string,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<ServedMachine | undefined> {
    const there = this.#machines.get(model);
    if (there && this.#room.isPromised(there)) {
      if (!(await this.#change(deadlineMs, signal))) throw this.#noRoom(model, there.ramMiB);
      return undefined;
    }
    if (there?.isClosing === false) return there;
    const admission = this.#admissions.get(model) ?? this.#admit(model);
    const machine = await admission.join(deadlineMs, signal);
    if (machine === 'late') throw this.#noRoom(model, admission.neededMiB ?? 0);
    return machine;
  }

  #admit(model: string): Admission<ServedMachine> {
    const admission = new Admission<ServedMachine>(this.#closing.signal, (signal, tellNeeds) =>
      this.#start(model, signal, tellNeeds),
    );
    this.#admissions.set(model, admission);
    admission.settled
      .then((error) => {
        if (error !== undefined && !admission.isLeft) this.#failed(model, error);
      })
      .finally(() => this.#admissions.delete(model))
      .catch(() => undefined);
    return admission;
  }

  async #start(
    model: string,
    signal: AbortSignal,
    tellNeeds: (neededMiB: number) => void,
  ): Promise<ServedMachine> {
    const planned = await untilAborted(this.#options.plan(model, signal), signal);
    // There is never more than one of a model.
    await this.#machines.get(model)?.ended;
    const { ramMiB: neededMiB } = planned;
    if (neededMiB > this.#options.memoryMiB) throw this.#noRoom(model, neededMiB);
    return new Promise((resolve, reject) => {
      const wanted = {
        neededMiB,
        start: () => {
          // A signal that depends on others and has a listener left is never forgotten by Node.
          signal.removeEventListener('abort', leave);
          resolve(this.#run(model, planned));
        },
      };
      const leave = (): void => {
        this.#room.takeBack(wanted);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      else if (this.#room.add(wanted)) tellNeeds(neededMiB);
    });
  }

  #run(model: string, planned: PlannedMachine): ServedMachine {
    const { keepMs, wakeMs, onWoken, onDied } = this.#options;
    const machine = new ServedMachine(planned, {
      keepMs,
      wakeMs,
      onWoken: (durationMs) => onWoken?.(model, durationMs),
      onIdle: () => {
        this.#changed();
      },
      onEnded: (error) => {
        this.#machines.delete(model);
        if (error !== undefined) {
          // One that was awake has failed those that it was lent to, and nobody else.
          if (!machine.hasBeenAwake) this.#failed(model, error);
          onDied?.(model, error);
        }
        this.#changed();
      },
    });
    this.#machines.set(model, machine);
    return machine;
  }

  #failed(model: string, error: unknown): void {
    this.#failures.set(model, { atMs: performance.now(), error });
  }

  #changed(): void {
    this.#room.turn();
    this.#changes.emit('change');
  }

  /** Waits until a machine is idle, or has ended. @returns false when that takes too long */
  async #change(deadlineMs: number, signal: AbortSignal): Promise<boolean> {
    const late = AbortSignal.timeout(Math.max(0, Math.ceil(deadlineMs - performance.now())));
    const any = AbortSignal.any([signal, late, this.#closing.signal]);
    try {
      await once(this.#changes, 'change', { signal: any });
      return true;
    } catch {
      signal.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      return false;
    }
  }

  #noRoom(model: string, neededMiB: number) {
    const busy = this.#running.filter(({ state }) => state !== 'idle');
    const usedMiB = busy.reduce((sum, { ramMiB }) => sum + ramMiB, 0);
    return noRoom({ model, neededMiB, usedMiB, machines: busy.length }, this.#options);
  }
}
