import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { foldName, isAllowedName } from '../../formats/fat/names.js';
import { SETTINGS_PATH } from '../../formats/llama2c/settings/file.js';
import { MODEL_IN_PARTITIONS } from '../../formats/llama2c/settings/settings.js';

/** What else lies in the root of the disk. */
const TAKEN = ['EFI', SETTINGS_PATH.slice(1)];

/**
 * Refuses names of files that cannot lie in the root of an EFI disk, beside what must lie there. Blanks at
 * the start would be lost in `llama2.cfg`; firmware knows no characters beyond 16 bits.
 *
 * @param kind a GGUF need not be a file: as a partition it has no name
 * @throws ZosiaError `ZOSIA_EFI_BAD_NAME`
 */
export function checkDiskNames(names: readonly string[], kind?: 'gguf'): void {
  const taken = new Map(TAKEN.map((name) => [foldName(name), name]));
  for (const name of names) {
    if (!isAllowedName(name) || /^ |[\u{10000}-\u{10ffff}]/u.test(name)) {
      throw badName(kind, name, 'is none that firmware can open a file by');
    }
    if (name === MODEL_IN_PARTITIONS) {
      throw badName(kind, name, 'stands for a model that is in partitions');
    }
    const other = taken.get(foldName(name));
    if (other !== undefined) throw badName(kind, name, `is taken by ${other} on an EFI disk`);
    taken.set(foldName(name), name);
  }
}

function badName(kind: 'gguf' | undefined, name: string, why: string): ZosiaError {
  const message = `the name ${JSON.stringify(name.slice(0, 100))} ${why}`;
  const rename =
    'Rename the file: letters, digits, dots and dashes always do. Case makes no difference.';
  return new ZosiaError('ZOSIA_EFI_BAD_NAME', message, {
    hint:
      kind === 'gguf'
        ? [wording`${rename} Or make it a partition: ${option('modelAs', 'partition')}.`, rename]
        : rename,
  });
}
