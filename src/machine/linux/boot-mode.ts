import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { GUEST_MARKERS } from './guest-markers.js';
import { linuxArguments } from './arguments.js';
import { suspectOf } from '../firmware/firmware.js';
import { LinuxConsole } from './console.js';
import type { LinuxMachineSpec } from './spec.js';
import { guestDied, guestTimeout } from '../qemu/process.js';
import { runToEnd } from '../qemu/run-to-end.js';
import { cancelledByTermination } from '../qemu/termination.js';
import { bootWatched } from '../accelerator/silent-boot.js';
import type { BootAttempt } from '../accelerator/silent-boot.js';

/** What a machine may do instead of talking; guest/init describes each. */
export type BootMode = 'ci' | 'diag' | 'selftest';

/**
 * When a machine is given up, in seconds, unless told otherwise. The guest's own limit for llama.cpp in
 * the self-test is 120 s: it can say more about what hung, and so goes first.
 */
const TIMEOUT_SECONDS: Readonly<Record<BootMode, number>> = { ci: 60, diag: 60, selftest: 180 };

export interface BootModeOptions {
  readonly mode: BootMode;
  readonly timeoutSeconds?: number | undefined;
  /** Takes the console as it comes. */
  readonly onConsole?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Takes a line for the user when the machine is started again; see {@link bootWatched}. */
  readonly onNote?: ((line: string) => void) | undefined;
}

export interface BootModeResult {
  /** What the guest's last line says: 0 when all is well. */
  readonly exitStatus: number;
  /** What the guest said of itself, by name: see {@link parseFacts}. */
  readonly facts: Readonly<Record<string, string>>;
  /** The console's last lines. */
  readonly consoleTail: string;
}

/** Facts come early and are few; what a guest prints beyond is not kept. */
const MAX_KEPT_BYTES = 2 ** 20;

/**
 * Boots a machine in a mode that ends by itself.
 *
 * @throws ZosiaError `ZOSIA_GUEST_DIED`, `ZOSIA_GUEST_TIMEOUT`, `ZOSIA_INTERRUPTED`; the reason of
 *   `signal`; whatever `onConsole` throws
 */
export async function runBootMode(
  spec: LinuxMachineSpec,
  options: BootModeOptions,
): Promise<BootModeResult> {
  const { onNote = () => undefined } = options;
  return cancelledByTermination(options.signal, (signal) =>
    bootWatched(spec, { signal, onNote }, (attempt) => run(attempt, options)),
  );
}

async function run(
  { spec, signal, onSign }: BootAttempt<LinuxMachineSpec>,
  { mode, timeoutSeconds = TIMEOUT_SECONDS[mode], onConsole }: BootModeOptions,
): Promise<BootModeResult> {
  const watcher = new LinuxConsole({
    firmware: spec.firmware !== undefined,
    foreign: spec.isForeign === true,
  });
  const suspect = spec.firmware && suspectOf(spec.firmware);
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  const call = { ...spec, args: linuxArguments(bootModeSpec(spec, mode)) };
  const { timedOut, ...end } = await runToEnd(call, {
    signal,
    timeoutSeconds,
    async onOutput(bytes) {
      const shown = watcher.feed(bytes);
      if (watcher.hasSpoken) onSign();
      if (keptBytes < MAX_KEPT_BYTES) kept.push(shown);
      keptBytes += bytes.length;
      await onConsole?.(shown);
    },
  });
  const { exitStatus, tail: consoleTail } = watcher;
  const text = Buffer.concat(kept).toString('utf8');
  if (timedOut) {
    const isOld = text.includes(GUEST_MARKERS.init) && !text.includes(`zosia: ${mode}`);
    throw isOld
      ? modeUnknown(mode, consoleTail)
      : guestTimeout(timeoutSeconds, consoleTail, suspect);
  }
  if (exitStatus === undefined) throw guestDied({ ...end, consoleTail, suspect });
  return { exitStatus, facts: parseFacts(text), consoleTail };
}

function modeUnknown(mode: BootMode, consoleTail: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_GUEST_TIMEOUT',
    wording`the guest has not begun with ${option(mode)}`,
    {
      hint:
        'Its initramfs may be older than that: build it again with zosia image initramfs. ' +
        `The last lines of its console:\n${consoleTail}`,
    },
  );
}

/** The machine as it is for a mode: with the guest's flag, and a console that can be read. */
export function bootModeSpec(spec: LinuxMachineSpec, mode: BootMode): LinuxMachineSpec {
  const append = `${spec.append} zosia.${mode}=1`.trim();
  return { ...spec, append, console: { to: 'stdio' } };
}

/** Finds the lines `zosia: name=value` of a console; the exit status is none of them. */
export function parseFacts(console: string): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [, name, value] of console.matchAll(/^zosia: ([a-z_]+)=(.*?)\r*$/gm)) {
    facts[name!] = value!;
  }
  return facts;
}
