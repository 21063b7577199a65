import { Buffer } from 'buffer';
import { ZosiaError } from '../../../errors.js';
import { NO_LABEL } from '../layout/boot-sector.js';
import { SHORT_NAME_BYTES } from '../layout/directory.js';

/**
 * What a label may have. Characters outside of ASCII are left out though OEM charsets have some:
 * fsck.fat removes labels with them.
 */
const LABEL = /^(?! )[A-Z0-9 !#$%&'()@^_`{}~-]*(?<! )$/;

/**
 * A volume label as it is stored: in upper case, padded with blanks.
 *
 * @throws ZosiaError `ZOSIA_FAT_BAD_LABEL`
 */
export function encodeLabel(label: string): Uint8Array {
  const upper = label.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  if (!LABEL.test(upper) || upper.length > SHORT_NAME_BYTES) {
    throw new ZosiaError(
      'ZOSIA_FAT_BAD_LABEL',
      `a FAT volume cannot have the label ${JSON.stringify(label.slice(0, 100))}`,
      {
        hint:
          `A label has at most ${SHORT_NAME_BYTES} characters of ASCII, no blanks at its ends, and ` +
          'none of " * + , . / : ; < = > ? [ \\ ] |',
      },
    );
  }
  return Buffer.from(upper === '' ? NO_LABEL : upper.padEnd(SHORT_NAME_BYTES));
}
