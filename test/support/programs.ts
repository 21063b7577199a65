import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';
import { IS_COMPLETE_HOST, skipWhere } from './skipping.js';

/** The path of a program on the PATH, or undefined. */
export function programPath(name: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((program) => {
      try {
        accessSync(program, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether a program is on the PATH. */
export const hasProgram = (name: string, path?: string): boolean =>
  programPath(name, path) !== undefined;

/**
 * A describe that runs other programs. Where they are missing it is skipped, with the reason; on a complete host
 * it fails for that reason instead.
 */
export function describeWithPrograms(
  names: readonly string[],
  title: string,
  body: () => void,
): void {
  const reason = whyMissing(names);
  if (reason !== undefined && IS_COMPLETE_HOST)
    describe(title, () => {
      fail(reason);
    });
  else describe(title, skipWhere(reason !== undefined, reason ?? ''), body);
}

/** Which of programs are not on the PATH, in a sentence; undefined where all are. */
export function whyMissing(names: readonly string[], path?: string): string | undefined {
  const missing = names.filter((name) => !hasProgram(name, path));
  return missing.length > 0 ? `no ${missing.join(', ')} here` : undefined;
}

function fail(reason: string): void {
  it('has the programs that it runs, on a complete host', () => {
    throw new Error(`${reason}; zosia doctor --install installs what tests need`);
  });
}

/** GNU cpio for `describeWithPrograms`: on macOS `cpio` is that of BSD, with other options and listings. */
export const GNU_CPIO = isGnu('cpio') ? 'cpio' : 'GNU cpio';

/** GNU tar, likewise. */
export const GNU_TAR = isGnu('tar') ? 'tar' : 'GNU tar';

function isGnu(name: string): boolean {
  if (!hasProgram(name)) return false;
  const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' });
  return stdout.includes('GNU');
}
