import { access } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';

export const APT_HELPER = '/usr/lib/apt/apt-helper';
const APT_GET = '/usr/bin/apt-get';

export interface AptResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of apt's programs and waits for its end; it fails by its exit code, not by throwing. */
export type AptRunner = (
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
) => Promise<AptResult>;

/** Whether this host has apt, so Debian or one of its derivatives. */
export async function hasApt(): Promise<boolean> {
  try {
    await Promise.all([access(APT_HELPER), access(APT_GET)]);
    return true;
  } catch {
    return false;
  }
}

/** {@link AptRunner} for real. Messages come in English, so that they can be told apart. */
export const runApt: AptRunner = async (program, args, signal) => {
  // Loaded when needed: a run from the cache calls no program.
  const { execa } = await import('execa');
  const result = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C', LANGUAGE: '' },
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr === '' ? (result.originalMessage ?? '') : result.stderr,
  };
};

/** {@link AptRunner} whose failure is an error, for what has to work. Returns standard output. */
export async function mustRunApt(
  run: AptRunner,
  program: string,
  args: readonly string[],
  purpose: string,
  signal?: AbortSignal,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(program, args, signal);
  if (exitCode === 0) return stdout;
  throw new ZosiaError('ZOSIA_APT_FAILED', `${purpose}: ${firstAptError(stderr)}`, {
    hint: 'Check that "apt-get update" works on this machine, then run the same command again.',
  });
}

/** The first line of apt's errors, else of its warnings, without the leading `E: `. */
export function firstAptError(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line =
    lines.find((text) => text.startsWith('E: ')) ??
    lines.find((text) => text.startsWith('W: ')) ??
    lines.find((text) => text !== '');
  return line?.replace(/^[EW]: /, '').replace(/\s+/g, ' ') ?? 'apt says nothing';
}

/**
 * Options for apt as root: by default its downloaders change to another user, who may not write
 * below the cache folder; apt then warns at length and goes on as root.
 */
export function sandboxOptions(userId: number | undefined = process.getuid?.()): string[] {
  return userId === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];
}
