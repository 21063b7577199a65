import { XATTR_NAMESPACE } from '../layout/xattr.js';
import type { AttributeArea, StoredAttribute } from '../reader/xattr.js';
import { aclFromDisk } from '../reader/acl.js';
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
    if (value.length > 0) used.push({ start: valueStart, end: valueStart + pad(value.length) });
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
  return attributes.reduce((sum, { hash }) => rotate(sum, 16) ^ hash, 0) >>> 0;
}

/**
 * The hash of an entry (kernel fs/ext4/xattr.c). Kernels on machines where plain characters are signed
 * took the bytes of the name as such, so there are two.
 */
function entryHashes({ nameBytes, value }: StoredAttribute): readonly number[] {
  return nameHashes(nameBytes).map((hash) => addWords(hash, value));
}

/** The same where the value lies in an inode: its hash stands for it. */
export function valueEntryHashes(
  { nameBytes }: StoredAttribute,
  valueHash: number,
): readonly number[] {
  return nameHashes(nameBytes).map((hash) => (rotate(hash, 16) ^ valueHash) >>> 0);
}

function nameHashes(name: Uint8Array): readonly number[] {
  return [(byte: number) => byte, (byte: number) => (byte << 24) >> 24].map((read) => {
    let hash = 0;
    for (const byte of name) hash = rotate(hash, 5) ^ read(byte);
    return hash;
  });
}

function addWords(start: number, value: Uint8Array): number {
  const padded = new Uint8Array(pad(value.length));
  padded.set(value);
  const words = new DataView(padded.buffer);
  let hash = start;
  for (let at = 0; at < padded.length; at += 4) {
    hash = rotate(hash, 16) ^ words.getUint32(at, true);
  }
  return hash >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function pad(length: number): number {
  return Math.ceil(length / 4) * 4;
}
