import type { ZosiaError } from '../../errors.js';
import { FirmwareOutput } from '../firmware/output.js';
import { ConsoleText } from '../console/console-text.js';
import type { GuestWatcher } from '../console/guest-watcher.js';
import { parseGuestFault } from './guest-fault.js';
import { GUEST_MARKERS } from './guest-markers.js';

/** Longer than a kernel that boots says nothing, or a model is read, on most hosts. */
const UNMARKED_REST_MS = 10_000;

/**
 * What the kernel prints last when a machine is powered off, at a level that every command line shows
 * (kernel/reboot.c): all that is known of the end of a guest whose PID 1 prints no markers.
 */
const POWER_DOWN = /^(?:\[ *\d+\.\d+\] )?reboot: Power down\r*$/;

/** What stands before each line of a sealed guest's PID 1, and nowhere else. */
const SEAL = 0;

/**
 * Reads along with the console of a Linux guest, and finds the markers of its PID 1. A guest that was
 * asked to (see `RunRequest.sealed`) puts a NUL before each line of its own; from the first on, only such
 * lines count, and a model that prints the same words is not taken for it. Guests that know nothing of
 * that are believed as they are.
 */
export class LinuxConsole implements GuestWatcher {
  readonly #firmware: FirmwareOutput | undefined;
  #hasSpoken = false;
  readonly #isPiped: boolean;
  readonly #isForeign: boolean;
  readonly #restMs: number;
  #isInit = false;
  #exitStatus: number | undefined;
  #started = false;
  #workerFreeMiB: number | undefined;
  #isSealed = false;
  #fault: ZosiaError | undefined;
  #wanted = 0;
  #held = '';
  readonly #text = new ConsoleText((line, bytes) => {
    const isMarked = isSealed(bytes);
    this.#isSealed ||= isMarked;
    if (this.#isSealed && !isMarked) return;
    if (line === GUEST_MARKERS.init) this.#isInit = true;
    if (GUEST_MARKERS.starting.test(line)) this.#started = true;
    const listens = GUEST_MARKERS.workerListens.exec(line);
    if (listens) this.#workerFreeMiB = Number(listens[1]);
    const found = GUEST_MARKERS.exitStatus.exec(line);
    if (found) this.#exitStatus = Number(found[1]);
    if (this.#isForeign && !this.#isInit && POWER_DOWN.test(line)) this.#exitStatus ??= 0;
    this.#fault = parseGuestFault(line) ?? this.#fault;
  });

  /**
   * @param options.piped what is typed comes from a pipe: the guest marks when it wants a line
   * @param options.foreign its PID 1 may be another than zosia's, and print none of the markers
   * @param options.firmware firmware speaks first, which is not shown
   * @param options.restMs after such a rest of the console a guest without marks is taken to read lines
   */
  constructor({
    piped = false,
    foreign = false,
    restMs = UNMARKED_REST_MS,
    firmware = false,
  }: {
    readonly piped?: boolean | undefined;
    readonly foreign?: boolean | undefined;
    readonly restMs?: number | undefined;
    readonly firmware?: boolean | undefined;
  } = {}) {
    this.#firmware = firmware ? new FirmwareOutput() : undefined;
    this.#isPiped = piped;
    this.#isForeign = foreign;
    this.#restMs = restMs;
  }

  feed(bytes: Uint8Array): Uint8Array {
    const fromGuest = this.#firmware?.strip(bytes) ?? bytes;
    this.#hasSpoken ||= fromGuest.length > 0;
    const shown = this.#isPiped ? this.#takeMarks(fromGuest) : fromGuest;
    this.#text.feed(shown);
    return withoutSeals(shown);
  }

  /** Whether anything has come from the guest itself. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /**
   * What the last marker `zosia: exit status=N` said, or undefined while there was none. Of a guest without
   * markers: 0 once it has powered off.
   */
  get exitStatus(): number | undefined {
    return this.#exitStatus;
  }

  /** Why it failed, where it has said so in a way that is known; undefined unless it has failed. */
  get fault(): ZosiaError | undefined {
    return this.#exitStatus === undefined || this.#exitStatus === 0 ? undefined : this.#fault;
  }

  /** Whether PID 1 has said that it starts what reads the console. */
  get started(): boolean {
    return this.#started;
  }

  /** How much memory a worker has to give, in MiB; undefined before it has said so, and of any other guest. */
  get workerFreeMiB(): number | undefined {
    return this.#workerFreeMiB;
  }

  get isListening(): boolean {
    return this.#started;
  }

  /** From a terminal the guest takes keys at any time, and keeps what is typed ahead. */
  get linesWanted(): number {
    if (this.#isPiped) return this.#started || this.#wanted === Infinity ? this.#wanted : 0;
    return this.#started ? Infinity : 0;
  }

  /**
   * Guests of today seal their lines, and mark when they want one. An older init does neither, and
   * another PID 1 says nothing at all.
   */
  get restMs(): number | undefined {
    if (!this.#isPiped || this.#isSealed || this.#wanted > 0) return undefined;
    const mayRead = this.#isInit ? this.#started : this.#isForeign;
    return mayRead ? this.#restMs : undefined;
  }

  rested(): void {
    if (this.restMs !== undefined) this.#wanted = Infinity;
  }

  /** It powers off by itself. */
  readonly isLeaving = false;

  get tail(): string {
    return this.#text.tail;
  }

  /** Counts the marks and takes them out; one may be split over two pieces. */
  #takeMarks(bytes: Uint8Array): Uint8Array {
    const mark = GUEST_MARKERS.lineWanted;
    const parts = `${this.#held}${Buffer.from(bytes).toString('latin1')}`.split(mark);
    this.#wanted += parts.length - 1;
    const text = parts.join('');
    let held = Math.min(mark.length - 1, text.length);
    while (!mark.startsWith(text.slice(text.length - held))) held--;
    this.#held = text.slice(text.length - held);
    return Buffer.from(text.slice(0, text.length - held), 'latin1');
  }
}

/** Whether what follows the last seal of a line is a line of PID 1: it stood there when it was printed. */
const isSealed = (line: Uint8Array): boolean => line.includes(SEAL);

/** A console's bytes as they are to be shown. */
function withoutSeals(bytes: Uint8Array): Uint8Array {
  return bytes.includes(SEAL) ? bytes.filter((byte) => byte !== SEAL) : bytes;
}
