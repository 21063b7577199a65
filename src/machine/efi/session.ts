import { relayLines } from '../console/input.js';
import { runSession } from '../console/session.js';
import type { ConsoleIo } from '../console/console-io.js';
import { efiArguments } from './arguments.js';
import { EfiConsole } from './console.js';
import type { EfiMachineSpec } from './spec.js';
import { suspectOf } from '../firmware/firmware.js';

/** The application's command, when the input has come to its end. */
const END_OF_INPUT = '/poweroff\n';

/**
 * Runs a machine that boots a UEFI application on the user's terminal; see {@link runSession}. Its exit
 * status is 1 when the application has said that something went wrong.
 *
 * @throws as {@link runSession}
 */
export function runEfiInteractive(
  spec: EfiMachineSpec,
  io: ConsoleIo,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<{ exitStatus: number }> {
  const watcher = new EfiConsole();
  return runSession(
    {
      spec,
      argumentsFor: (machine) => efiArguments({ ...machine, isControlled: false }),
      suspect: suspectOf(spec.firmware),
      isTerminalOfQemu: spec.console.to === 'backend',
      guest: {
        watcher,
        relayPiped: (input, guest) => relayLines(input, guest, END_OF_INPUT),
        exitStatus(exitCode) {
          if (exitCode !== 0) return undefined;
          return watcher.failure === undefined ? 0 : 1;
        },
      },
    },
    io,
    options,
  );
}
