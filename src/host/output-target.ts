import { stat } from 'node:fs/promises';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { shellPath } from '../shell-word.js';
import { option, wording } from '../wording.js';
import { nameOfFileKind } from './file-errors.js';

/**
 * Refuses what a file must not take the place of. Outputs are renamed into place, which would replace
 * the node of a device or FIFO instead of writing to it. A regular file, a symlink to one, or nothing
 * may stand at `path`; what cannot be looked at is left to the write, which says why, but for a name that
 * is too long: what belongs to a disk and is written last would leave the rest behind.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_UNWRITABLE`
 */
export async function checkOutputTarget(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENAMETOOLONG') throw nameTooLong(path, error);
    return undefined;
  });
  if (!found || found.isFile()) return;
  if (found.isDirectory()) {
    throw new ZosiaError('ZOSIA_OUTPUT_UNWRITABLE', `${path} is a folder`, {
      hint: [
        wording`Name a file with ${option('out')}, for instance one in that folder.`,
        'Name a file, for instance one in that folder.',
      ],
    });
  }
  throw new ZosiaError(
    'ZOSIA_OUTPUT_UNWRITABLE',
    `${path} is ${nameOfFileKind(found)}, not a regular file`,
    {
      hint: found.isBlockDevice()
        ? [
            wording`Name a file with ${option('out')}, then copy it to the device: dd if=FILE of=${shellPath(path)} bs=4M`,
            `Name a file, then copy it to the device: dd if=FILE of=${shellPath(path)} bs=4M`,
          ]
        : [
            wording`Name a regular file, or a place where there is none, with ${option('out')}.`,
            'Name a regular file, or a place where there is none.',
          ],
    },
  );
}

function nameTooLong(path: string, cause: unknown): ZosiaError {
  return new ZosiaError(
    'ZOSIA_OUTPUT_UNWRITABLE',
    `${path} cannot be written: its name is too long`,
    {
      hint: [wording`Name a shorter one with ${option('out')}.`, 'Name a shorter one.'],
      cause,
    },
  );
}
