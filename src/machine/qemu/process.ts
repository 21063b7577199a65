import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { ZosiaError } from '../../errors.js';
import type { MachineSpec } from '../linux/machine-spec.js';
import { qemuArguments } from '../linux/qemu-arguments.js';
import { findProgram } from './binary.js';

/** How long QEMU gets to end by itself after SIGTERM. */
export const KILL_DELAY_MS = 2000;

/**
 * The command that starts a machine. On Linux it goes through setpriv(1) where there is one, so that
 * the kernel ends QEMU with zosia even if zosia is killed outright.
 */
export async function qemuCommand(spec: MachineSpec): Promise<[string, ...string[]]> {
  const command: [string, ...string[]] = [spec.qemu, ...qemuArguments(spec)];
  if (process.platform !== 'linux') return command;
  const setpriv = await findProgram('setpriv', process.env);
  // Busybox has a setpriv, too, which lacks the option.
  if (setpriv === undefined || basename(await realpath(setpriv)) !== 'setpriv') return command;
  return [setpriv, '--pdeathsig', 'KILL', ...command];
}

/** What is left when QEMU has ended. */
export interface QemuRemains {
  readonly exitCode?: number | undefined;
  readonly stderr?: string | undefined;
  readonly consoleTail: string;
}

/** The error for a machine that ended without its last line. */
export function guestDied({ exitCode, stderr = '', consoleTail }: QemuRemains): ZosiaError {
  const complaint = stderr.trim();
  const how =
    complaint === ''
      ? `QEMU's exit code is ${exitCode ?? 'unknown'}`
      : complaint.split('\n').at(-1)!;
  return new ZosiaError('ZOSIA_GUEST_DIED', `the machine ended before its guest did (${how})`, {
    hint:
      consoleTail === ''
        ? 'The guest printed nothing: check that kernel, initramfs and --arch belong together.'
        : `The last lines of its console:\n${consoleTail}`,
  });
}
