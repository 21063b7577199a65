import type { Architecture } from '../../../src/artifacts/architectures.js';
import { efiArguments, resolveEfiMachine } from '../../../src/machine/machine.js';
import { HOST } from '../../support/host.js';
import { openTerminal } from '../../support/terminal.js';
import type { TerminalSession } from '../../support/terminal.js';

export interface EfiTerminalOptions {
  readonly arch: Architecture;
  /** Whether the guest may write to the disk. */
  readonly writable?: boolean;
  /** A second disk, raw. */
  readonly beside?: string;
}

/** When the application asks for a text, or for a number. */
export const PROMPT = /\n> /;

/** Boots a disk as it is, raw, on a terminal. */
export async function openEfiTerminal(
  disk: string,
  { arch, writable = false, beside }: EfiTerminalOptions,
): Promise<TerminalSession> {
  // Slow enough for a text to be stopped.
  const spec = await resolveEfiMachine({ arch, disk, cpus: 1, accel: 'tcg' }, HOST);
  const args = efiArguments({ ...spec, console: { to: 'stdio' } });
  const disks = writable ? args.map((arg) => arg.replace('read-only=on', 'read-only=off')) : args;
  const second =
    beside === undefined
      ? []
      : [
          ...['-drive', `if=none,id=beside,format=raw,readonly=on,file=${beside}`],
          ...['-device', 'virtio-blk-pci,drive=beside'],
        ];
  return openTerminal(spec.qemu, [...disks, ...second], { cwd: '.' });
}

/** Types a line, and gives all that is shown up to the next prompt. */
export async function ask(terminal: TerminalSession, line: string): Promise<string> {
  terminal.type(`${line}\r`);
  return (await terminal.shows(PROMPT)).replaceAll('\r', '');
}
