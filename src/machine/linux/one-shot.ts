import { setTimeout as delay } from 'node:timers/promises';
import { ZosiaError } from '../../errors.js';
import type { AnswerReport } from '../llama-server/answer.js';
import { suspectOf } from '../firmware/firmware.js';
import { LinuxConsole } from './console.js';
import type { LinuxMachineSpec } from './spec.js';
import { askServer } from '../llama-server/ask.js';
import type { Question } from '../llama-server/ask.js';
import { ServerClient } from '../llama-server/client.js';
import { PortStreams } from '../streams/port-streams.js';
import { guestDied, guestTimeout } from '../qemu/process.js';
import { cancelledByTermination } from '../qemu/termination.js';
import { bootWatched } from '../accelerator/silent-boot.js';
import type { BootAttempt } from '../accelerator/silent-boot.js';
import type { InstantMachine } from './instant.js';
import type { StartInstant } from './instant-start.js';

export interface OneShotOptions {
  readonly question: Question;
  /** Starts a machine whose guest serves: with a port for its server after the control port. */
  readonly start: StartInstant;
  /** Takes the answer as it comes; while its promise is pending, the guest waits. */
  readonly onAnswer: (bytes: Uint8Array) => void | Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Takes a line for the user when the machine is started again; see {@link bootWatched}. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Ends a machine that takes longer; none unless given. */
  readonly timeoutSeconds?: number | undefined;
}

export interface OneShotResult {
  /** 0 when it has answered, else what the guest's last line says. */
  readonly exitStatus: number;
  /** The console's last lines, which tell why when it has not. */
  readonly consoleTail: string;
  /** How the answer ended; undefined when there is none. */
  readonly report: AnswerReport | undefined;
}

/**
 * Runs a machine that answers one question, by the server in it, and ends.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DIED`, `ZOSIA_GUEST_TIMEOUT`, `ZOSIA_INTERRUPTED`,
 *   `ZOSIA_PROMPT_TOO_LONG`, `ZOSIA_TEMPLATE_UNUSABLE`, `ZOSIA_WORKER_LOST`, `ZOSIA_SERVER_FAILED`; the reason of `signal`; whatever
 *   `onAnswer` throws
 */
export async function runOneShot(
  spec: LinuxMachineSpec,
  options: OneShotOptions,
): Promise<OneShotResult> {
  const { onNote = () => undefined } = options;
  return cancelledByTermination(options.signal, (signal) =>
    bootWatched(spec, { signal, onNote }, (attempt) => answer(attempt, options)),
  );
}

async function answer(
  { spec, signal, onSign }: BootAttempt<LinuxMachineSpec>,
  { question, start, onAnswer, timeoutSeconds }: OneShotOptions,
): Promise<OneShotResult> {
  const late = new AbortController();
  const ending = new AbortController();
  const machine = start(spec, AbortSignal.any([signal, late.signal, ending.signal]));
  const timer =
    timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          late.abort();
        }, timeoutSeconds * 1000);
  const watcher = new LinuxConsole({ firmware: spec.firmware !== undefined });
  let outcome: Outcome | undefined;
  const asking = ask(machine, question, { onAnswer, ending }, (found) => {
    outcome = found;
  });
  try {
    for await (const bytes of machine.stdout) {
      watcher.feed(bytes);
      if (watcher.hasSpoken) onSign();
    }
    const end = await machine.ended;
    signal.throwIfAborted();
    const { tail: consoleTail, exitStatus, fault } = watcher;
    const suspect = spec.firmware && suspectOf(spec.firmware);
    if (!outcome && late.signal.aborted) throw guestTimeout(timeoutSeconds!, consoleTail, suspect);
    if (machine.isAwake) await asking;
    if (outcome && 'report' in outcome) return { exitStatus: 0, consoleTail, ...outcome };
    if (fault) throw fault;
    if (outcome) throw outcome.error;
    if (exitStatus === undefined) throw guestDied({ ...end, consoleTail, suspect });
    return { exitStatus, consoleTail, report: undefined };
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
}

/** How long a guest may take to say what its server ended of, in ms. */
const LAST_WORDS_MS = 1000;

/** How an answer ended, or why there is none. */
type Outcome = { readonly report: AnswerReport } | { readonly error: unknown };

/**
 * Asks the guest's server once it is there, and then ends the machine.
 *
 * @param options.ending ends the machine where QEMU does not do so when it is told
 * @param onOutcome is not called for a machine that ends by itself: that tells why
 */
async function ask(
  machine: InstantMachine,
  question: Question,
  {
    onAnswer,
    ending,
  }: { readonly onAnswer: OneShotOptions['onAnswer']; readonly ending: AbortController },
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  const { qemu, ports } = await machine.awake;
  const streams = new PortStreams(ports[0]!);
  const quit = async (): Promise<boolean> => {
    try {
      await (await qemu.qmp).execute('quit');
      return true;
    } catch {
      return false;
    }
  };
  try {
    const report = await askServer(new ServerClient(() => streams.open()), question, {
      signal: ending.signal,
      onText: (text) => onAnswer(Buffer.from(text)),
    });
    onOutcome({ report });
    if (!(await quit())) ending.abort();
  } catch (error) {
    if (ending.signal.aborted) return;
    if (error instanceof ZosiaError && error.code === 'ZOSIA_SERVER_FAILED') {
      // Its server may have gone: then the guest says why, and ends.
      await Promise.race([machine.ended, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    }
    // A machine that has gone cannot be told to.
    if (await quit()) onOutcome({ error });
  }
}
