import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnswerReport } from './answer-report.js';
import { suspectOf } from '../firmware/firmware.js';
import { LinuxConsole } from './console.js';
import type { LinuxMachineSpec } from './spec.js';
import { linuxArguments } from './arguments.js';
import { withPrivateFolder } from '../../host/private-folder.js';
import { guestDied, guestTimeout } from '../qemu/process.js';
import { runToEnd } from '../qemu/run-to-end.js';
import { cancelledByTermination } from '../qemu/termination.js';
import { bootWatched } from '../accelerator/silent-boot.js';
import type { BootAttempt } from '../accelerator/silent-boot.js';

export interface OneShotOptions {
  /** Takes the answer as it comes; while its promise is pending, the guest waits. */
  readonly onAnswer: (bytes: Uint8Array) => void | Promise<void>;
  readonly signal?: AbortSignal | undefined;
  /** Takes a line for the user when the machine is started again; see {@link bootWatched}. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Ends a machine that takes longer; none unless given. */
  readonly timeoutSeconds?: number | undefined;
}

export interface OneShotResult {
  /** What the guest's last line says; 0 when it has answered. */
  readonly exitStatus: number;
  /** The console's last lines, which tell why when it has not. */
  readonly consoleTail: string;
  /** How the answer ended; undefined when there is none, or an older guest does not tell. */
  readonly report: AnswerReport | undefined;
}

/**
 * Runs a machine that answers one prompt and powers off. The answer comes through a port of its own;
 * the console goes to a private file and is looked at afterwards.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DIED`, `ZOSIA_GUEST_TIMEOUT`, `ZOSIA_INTERRUPTED`,
 *   `ZOSIA_PROMPT_TOO_LONG`, `ZOSIA_TEMPLATE_UNUSABLE`; the reason of `signal`; whatever `onAnswer` throws
 */
export async function runOneShot(
  spec: LinuxMachineSpec,
  options: OneShotOptions,
): Promise<OneShotResult> {
  return cancelledByTermination(options.signal, (signal) =>
    withPrivateFolder(async (folder) => {
      const consolePath = join(folder, 'console.log');
      const { onNote = () => undefined } = options;
      return bootWatched(spec, { signal, onNote }, (attempt) =>
        answer(attempt, consolePath, options),
      );
    }),
  );
}

async function answer(
  { spec, signal, onSign }: BootAttempt<LinuxMachineSpec>,
  consolePath: string,
  { onAnswer, timeoutSeconds }: OneShotOptions,
): Promise<OneShotResult> {
  const console = { to: 'file', path: consolePath } as const;
  const ended = new AbortController();
  const look = async (): Promise<LinuxConsole> => {
    const watcher = new LinuxConsole({ firmware: spec.firmware !== undefined });
    await readAlong(watcher, consolePath);
    return watcher;
  };
  void whenSpoken(look, ended.signal).then(onSign, () => undefined);
  const { timedOut, ...end } = await runToEnd(
    { ...spec, args: linuxArguments({ ...spec, answerPort: true, console }) },
    {
      signal,
      onOutput: onAnswer,
      timeoutSeconds,
    },
  ).finally(() => {
    ended.abort();
  });
  const watcher = await look();
  const { tail: consoleTail } = watcher;
  const suspect = spec.firmware && suspectOf(spec.firmware);
  // A machine may be quicker than whoever looks.
  if (watcher.hasSpoken) onSign();
  if (timedOut) throw guestTimeout(timeoutSeconds!, consoleTail, suspect);
  if (watcher.exitStatus === undefined) throw guestDied({ ...end, consoleTail, suspect });
  if (watcher.fault) throw watcher.fault;
  return { exitStatus: watcher.exitStatus, consoleTail, report: watcher.report };
}

/** How often the console of a machine that has yet to speak is looked at. */
const LOOK_MS = 100;

/** Resolves when a guest has said something. */
async function whenSpoken(look: () => Promise<LinuxConsole>, signal: AbortSignal): Promise<void> {
  while (!(await look()).hasSpoken) await delay(LOOK_MS, undefined, { signal });
}

async function readAlong(watcher: LinuxConsole, path: string): Promise<void> {
  // QEMU makes the file; one that failed early has not.
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return;
  for await (const bytes of file.createReadStream() as AsyncIterable<Buffer>) watcher.feed(bytes);
}
