import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { findProgram } from '../../host/programs.js';
import type { OptionName, Wording } from '../../wording.js';
import { option, wording } from '../../wording.js';
import { knownComplaint } from './complaints.js';
import type { HostSpec } from './host-spec.js';

/** How QEMU is run: cancelled, it gets two seconds to end by itself; how it ended is no exception. */
export const QEMU_PROCESS = { reject: false, forceKillAfterDelay: 2000 } as const;

/** QEMU whose console is on pipes, and is read as it comes; its complaints are kept. */
export const PIPED_QEMU = {
  ...QEMU_PROCESS,
  stdio: ['pipe', 'pipe', 'pipe'],
  buffer: { stdout: false },
} as const;

/** A QEMU program, and what it is to be given. */
export interface QemuCall extends Pick<HostSpec, 'qemu' | 'setpriv'> {
  readonly args: readonly string[];
}

/** The command that starts a machine, which ends with zosia where `HostSpec.setpriv` sees to it. */
export function qemuCommand({ qemu, setpriv, args }: QemuCall): [string, ...string[]] {
  return setpriv === undefined ? [qemu, ...args] : [setpriv, '--pdeathsig', 'KILL', qemu, ...args];
}

/**
 * setpriv(1) of util-linux, which starts a program that the kernel ends with its parent. Only Linux has it;
 * elsewhere that is for QEMU to do, if it can (`HostSpec.exitWithParent`).
 */
export async function findSetpriv(searchPath: readonly string[]): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const setpriv = await findProgram(['setpriv'], searchPath);
  // Busybox has a setpriv, too, which lacks the option.
  return setpriv !== undefined && basename(await realpath(setpriv)) === 'setpriv'
    ? setpriv
    : undefined;
}

/** How QEMU has ended. */
export interface QemuEnd {
  readonly exitCode?: number | undefined;
  /** What killed it: "SIGKILL". */
  readonly signal?: string | undefined;
  readonly stderr?: string | undefined;
}

/** The part of a process's result that tells how it ended; the result may be an Error. */
export const endOf = ({ exitCode, signal, stderr }: QemuEnd): QemuEnd => ({
  exitCode,
  signal,
  stderr,
});

/** What is left when QEMU has ended. */
export interface QemuRemains extends QemuEnd {
  readonly consoleTail: string;
  /** The option by which the user may have named the wrong thing. */
  readonly suspect?: OptionName | undefined;
}

/** The error for a machine that ended without its last line, or could not begin. */
export function guestDied({ consoleTail, suspect, ...end }: QemuRemains): ZosiaError {
  const known = knownComplaint(end.stderr ?? '');
  if (known) return new ZosiaError('ZOSIA_MACHINE_IMPOSSIBLE', known.message, { hint: known.hint });
  const how = howItEnded(end);
  return new ZosiaError('ZOSIA_GUEST_DIED', `the machine ended before its guest did (${how})`, {
    hint:
      consoleTail === ''
        ? wording`The guest printed nothing: check that what it boots from is for ${option('arch')}, and that it has enough memory (${option('ramMiB')}).${check(suspect)}`
        : suspect === undefined
          ? lastLines(consoleTail)
          : wording`Check ${suspect}, too. ${lastLines(consoleTail)}`,
  });
}

/** What a QEMU that has ended too early says of it: the last line it printed, else its signal or exit code. */
export function howItEnded({ exitCode, signal, stderr = '' }: QemuEnd): string {
  const lastLine = stderr.trim().split('\n').at(-1)!;
  if (signal !== undefined) {
    const killed = `QEMU was killed by ${signal}`;
    return lastLine === '' ? killed : `${killed}: ${lastLine}`;
  }
  if (lastLine !== '') return lastLine;
  return exitCode === undefined ? 'QEMU could not be started' : `QEMU's exit code is ${exitCode}`;
}

/** The error for a machine that was given a time to answer in. */
export function guestTimeout(
  timeoutSeconds: number,
  consoleTail: string,
  suspect?: OptionName,
): ZosiaError {
  return new ZosiaError(
    'ZOSIA_GUEST_TIMEOUT',
    `the machine did not answer within ${timeoutSeconds} s`,
    {
      hint:
        consoleTail === ''
          ? wording`Give it more time: it has printed nothing yet.${check(suspect)}`
          : wording`Give it more time.${check(suspect)} ${lastLines(consoleTail)}`,
    },
  );
}

const check = (suspect: OptionName | undefined): Wording =>
  suspect === undefined ? wording`` : wording` Check ${suspect}, too.`;

const lastLines = (consoleTail: string): string => `The last lines of its console:\n${consoleTail}`;
