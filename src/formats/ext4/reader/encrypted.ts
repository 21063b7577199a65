import { Buffer } from 'buffer';
import { sha256Bytes } from '../../../image/sha256.js';
import { ZosiaError } from '../../../errors.js';
import { ENCRYPTED_TARGET, NAME_WITHOUT_KEY } from '../layout/encryption.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { readNumber } from '../../fields.js';
import { corrupt } from './corrupt.js';
import type { Inode } from './inode.js';

/** Whether the names in a directory, the content of a file or the target of a symlink are encrypted. */
export function isEncrypted({ flags }: Pick<Inode, 'flags'>): boolean {
  return (flags & INODE_FLAGS.encrypted) !== 0;
}

/**
 * An encrypted name as Linux shows it without the key, in base64url, for a directory that is not searched
 * by hash: the hashes in it are zeros.
 */
export function encodeEncryptedName(name: Uint8Array): string {
  const { hashes, mostNameBytes } = NAME_WITHOUT_KEY;
  const rest = name.subarray(mostNameBytes);
  const encoded = Buffer.concat([
    new Uint8Array(hashes.width),
    name.subarray(0, mostNameBytes),
    rest.length > 0 ? sha256Bytes(rest) : new Uint8Array(0),
  ]).toString('base64');
  return encoded.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The encrypted target of a symlink in what the symlink holds. @throws ZosiaError `ZOSIA_EXT4_CORRUPT` */
export function encryptedTarget(stored: Uint8Array, where: string): Uint8Array {
  const start = ENCRYPTED_TARGET.length.width;
  const length = stored.length < start ? 0 : readNumber(ENCRYPTED_TARGET.length, stored);
  if (length === 0 || start + length > stored.length) {
    throw corrupt(where, `it has an encrypted target of ${length} bytes`);
  }
  return stored.subarray(start, start + length);
}

export function encryptedError(inode: Inode): ZosiaError {
  return new ZosiaError('ZOSIA_EXT4_ENCRYPTED', `inode ${inode.number} is encrypted`, {
    hint: 'The key is not in the image: mount it with Linux, add the key there, and copy the file.',
  });
}
