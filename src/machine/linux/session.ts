import { relayLines } from '../console/input.js';
import { runSession } from '../console/session.js';
import type { ConsoleIo } from '../console/console-io.js';
import { suspectOf } from '../firmware/firmware.js';
import { LinuxConsole } from './console.js';
import type { LinuxMachineSpec } from './spec.js';
import { linuxArguments } from './arguments.js';

/** What ends a session in its turn, after everything before it has been answered: Ctrl+D. */
const END_OF_INPUT = '\u0004';

/**
 * Runs a machine with a Linux guest on the user's terminal; see {@link runSession}.
 *
 * @param options.restMs how long the console of a guest that does not mark its prompt is at rest before
 *   lines of a pipe are passed on
 * @throws ZosiaError `ZOSIA_TEMPLATE_UNUSABLE`, and as {@link runSession}
 */
export async function runInteractive(
  spec: LinuxMachineSpec,
  io: ConsoleIo,
  options: { readonly signal?: AbortSignal | undefined; readonly restMs?: number | undefined } = {},
): Promise<{ exitStatus: number }> {
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
