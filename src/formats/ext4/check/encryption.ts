import { Buffer } from 'buffer';
import { readNumber } from '../../fields.js';
import {
  ENCRYPTION_ATTRIBUTE,
  ENCRYPTION_CONTEXT,
  ENCRYPTION_CONTEXT_BYTES,
  ENCRYPTION_NONCE_BYTES,
} from '../layout/encryption.js';
import { XATTR_NAMESPACE } from '../layout/xattr.js';
import { isEncrypted } from '../reader/encrypted.js';
import type { Inode } from '../reader/inode.js';
import { blockAttributes, inodeAttributes } from '../reader/xattr.js';
import type { StoredAttribute } from '../reader/xattr.js';
import type { CheckContext } from './context.js';
import type { InodeRecord } from './inode-records.js';

/** Checks that an encrypted inode says what its key derives from, and keeps that for its directory. */
export async function checkEncryption(context: CheckContext, inode: Inode): Promise<void> {
  if (!isEncrypted(inode)) return;
  const { findings, policies } = context;
  const where = `inode ${inode.number}`;
  const attribute = (await attributesOf(context, inode)).find(isContext);
  if (!attribute || attribute.valueInode !== 0) {
    findings.add('encryption-context', where, 'it is encrypted but does not say by which policy');
    return;
  }
  const { value } = attribute;
  const version = value.length === 0 ? 0 : readNumber(ENCRYPTION_CONTEXT.version, value);
  const expected = ENCRYPTION_CONTEXT_BYTES.get(version);
  if (value.length === 0 || (expected !== undefined && value.length !== expected)) {
    const message = `its policy of encryption has ${value.length} bytes`;
    findings.add('encryption-context', where, message);
    return;
  }
  const policy = value.subarray(0, value.length - ENCRYPTION_NONCE_BYTES);
  policies.set(inode.number, expected === undefined ? '' : Buffer.from(policy).toString('hex'));
}

function isContext({ namespace, nameBytes }: StoredAttribute): boolean {
  const name = Buffer.from(nameBytes).toString('latin1');
  return namespace === XATTR_NAMESPACE.encryption && name === ENCRYPTION_ATTRIBUTE;
}

async function attributesOf(
  { volume }: CheckContext,
  inode: Inode,
): Promise<readonly StoredAttribute[]> {
  const { attributes } = inodeAttributes(inode);
  const block = inode.attributesBlock;
  if (block === 0 || !volume.contains(block)) return attributes;
  const bytes = await volume.readBlock(block, `attributes of inode ${inode.number}`);
  return [...attributes, ...blockAttributes(bytes).attributes];
}

/** Checks that what lies in an encrypted directory is encrypted by the same policy. */
export function checkPolicy(
  { findings, policies }: CheckContext,
  directory: number,
  { number, type }: InodeRecord,
  where: string,
): void {
  if (type !== 'file' && type !== 'directory' && type !== 'symlink') return;
  const [above, own] = [policies.get(directory), policies.get(number)];
  // What is missing or damaged has been reported with the inode.
  if (above === undefined || above === '' || own === '') return;
  findings.expect(
    own === above,
    'encryption-policy',
    where,
    own === undefined
      ? `inode ${number} in it is not encrypted`
      : `inode ${number} in it is encrypted by another policy`,
  );
}
