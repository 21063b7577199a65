import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { withPrivateFolder } from '../../host/private-folder.js';
import { PIPED_QEMU, endOf, guestDied, guestTimeout, qemuCommand } from '../qemu/process.js';
import { QMP_FILE_DESCRIPTOR, Qmp } from '../qemu/qmp.js';
import { cancelledByTermination } from '../qemu/termination.js';
import { bootWatched } from '../accelerator/silent-boot.js';
import type { BootAttempt } from '../accelerator/silent-boot.js';
import { efiArguments } from './arguments.js';
import { EfiConsole } from './console.js';
import type { EfiMachineSpec } from './spec.js';
import { suspectOf } from '../firmware/firmware.js';
import { takeScreenshot } from './screenshot.js';
import type { Screenshot } from './screenshot.js';

export type OutputConsumer = (bytes: Uint8Array) => void | Promise<void>;

/** A run that nobody types anything into. */
export interface EfiRunOptions {
  /** Makes it a one-shot: takes the answer as it comes; while its promise is pending, the guest waits. */
  readonly onAnswer?: OutputConsumer | undefined;
  /** Takes what the console shows. */
  readonly onConsole?: OutputConsumer | undefined;
  /** Is given a picture of the screen when the guest is finished; the machine ends with it. */
  readonly onScreenshot?: ((screenshot: Screenshot) => void | Promise<void>) | undefined;
  /** How long the guest may take; for a screenshot five minutes unless given. */
  readonly timeoutSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes a line for the user when the machine is started again; see {@link bootWatched}. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** What is known of a run that has come to its end. */
export interface EfiRunEnd {
  readonly consoleTail: string;
  /** The length of a GGUF's context, where that is full and has cut the answer. */
  readonly fullContextTokens?: number | undefined;
}

const SCREENSHOT_TIMEOUT_SECONDS = 300;
/** How long a machine may take to power off once it has answered. */
const POWER_OFF_MS = 10_000;
/** How long QEMU may take to end after it has hung up. */
const HANG_UP_MS = 1000;

/**
 * Runs a machine that boots a UEFI application, until it powers off by itself, or its screenshot has
 * been taken.
 *
 * @returns the console's last lines, and how the answer ended
 * @throws ZosiaError `ZOSIA_GUEST_FAILED` with what the application says went wrong,
 *   `ZOSIA_GUEST_DIED`, `ZOSIA_GUEST_TIMEOUT` (of a one-shot), `ZOSIA_INTERRUPTED`,
 *   `ZOSIA_QMP_FAILED`; the reason of `signal`; whatever `onAnswer` and `onConsole` throw
 */
export async function runEfi(spec: EfiMachineSpec, options: EfiRunOptions): Promise<EfiRunEnd> {
  const { onNote = () => undefined } = options;
  return cancelledByTermination(options.signal, (signal) =>
    withPrivateFolder((folder) =>
      bootWatched(spec, { signal, onNote }, (attempt) => run(attempt, folder, options)),
    ),
  );
}

async function run(
  { spec, signal, onSign }: BootAttempt<EfiMachineSpec>,
  folder: string,
  options: EfiRunOptions,
): Promise<EfiRunEnd> {
  const { onAnswer, onScreenshot } = options;
  const isControlled = onScreenshot !== undefined;
  const args = efiArguments({ ...spec, console: { to: 'stdio' }, isControlled });
  const [program, ...rest] = qemuCommand({ ...spec, args });
  signal.throwIfAborted();

  const ending = new AbortController();
  const limits = new Limits(options, ending);
  // The pipe to QEMU's stdin stays open: its end would be a hang-up of the serial port.
  const qemu = execa(program, rest, {
    ...PIPED_QEMU,
    stdio: [...PIPED_QEMU.stdio, ...(isControlled ? (['pipe'] as const) : [])],
    buffer: { ...PIPED_QEMU.buffer, fd3: false },
    cancelSignal: AbortSignal.any([signal, ending.signal]),
  });
  const watcher = new EfiConsole();
  const suspect = suspectOf(spec.firmware);
  const finished = new AbortController();
  try {
    const onFinished = (): void => {
      finished.abort();
      if (watcher.answerEnd && !isControlled) limits.expectPowerOff();
    };
    const serial = qemu.stdout as AsyncIterable<Buffer>;
    const reading = read(serial, watcher, { ...options, onSign, onFinished });
    await Promise.all([
      reading,
      onScreenshot &&
        photograph(qemu.stdio[QMP_FILE_DESCRIPTOR] as unknown as Duplex, onScreenshot, {
          folder,
          finished,
          ending,
          deadline: limits.deadline,
          signal,
        }),
    ]);
  } catch (error) {
    // A machine that dies hangs up: that it died, and why, is what there is to say then.
    if (isHangUp(error)) await Promise.race([qemu, delay(HANG_UP_MS)]);
    const hasDied = qemu.exitCode !== 0 && (qemu.exitCode ?? qemu.signalCode) !== null;
    ending.abort();
    const end = await qemu;
    signal.throwIfAborted();
    if (!isHangUp(error) || !hasDied) throw error;
    throw guestDied({ ...endOf(end), consoleTail: watcher.tail, suspect });
  } finally {
    limits.clear();
  }
  const end = await qemu;
  signal.throwIfAborted();
  const { failure, tail: consoleTail, fullContextTokens } = watcher;
  if (watcher.answerEnd?.kind === 'complete') return { consoleTail, fullContextTokens };
  if (failure !== undefined) throw guestFailed(failure, watcher);
  if (onAnswer && limits.deadline.aborted)
    throw guestTimeout(limits.seconds!, consoleTail, suspect);
  if (onAnswer || (end.exitCode !== 0 && !ending.signal.aborted))
    throw guestDied({ ...endOf(end), consoleTail, suspect });
  return { consoleTail };
}

/** How long a machine may run. */
class Limits {
  readonly seconds: number | undefined;
  readonly #deadline = new AbortController();
  readonly #ending: AbortController;
  readonly #timer: NodeJS.Timeout | undefined;
  #powerOff: NodeJS.Timeout | undefined;

  constructor({ timeoutSeconds, onScreenshot }: EfiRunOptions, ending: AbortController) {
    this.#ending = ending;
    this.seconds = timeoutSeconds ?? (onScreenshot ? SCREENSHOT_TIMEOUT_SECONDS : undefined);
    if (this.seconds === undefined) return;
    this.#timer = setTimeout(() => {
      this.#deadline.abort();
      // A screenshot is taken even so.
      if (!onScreenshot) ending.abort();
    }, this.seconds * 1000);
  }

  /** Aborts when the time is over. */
  get deadline(): AbortSignal {
    return this.#deadline.signal;
  }

  /** Ends a machine that has done what it was to do, and does not end. */
  expectPowerOff(): void {
    this.#powerOff ??= setTimeout(() => {
      this.#ending.abort();
    }, POWER_OFF_MS);
  }

  clear(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#powerOff);
  }
}

interface SerialListeners extends Pick<EfiRunOptions, 'onAnswer' | 'onConsole'> {
  readonly onSign: () => void;
  readonly onFinished: () => void;
}

async function read(
  serial: AsyncIterable<Buffer>,
  watcher: EfiConsole,
  { onAnswer, onConsole, onSign, onFinished }: SerialListeners,
): Promise<void> {
  for await (const bytes of serial) {
    onSign();
    const { answer, console } = watcher.read(bytes);
    if (answer.length > 0) await onAnswer?.(answer);
    if (console.length > 0) await onConsole?.(console);
    if (watcher.isFinished) onFinished();
  }
}

/** Takes the picture, then ends the machine. */
async function photograph(
  socket: Duplex,
  onScreenshot: NonNullable<EfiRunOptions['onScreenshot']>,
  waits: {
    readonly folder: string;
    readonly finished: AbortController;
    readonly ending: AbortController;
    readonly deadline: AbortSignal;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const qmp = await Qmp.open(socket, (event) => {
    if (event === 'SHUTDOWN') waits.finished.abort();
  });
  await onScreenshot(await takeScreenshot(qmp, { ...waits, finished: waits.finished.signal }));
  await qmp.execute('quit').catch(() => {
    waits.ending.abort();
  });
}

const isHangUp = (error: unknown): boolean =>
  error instanceof ZosiaError && error.code === 'ZOSIA_QMP_FAILED';

function guestFailed(
  reason: string,
  { tail, contextTokens }: Pick<EfiConsole, 'tail' | 'contextTokens'>,
): ZosiaError {
  const message = `the machine has no answer: ${reason}`;
  if (TOO_LONG.test(reason)) {
    const hint =
      contextTokens === undefined
        ? 'Give a shorter prompt.'
        : wording`Give a shorter prompt, or, where the model was trained for one, a longer context with ${option('contextTokens')}.`;
    return new ZosiaError('ZOSIA_GUEST_FAILED', message, { hint });
  }
  return new ZosiaError('ZOSIA_GUEST_FAILED', message, {
    hint: `The last lines of its console:\n${tail}`,
  });
}

/** The application's word for a prompt that the context has no room for (guest/engine/generation/turn.c). */
const TOO_LONG = /^the prompt has .* the model can look back on /;
