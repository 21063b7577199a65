import { readNumber, writeFields } from '../../fields.js';
import {
  ACL_DISK_ENTRY,
  ACL_DISK_ENTRY_BYTES,
  ACL_DISK_HEADER,
  ACL_DISK_HEADER_BYTES,
  ACL_DISK_SHORT_ENTRY_BYTES,
  ACL_DISK_VERSION,
  ACL_EXCHANGE_ENTRY,
  ACL_EXCHANGE_ENTRY_BYTES,
  ACL_EXCHANGE_HEADER,
  ACL_EXCHANGE_HEADER_BYTES,
  ACL_EXCHANGE_VERSION,
  ACL_TAG,
} from '../layout/xattr.js';

/** The id of entries that have none: what the kernel gives. */
const NO_ID = 0xffff_ffff;

/** A POSIX ACL as ext4 keeps it, in the form that getxattr gives; undefined when it is not one. */
export function aclFromDisk(disk: Uint8Array): Uint8Array | undefined {
  if (disk.length < ACL_DISK_HEADER_BYTES) return undefined;
  if (readNumber(ACL_DISK_HEADER.version, disk) !== ACL_DISK_VERSION) return undefined;
  const entries: { tag: number; permissions: number; id: number }[] = [];
  for (let at = ACL_DISK_HEADER_BYTES; at < disk.length;) {
    if (at + ACL_DISK_SHORT_ENTRY_BYTES > disk.length) return undefined;
    const tag = readNumber(ACL_DISK_ENTRY.tag, disk, at);
    const permissions = readNumber(ACL_DISK_ENTRY.permissions, disk, at);
    const isNamed = tag === ACL_TAG.namedUser || tag === ACL_TAG.namedGroup;
    const entryBytes = isNamed ? ACL_DISK_ENTRY_BYTES : ACL_DISK_SHORT_ENTRY_BYTES;
    if (at + entryBytes > disk.length) return undefined;
    entries.push({
      tag,
      permissions,
      id: isNamed ? readNumber(ACL_DISK_ENTRY.id, disk, at) : NO_ID,
    });
    at += entryBytes;
  }
  const exchange = new Uint8Array(
    ACL_EXCHANGE_HEADER_BYTES + entries.length * ACL_EXCHANGE_ENTRY_BYTES,
  );
  writeFields(ACL_EXCHANGE_HEADER, exchange, 0, { version: ACL_EXCHANGE_VERSION });
  entries.forEach((entry, i) => {
    const at = ACL_EXCHANGE_HEADER_BYTES + i * ACL_EXCHANGE_ENTRY_BYTES;
    writeFields(ACL_EXCHANGE_ENTRY, exchange, at, entry);
  });
  return exchange;
}
