import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a file may be run by this user. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/**
 * The path of a program in the first of some folders that has it, under any of its names, or undefined.
 *
 * @param isProgram what counts as one; tests play other hosts
 */
export async function findProgram(
  names: readonly string[],
  folders: readonly string[],
  isProgram: (path: string) => Promise<boolean> = isExecutable,
): Promise<string | undefined> {
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      if (await isProgram(path)) return path;
    }
  }
  return undefined;
}
