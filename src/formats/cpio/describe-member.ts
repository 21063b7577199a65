import { Buffer } from 'buffer';
import { byteStringBytes } from '../byte-string.js';
import type { ByteString } from '../byte-string.js';
import { escapeName } from '../escaped-name.js';
import { FILE_TYPES, FILE_TYPE_MASK, PERMISSION_MASK } from './layout.js';
import type { NewcHeader } from './layout.js';
import type { CpioMember } from './member.js';

export type Located = Pick<
  CpioMember,
  'name' | 'path' | 'part' | 'headerOffset' | 'offset' | 'archive'
>;

/** What a header says of the member that lies there. @param target of a symlink, else empty */
export function describeMember(
  header: NewcHeader,
  located: Located,
  target: ByteString,
): CpioMember {
  const { mode, rdevMajor: major, rdevMinor: minor } = header;
  // Written out: a literal with spreads in it is many times as slow and as large.
  const common = (type: CpioMember['type']) => ({
    type,
    name: located.name,
    path: located.path,
    part: located.part,
    headerOffset: located.headerOffset,
    offset: located.offset,
    archive: located.archive,
    fullMode: mode,
    mode: mode & PERMISSION_MASK,
    uid: header.uid,
    gid: header.gid,
    mtime: { seconds: header.mtimeSeconds },
    inode: header.inode,
    deviceMajor: header.deviceMajor,
    deviceMinor: header.deviceMinor,
    linkCount: header.linkCount,
    sizeBytes: header.sizeBytes,
  });
  switch (mode & FILE_TYPE_MASK) {
    case FILE_TYPES.file:
      return common('file') as CpioMember;
    case FILE_TYPES.directory:
      return common('directory') as CpioMember;
    case FILE_TYPES.fifo:
      return common('fifo') as CpioMember;
    case FILE_TYPES.socket:
      return common('socket') as CpioMember;
    case FILE_TYPES['character-device']:
      return { ...common('character-device'), type: 'character-device', major, minor };
    case FILE_TYPES['block-device']:
      return { ...common('block-device'), type: 'block-device', major, minor };
    case FILE_TYPES.symlink:
      return { ...common('symlink'), type: 'symlink', target };
    default:
      return common('none') as CpioMember;
  }
}

/** Bytes up to their first NUL: several of them pad a name. */
export function cString(bytes: Uint8Array): ByteString {
  const nul = bytes.indexOf(0);
  return Buffer.from(nul < 0 ? bytes : bytes.subarray(0, nul)).toString('latin1');
}

/** A stored name as a printable absolute path. */
export function printablePath(name: ByteString): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return escapeName(byteStringBytes(`/${parts.join('/')}`));
}
