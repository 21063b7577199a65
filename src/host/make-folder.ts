import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../errors.js';

/**
 * Makes a folder and those above it that are missing, one after another. Node 20's own way of doing so
 * never ends where a folder that exists takes no new ones and says that it does not exist, as /proc does.
 *
 * @throws the error of the system, as of `mkdir`
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let above = dirname(path); !(await exists(above)); above = dirname(above)) {
    if (above === dirname(above)) break;
    missing.unshift(above);
  }
  for (const folder of [...missing, path]) await makeUnlessThere(folder);
}

/** Somebody else may make the same folder at the same time. */
async function makeUnlessThere(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return;
    // To the system the name is taken; to whoever wants a folder, what has it is none.
    throw found ? notDirectory(path) : error;
  }
}

/** As the system says it of what is no folder. */
export function notDirectory(path: string): Error {
  const details = { code: 'ENOTDIR', syscall: 'mkdir', path };
  return Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${path}'`), details);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
