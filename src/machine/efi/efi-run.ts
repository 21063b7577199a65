import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import { ZosiaError } from '../../errors.js';
import { withPrivateFolder } from '../../image/private-folder.js';
import { KILL_DELAY_MS, guestDied, guestTimeout, qemuCommand } from '../qemu/process.js';
import { QMP_FILE_DESCRIPTOR, Qmp } from '../qemu/qmp.js';
import { cancelledByTermination } from '../qemu/termination.js';
import { AnswerReader } from './answer-frames.js';
import { efiArguments } from './efi-arguments.js';
import { EfiConsole } from './efi-console.js';
import type { EfiMachineSpec } from './efi-spec.js';
import { takeScreenshot } from './screenshot.js';
import type { Screenshot } from './screenshot.js';

type Taker = (bytes: Uint8Array) => void | Promise<void>;

/** A run that nobody types anything into. */
export interface EfiRunOptions {
  /** Makes it a one-shot: takes the answer as it comes; while its promise is pending, the guest waits. */
  readonly onAnswer?: Taker;
  /** Takes what the console shows. */
  readonly onConsole?: Taker;
  /** Takes a picture of the screen when the guest is finished; the machine ends with it. */
  readonly onScreenshot?: (screenshot: Screenshot) => void | Promise<void>;
  /** How long the guest may take, a screenshot five minutes unless given. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

const SCREENSHOT_TIMEOUT_SECONDS = 300;
/** How long a machine may take to power off once it has answered. */
const POWER_OFF_MS = 10_000;

/**
 * Runs a machine that boots a UEFI application, until it powers off by itself, or its screenshot has
 * been taken.
 *
 * @returns the console's last lines
 * @throws ZosiaError `ZOSIA_GUEST_FAILED` with what the application says went wrong,
 *   `ZOSIA_GUEST_DIED`, `ZOSIA_GUEST_TIMEOUT` (of a one-shot), `ZOSIA_INTERRUPTED`,
 *   `ZOSIA_QMP_FAILED`; the reason of `signal`; whatever a taker throws
 */
export async function runEfi(
  spec: EfiMachineSpec,
  options: EfiRunOptions,
): Promise<{ consoleTail: string }> {
  return cancelledByTermination(options.signal, (signal) =>
    withPrivateFolder((folder) => run(spec, folder, options, signal)),
  );
}

async function run(
  spec: EfiMachineSpec,
  folder: string,
  { onAnswer, onConsole, onScreenshot, timeoutSeconds }: EfiRunOptions,
  signal: AbortSignal,
): Promise<{ consoleTail: string }> {
  const isControlled = onScreenshot !== undefined;
  const args = efiArguments({ ...spec, console: { to: 'stdio' }, isControlled });
  const [program, ...rest] = await qemuCommand({ qemu: spec.qemu, args });
  signal.throwIfAborted();

  const ending = new AbortController();
  const deadline = new AbortController();
  const limitSeconds = timeoutSeconds ?? (onScreenshot ? SCREENSHOT_TIMEOUT_SECONDS : undefined);
  const limit =
    limitSeconds === undefined
      ? undefined
      : setTimeout(() => {
          deadline.abort();
          if (!onScreenshot) ending.abort();
        }, limitSeconds * 1000);
  let powerOff: NodeJS.Timeout | undefined;

  // The pipe to QEMU's stdin stays open: its end would be a hang-up of the serial port.
  const qemu = execa(program, rest, {
    stdio: ['pipe', 'pipe', 'pipe', ...(isControlled ? (['pipe'] as const) : [])],
    buffer: { stdout: false, fd3: false },
    reject: false,
    cancelSignal: AbortSignal.any([signal, ending.signal]),
    forceKillAfterDelay: KILL_DELAY_MS,
  });
  const watcher = new EfiConsole();
  const answer = new AnswerReader();
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const photograph = async (): Promise<void> => {
    if (!onScreenshot) return;
    const socket = qemu.stdio[QMP_FILE_DESCRIPTOR] as unknown as Duplex;
    const qmp = await Qmp.open(socket, (event) => {
      if (event === 'SHUTDOWN') finish();
    });
    const waits = { folder, finished, deadline: deadline.signal, signal };
    await onScreenshot(await takeScreenshot(qmp, waits));
    await qmp.execute('quit').catch(() => undefined);
  };
  const read = async (): Promise<void> => {
    for await (const bytes of qemu.stdout as AsyncIterable<Buffer>) {
      const piece = answer.read(bytes);
      watcher.feed(piece.console);
      if (piece.answer.length > 0) await onAnswer?.(piece.answer);
      if (piece.console.length > 0) await onConsole?.(piece.console);
      if (watcher.isFinished || answer.end) finish();
      if (answer.end && !onScreenshot) {
        powerOff ??= setTimeout(() => {
          ending.abort();
        }, POWER_OFF_MS);
      }
    }
  };
  try {
    await Promise.all([read(), photograph()]);
  } catch (error) {
    ending.abort();
    await qemu;
    // Of a machine that has died, its death is the reason for everything else.
    throw error;
  } finally {
    clearTimeout(limit);
    clearTimeout(powerOff);
  }
  const { exitCode, stderr } = await qemu;
  signal.throwIfAborted();
  const consoleTail = watcher.tail;
  const failure = answer.end?.kind === 'failed' ? answer.end.message : watcher.failure;
  if (answer.end?.kind === 'complete') return { consoleTail };
  if (failure !== undefined) throw guestFailed(failure, consoleTail);
  if (onAnswer && deadline.signal.aborted) throw guestTimeout(limitSeconds!, consoleTail);
  if (onAnswer || exitCode !== 0) throw guestDied({ exitCode, stderr, consoleTail });
  return { consoleTail };
}

function guestFailed(message: string, consoleTail: string): ZosiaError {
  const reason = message.replace(/^zosia: /, '');
  return new ZosiaError('ZOSIA_GUEST_FAILED', `the machine has no answer: ${reason}`, {
    hint: `The last lines of its console:\n${consoleTail}`,
  });
}
