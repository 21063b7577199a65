import { ZosiaError } from '../../errors.js';
import { foldName, isAllowedName } from '../../formats/fat/names.js';
import { SETTINGS_PATH } from '../../formats/llama2c/settings/file.js';
import { MODEL_IN_PARTITIONS } from '../../formats/llama2c/settings/settings.js';

/** What else lies in the root of the disk. */
const TAKEN = ['EFI', SETTINGS_PATH.slice(1)];

/**
 * Refuses names of files that cannot lie in the root of an EFI disk, beside what must lie there. Blanks at
 * the start would be lost in `llama2.cfg`; firmware knows no characters beyond 16 bits.
 *
 * @throws ZosiaError `ZOSIA_EFI_BAD_NAME`
 */
export function checkDiskNames(names: readonly string[]): void {
  const taken = new Map(TAKEN.map((name) => [foldName(name), name]));
  for (const name of names) {
    if (!isAllowedName(name) || /^ |[\u{10000}-\u{10ffff}]/u.test(name)) {
      throw badName(name, 'is none that firmware can open a file by');
    }
    if (name === MODEL_IN_PARTITIONS) {
      throw badName(name, 'stands for a model that is in partitions');
    }
    const other = taken.get(foldName(name));
    if (other !== undefined) throw badName(name, `is taken by ${other} on an EFI disk`);
    taken.set(foldName(name), name);
  }
}

function badName(name: string, why: string): ZosiaError {
  const message = `the name ${JSON.stringify(name.slice(0, 100))} ${why}`;
  return new ZosiaError('ZOSIA_EFI_BAD_NAME', message, {
    hint: 'Rename the file: letters, digits, dots and dashes always do. Case makes no difference.',
  });
}
