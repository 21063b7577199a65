import { XATTR_NAMESPACE } from '../layout/xattr.js';
import type { AttributeArea, StoredAttribute } from '../reader/xattr.js';
import { aclFromDisk } from '../reader/acl.js';
import { addHash, addValue, hashName, padToWord } from '../xattr-hash.js';
import type { Findings } from '../../findings.js';

const ACLS: ReadonlySet<number> = new Set([
  XATTR_NAMESPACE.posixAclAccess,
  XATTR_NAMESPACE.posixAclDefault,
]);

/** Checks attributes that lie where they should: values apart, hashes right, no name twice. */
export function checkAttributes(
  findings: Findings,
  area: AttributeArea,
  entriesStart: number,
  where: string,
): void {
  const { attributes, entriesEnd } = area;
  const used = [{ start: entriesStart, end: entriesEnd }];
  const names = new Set<string>();
  for (const attribute of attributes) {
    const { name, namespace, value, valueStart, valueInode, hash } = attribute;
    const bad = (code: string, message: string): void => {
      findings.add(code, where, message);
    };
    if (names.has(name)) bad('xattr-duplicate', `it has ${name} twice`);
    names.add(name);
    if (namespace === 0) bad('xattr-name', `${name} lies in no namespace`);
    // A value in an inode of its own is checked with that.
    if (valueInode === 0 && hash !== 0 && !entryHashes(attribute).includes(hash)) {
      bad('xattr-hash', `the hash of ${name} does not match`);
    }
    if (valueInode === 0 && ACLS.has(namespace) && aclFromDisk(value) === undefined) {
      bad('xattr-acl', `${name} is no access control list`);
    }
    if (value.length > 0)
      used.push({ start: valueStart, end: valueStart + padToWord(value.length) });
  }
  used.sort((a, b) => a.start - b.start);
  findings.expect(
    used.every(({ start }, i) => i === 0 || start >= used[i - 1]!.end),
    'xattr-overlap',
    where,
    'extended attributes overlap',
  );
}

/** The hash of a block: of those of its entries. 0 when an entry has none. */
export function combinedHash(attributes: readonly StoredAttribute[]): number {
  if (attributes.some(({ hash }) => hash === 0)) return 0;
  return attributes.reduce((sum, { hash }) => addHash(sum, hash), 0);
}

/**
 * The hash of an entry (kernel fs/ext4/xattr.c). Kernels on machines where plain characters are signed
 * took the bytes of the name as such, so there are two.
 */
function entryHashes({ nameBytes, value }: StoredAttribute): readonly number[] {
  return nameHashes(nameBytes).map((hash) => addValue(hash, value));
}

/** The same where the value lies in an inode: its hash stands for it. */
export function valueEntryHashes(
  { nameBytes }: StoredAttribute,
  valueHash: number,
): readonly number[] {
  return nameHashes(nameBytes).map((hash) => addHash(hash, valueHash));
}

function nameHashes(name: Uint8Array): readonly number[] {
  return [hashName(name), hashName(name, (byte) => (byte << 24) >> 24)];
}
