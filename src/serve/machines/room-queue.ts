import type { ServedMachine } from './served-machine.js';

/** What all machines may take. */
export interface RoomLimits {
  readonly maxMachines: number;
  readonly memoryMiB: number;
}

/** A machine that is to be started once there is room for it. */
export interface Wanted {
  readonly neededMiB: number;
  /** Starts it; called once, when there is room. */
  readonly start: () => void;
}

interface Waiting {
  readonly wanted: Wanted;
  readonly sinceMs: number;
}

/**
 * How long a machine goes on being lent to new requests while another waits for its room, in ms: without an end a
 * model that is asked all the time would keep all others out.
 */
const FAIR_MS = 1000;

/**
 * Gives room to machines, to the one that has waited longest first. For that one idle machines are put away, and
 * machines that are always lent are promised; others that come after it have what is free.
 */
export class RoomQueue {
  readonly #limits: RoomLimits;
  readonly #running: () => readonly ServedMachine[];
  readonly #waiting: Waiting[] = [];
  #promised: readonly ServedMachine[] = [];
  #isTurning = false;
  #fairTimer: NodeJS.Timeout | undefined;

  /** @param running all machines that there are; one that has been started is among them at once */
  constructor(limits: RoomLimits, running: () => readonly ServedMachine[]) {
    this.#limits = limits;
    this.#running = running;
  }

  /** Whether a machine is lent to nobody any more: its room is another's once its requests are answered. */
  isPromised(machine: ServedMachine): boolean {
    return this.#promised.includes(machine);
  }

  /** Has a machine wait for its room; where there is some, it is started at once. @returns whether it waits */
  add(wanted: Wanted): boolean {
    this.#waiting.push({ wanted, sinceMs: performance.now() });
    this.turn();
    return this.#waiting.some((each) => each.wanted === wanted);
  }

  /** Has it wait no longer, if it does. */
  takeBack(wanted: Wanted): void {
    const at = this.#waiting.findIndex((each) => each.wanted === wanted);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    this.turn();
  }

  /** To be called whenever a machine is idle or has ended. */
  turn(): void {
    clearTimeout(this.#fairTimer);
    this.#promised = [];
    // A machine may be idle as soon as it is started, before it is among those that run.
    if (this.#isTurning) return;
    this.#isTurning = true;
    this.#giveFree();
    this.#isTurning = false;
    const [first] = this.#waiting;
    if (!first) return;
    const idle = this.#running().filter(({ state }) => state === 'idle');
    if (this.#fitsWithout(idle, first)) {
      void this.#putAway(idle);
      return;
    }
    const leftMs = first.sinceMs + FAIR_MS - performance.now();
    if (leftMs > 0) {
      this.#fairTimer = setTimeout(() => {
        this.turn();
      }, Math.ceil(leftMs));
      return;
    }
    this.#promised = this.#enoughFor(first, idle);
  }

  /** Starts all that fit as it is, in their order. */
  #giveFree(): void {
    for (const each of [...this.#waiting]) {
      if (!this.#fitsWithout([], each)) continue;
      this.#waiting.splice(this.#waiting.indexOf(each), 1);
      each.wanted.start();
    }
  }

  /** Puts away who has been idle longest, and looks again. */
  async #putAway(idle: readonly ServedMachine[]): Promise<void> {
    this.#isTurning = true;
    try {
      const [longest] = [...idle].sort((a, b) => a.idleSinceMs - b.idleSinceMs);
      await longest!.close();
    } finally {
      this.#isTurning = false;
      this.turn();
    }
  }

  /** Those that have been awake longest, as many as have to go beside the idle ones. */
  #enoughFor(first: Waiting, idle: readonly ServedMachine[]): readonly ServedMachine[] {
    const lent = this.#running().filter(({ state }) => state === 'answering');
    lent.sort((a, b) => a.startedMs - b.startedMs);
    for (let count = 1; count <= lent.length; count++) {
      const promised = lent.slice(0, count);
      if (this.#fitsWithout([...idle, ...promised], first)) return promised;
    }
    return [];
  }

  #fitsWithout(gone: readonly ServedMachine[], { wanted: { neededMiB } }: Waiting): boolean {
    const { maxMachines, memoryMiB } = this.#limits;
    const left = this.#running().filter((machine) => !gone.includes(machine));
    const usedMiB = left.reduce((sum, { ramMiB }) => sum + ramMiB, 0);
    return left.length < maxMachines && usedMiB + neededMiB <= memoryMiB;
  }
}
