import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { findProgram } from './binary.js';
import { knownComplaint } from './complaints.js';

/** How QEMU is run: cancelled, it gets two seconds to end by itself; how it ended is no exception. */
export const QEMU_PROCESS = { reject: false, forceKillAfterDelay: 2000 } as const;

/** QEMU whose console is on pipes, and is read as it comes; its complaints are kept. */
export const PIPED_QEMU = {
  ...QEMU_PROCESS,
  stdio: ['pipe', 'pipe', 'pipe'],
  buffer: { stdout: false },
} as const;

/** A QEMU program, and what it is to be given. */
export interface QemuCall {
  readonly qemu: string;
  readonly args: readonly string[];
}

/**
 * The command that starts a machine. On Linux it goes through setpriv(1) where there is one, so that
 * the kernel ends QEMU with zosia even if zosia is killed outright.
 */
export async function qemuCommand({ qemu, args }: QemuCall): Promise<[string, ...string[]]> {
  const command: [string, ...string[]] = [qemu, ...args];
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
  /** The option by which the user may have named the wrong thing. */
  readonly suspect?: string | undefined;
}

/** The error for a machine that ended without its last line, or could not begin. */
export function guestDied({
  exitCode,
  stderr = '',
  consoleTail,
  suspect,
}: QemuRemains): ZosiaError {
  const known = knownComplaint(stderr);
  if (known) return new ZosiaError('ZOSIA_MACHINE_IMPOSSIBLE', known.message, { hint: known.hint });
  const complaint = stderr.trim();
  const how =
    complaint === ''
      ? `QEMU's exit code is ${exitCode ?? 'unknown'}`
      : complaint.split('\n').at(-1)!;
  return new ZosiaError('ZOSIA_GUEST_DIED', `the machine ended before its guest did (${how})`, {
    hint:
      consoleTail === ''
        ? `The guest printed nothing: check that what it boots from is for --arch, and that it has enough memory (--ram).${check(suspect)}`
        : `${check(suspect)} The last lines of its console:\n${consoleTail}`.trimStart(),
  });
}

/** The error for a machine that was given a time to answer in. */
export function guestTimeout(
  timeoutSeconds: number,
  consoleTail: string,
  suspect?: string,
): ZosiaError {
  return new ZosiaError(
    'ZOSIA_GUEST_TIMEOUT',
    `the machine did not answer within ${timeoutSeconds} s`,
    {
      hint:
        consoleTail === ''
          ? `Give it more time: it has printed nothing yet.${check(suspect)}`
          : `Give it more time.${check(suspect)} The last lines of its console:\n${consoleTail}`,
    },
  );
}

const check = (suspect: string | undefined): string =>
  suspect === undefined ? '' : ` Check ${suspect}, too.`;
