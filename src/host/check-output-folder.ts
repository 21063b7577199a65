import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemErrorCode } from '../errors.js';
import { notDirectory } from './make-folder.js';
import { outputError } from './output-file.js';

/**
 * Sees that a folder for outputs is there or can be made, before minutes are spent on what goes there. Nothing
 * is made yet: what fails before there is an output leaves no folder.
 *
 * @throws ZosiaError as `makeOutputFolder`
 */
export async function checkOutputFolder(path: string): Promise<void> {
  try {
    await checkFolder(path);
  } catch (error) {
    throw outputError(path, error, 'folder');
  }
}

async function checkFolder(path: string): Promise<void> {
  const whole = resolve(path);
  for (let folder = whole; ; folder = dirname(folder)) {
    const found = await stat(folder).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'ENOENT' || folder === dirname(folder)) throw error;
      return undefined;
    });
    if (!found) continue;
    if (!found.isDirectory()) throw notDirectory(folder);
    if (folder !== whole) await access(folder, constants.W_OK);
    return;
  }
}
