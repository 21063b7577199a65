import { relayPipedInput } from '../console/input.js';
import { runSession } from '../console/session.js';
import type { ConsoleIo } from '../console/session.js';
import { LinuxConsole } from './linux-console.js';
import type { MachineSpec } from './machine-spec.js';
import { qemuArguments } from './qemu-arguments.js';

/**
 * What ends a session in its turn, after everything typed before has been answered: llama-cli's command
 * (it takes no Ctrl+D), and Ctrl+D for the stub prompt (which answers the command with its help).
 * `/poweroff` would not wait its turn: the guest heeds it at once.
 */
const LAST_WORDS = '/exit\n\u0004';

/**
 * Runs a machine with a Linux guest on the user's terminal; see {@link runSession}.
 *
 * @throws ZosiaError `ZOSIA_TEMPLATE_UNUSABLE`, and as {@link runSession}
 */
export async function runInteractive(
  spec: MachineSpec,
  io: ConsoleIo,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ exitStatus: number }> {
  const watcher = new LinuxConsole();
  const ended = await runSession(
    {
      call: { qemu: spec.qemu, args: qemuArguments(spec) },
      isTerminalOfQemu: spec.console.to === 'backend',
      guest: {
        watcher,
        relayPiped: (input, guest) => relayPipedInput(input, guest, LAST_WORDS),
        exitStatus: () => watcher.exitStatus,
      },
    },
    io,
    options,
  );
  if (watcher.fault) throw watcher.fault;
  return ended;
}
