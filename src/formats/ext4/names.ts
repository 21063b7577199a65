import { ZosiaError } from '../../errors.js';
import { displayName, toByteString } from '../byte-string.js';
import type { ByteString } from '../byte-string.js';
import type { Ext4Name } from './entry.js';
import { MAX_NAME_BYTES } from './layout/directory.js';

/**
 * The names along an absolute path; none for `/`.
 *
 * @throws ZosiaError `ZOSIA_EXT4_BAD_PATH`, `ZOSIA_EXT4_NAME_TOO_LONG`
 */
export function splitPath(path: Ext4Name): ByteString[] {
  const text = toByteString(path);
  if (text === '/') return [];
  const [before, ...names] = text.split('/');
  const bad = names.some((name) => name === '' || name === '.' || name === '..');
  if (before !== '' || names.length === 0 || bad || text.includes('\0')) {
    throw new ZosiaError(
      'ZOSIA_EXT4_BAD_PATH',
      `${JSON.stringify(displayName(text))} is not a path inside the disk`,
      { hint: 'Give an absolute path without empty names, "." or "..", such as /models/a.gguf.' },
    );
  }
  for (const name of names) {
    if (name.length > MAX_NAME_BYTES) {
      throw new ZosiaError(
        'ZOSIA_EXT4_NAME_TOO_LONG',
        `the name ${JSON.stringify(displayName(name))} takes ${name.length} bytes`,
        { hint: `ext4 names have at most ${MAX_NAME_BYTES} bytes; choose a shorter one.` },
      );
    }
  }
  return names;
}
