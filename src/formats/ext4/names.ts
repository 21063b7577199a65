import { ZosiaError } from '../../errors.js';
import { displayName, isWellFormed, toByteString } from '../byte-string.js';
import type { ByteString } from '../byte-string.js';
import { memberPath, pathNames } from '../member-path.js';
import type { Ext4Name } from './entry.js';
import { MAX_NAME_BYTES } from './layout/directory.js';

/**
 * The one spelling of an entry's path, as `memberPath` has it.
 *
 * @throws ZosiaError `ZOSIA_EXT4_BAD_PATH`, `ZOSIA_EXT4_NAME_TOO_LONG`
 */
export function entryPath(given: Ext4Name): ByteString {
  const text = toByteString(given);
  const path = memberPath(text);
  const isText = typeof given !== 'string' || isWellFormed(given);
  if (path === undefined || !isText) {
    throw new ZosiaError(
      'ZOSIA_EXT4_BAD_PATH',
      `${JSON.stringify(displayName(text))} is not a path inside the disk`,
      { hint: 'Give a path without "..", NUL and half a surrogate pair, such as /models/a.gguf.' },
    );
  }
  for (const name of pathNames(path)) {
    if (name.length > MAX_NAME_BYTES) {
      throw new ZosiaError(
        'ZOSIA_EXT4_NAME_TOO_LONG',
        `the name ${JSON.stringify(displayName(name))} takes ${name.length} bytes`,
        { hint: `ext4 names have at most ${MAX_NAME_BYTES} bytes; choose a shorter one.` },
      );
    }
  }
  return path;
}
