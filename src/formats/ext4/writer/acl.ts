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

const TAGS: ReadonlySet<number> = new Set(Object.values(ACL_TAG));
const MAX_PERMISSIONS = 7;

/**
 * A POSIX ACL as getxattr gives it, in the form that ext4 keeps on disk; undefined when it is not
 * one.
 */
export function aclToDisk(exchange: Uint8Array): Uint8Array | undefined {
  const entryBytes = exchange.length - ACL_EXCHANGE_HEADER_BYTES;
  if (entryBytes < 0 || entryBytes % ACL_EXCHANGE_ENTRY_BYTES !== 0) return undefined;
  const version = readNumber(ACL_EXCHANGE_HEADER.version, exchange);
  if (version !== ACL_EXCHANGE_VERSION) return undefined;

  const disk = new Uint8Array(ACL_DISK_HEADER_BYTES + entryBytes);
  writeFields(ACL_DISK_HEADER, disk, 0, { version: ACL_DISK_VERSION });
  let end = ACL_DISK_HEADER_BYTES;
  for (let at = ACL_EXCHANGE_HEADER_BYTES; at < exchange.length; at += ACL_EXCHANGE_ENTRY_BYTES) {
    const tag = readNumber(ACL_EXCHANGE_ENTRY.tag, exchange, at);
    const permissions = readNumber(ACL_EXCHANGE_ENTRY.permissions, exchange, at);
    if (!TAGS.has(tag) || permissions > MAX_PERMISSIONS) return undefined;
    writeFields(ACL_DISK_ENTRY, disk, end, { tag, permissions });
    if (tag === ACL_TAG.namedUser || tag === ACL_TAG.namedGroup) {
      writeFields(ACL_DISK_ENTRY, disk, end, {
        id: readNumber(ACL_EXCHANGE_ENTRY.id, exchange, at),
      });
      end += ACL_DISK_ENTRY_BYTES;
    } else {
      end += ACL_DISK_SHORT_ENTRY_BYTES;
    }
  }
  return disk.subarray(0, end);
}
