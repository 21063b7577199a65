import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { describe } from 'vitest';
import { IS_COMPLETE_HOST, skipWhere } from '../../support/skipping.js';

/** Debian keeps fsck.fat and sgdisk out of a user's path. */
const FOLDERS = ['/usr/sbin', '/sbin', '/opt/homebrew/sbin', '/usr/local/sbin'];
const environment = {
  ...process.env,
  PATH: [process.env.PATH, ...FOLDERS].join(delimiter),
  TZ: 'UTC',
  // Names are compared as UTF-8.
  LC_ALL: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
};

interface Answer {
  readonly status: number | null;
  readonly output: string;
}

export function run(program: string, args: readonly string[], input = ''): Answer {
  const { status, stdout, stderr } = spawnSync(program, args, {
    env: environment,
    input,
    maxBuffer: 1 << 26,
  });
  // A program that could not be started has no output at all.
  const output = [stdout, stderr].map((bytes: Buffer | null) => bytes?.toString('utf8') ?? '');
  return { status, output: output.join('') };
}

/** A describe that runs these programs; skipped with the reason where one is missing, but not on a complete host. */
export function describeWith(programs: readonly string[], name: string, body: () => void): void {
  describeWhere(programs, name, body, IS_COMPLETE_HOST);
}

/** The same for programs that `zosia doctor --install` installs on Linux alone. */
export function describeWhere(
  programs: readonly string[],
  name: string,
  body: () => void,
  isCertain = false,
): void {
  const missing = programs.filter((program) => run(program, ['--version']).status === null);
  const isSkipped = missing.length > 0 && !isCertain;
  describe(name, skipWhere(isSkipped, `no ${missing.join(', ')} here`), body);
}

/** What a check that changes nothing reports; status 0 is a clean volume. */
export function fsckFat(path: string): Answer {
  return run('fsck.fat', ['-n', '-v', path]);
}
