import { relayLines } from '../console/input.js';
import { runSession } from '../console/session.js';
import type { SessionEnd } from '../console/session.js';
import type { LiveMachine } from '../console/live-machine.js';
import type { ConsoleIo } from '../console/console-io.js';
import { suspectOf } from '../firmware/firmware.js';
import { LinuxConsole } from './console.js';
import type { LinuxMachineSpec } from './spec.js';
import { linuxArguments } from './arguments.js';

/** What ends a session in its turn, after everything before it has been answered: Ctrl+D. */
const END_OF_INPUT = '\u0004';

export interface SessionOptions {
  readonly signal?: AbortSignal | undefined;
  /** After such a rest of the console a guest that does not mark its prompt is taken to read lines. */
  readonly restMs?: number | undefined;
  /** Starts the machine otherwise than by booting it. */
  readonly start?: ((spec: LinuxMachineSpec, signal: AbortSignal) => LiveMachine) | undefined;
}

/**
 * Runs a machine with a Linux guest on the user's terminal; see {@link runSession}.
 *
 * @throws ZosiaError `ZOSIA_TEMPLATE_UNUSABLE`, `ZOSIA_WORKER_LOST`, and as {@link runSession}
 */
export async function runInteractive(
  spec: LinuxMachineSpec,
  io: ConsoleIo,
  options: SessionOptions = {},
): Promise<SessionEnd> {
  const watcher = new LinuxConsole({
    piped: io.stdin.isTTY !== true,
    foreign: spec.isForeign === true,
    firmware: spec.firmware !== undefined,
    restMs: options.restMs,
  });
  const ended = await runSession(
    {
      spec,
      argumentsFor: linuxArguments,
      start: options.start,
      suspect: spec.firmware && suspectOf(spec.firmware),
      isTerminalOfQemu: spec.console.to === 'backend',
      guest: {
        watcher,
        relayPiped: (input, guest) => relayLines(input, guest, END_OF_INPUT),
        windowSize,
        exitStatus: () => watcher.exitStatus,
      },
    },
    io,
    options,
  );
  if (watcher.fault) throw watcher.fault;
  return ended;
}

/** How a terminal tells its size among the keys: an in-band resize notification, without pixels. */
function windowSize(rows: number, columns: number): string {
  return `\u001b[48;${rows};${columns};0;0t`;
}
