import { byteField, le16, u8 } from '../../fields.js';

/**
 * The context of an encrypted inode, which an attribute holds: what its key derives from (kernel
 * fs/crypto/fscrypt_private.h, `struct fscrypt_context_v1` and `_v2`). What comes before the nonce is the
 * policy, which all below a directory have in common.
 */
export const ENCRYPTION_CONTEXT = {
  version: u8(0x0, 'A key of ENCRYPTION_CONTEXT_BYTES'),
} as const;

/** Bytes of a context by its version. */
export const ENCRYPTION_CONTEXT_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 28],
  [2, 40],
]);
export const ENCRYPTION_NONCE_BYTES = 16;

/** The attribute's name, in the namespace of encryption. */
export const ENCRYPTION_ATTRIBUTE = 'c';

/** Names are encrypted in units of a block of AES. */
export const MIN_ENCRYPTED_NAME_BYTES = 16;

/** What an encrypted symlink holds; the target follows. */
export const ENCRYPTED_TARGET = { length: le16(0x0, 'Bytes of the encrypted target') } as const;

/**
 * An encrypted name as it is shown without the key, before it is encoded: two hashes, the first bytes of
 * the name and, of a longer one, the SHA-256 of the rest (kernel fs/crypto/fname.c).
 */
export const NAME_WITHOUT_KEY = {
  hashes: byteField(0x0, 8, 'Where the name belongs in the hash tree, and its minor hash'),
  mostNameBytes: 149,
} as const;
