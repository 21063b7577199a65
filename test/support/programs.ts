import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import { skipWhere } from './skipping.js';

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

/** A describe that asks other programs' opinions; skipped, with the reason, where they are missing. */
export function describeWithPrograms(
  names: readonly string[],
  title: string,
  body: () => void,
): void {
  const missing = names.filter((name) => !hasProgram(name));
  describe(title, skipWhere(missing.length > 0, `no ${missing.join(', ')} here`), body);
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
