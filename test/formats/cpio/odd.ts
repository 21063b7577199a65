/** A member written field by field, so that it can be what no writer of ours makes. */
export interface OddMember {
  readonly name: string | Uint8Array;
  /** A regular file unless given. */
  readonly mode?: number;
  readonly data?: string | Uint8Array;
  readonly inode?: number;
  readonly linkCount?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtimeSeconds?: number;
  readonly deviceMajor?: number;
  readonly deviceMinor?: number;
  /** Of a device. */
  readonly major?: number;
  readonly minor?: number;
  readonly magic?: string;
  readonly checksum?: number;
  /** NULs after the name's own. */
  readonly namePadding?: number;
}

export const MODES = { file: 0o100644, directory: 0o040755, symlink: 0o120777 } as const;

/** The bytes of one newc member. */
export function oddMember(member: OddMember): Buffer {
  const { name, mode = MODES.file, inode = 1, linkCount = 1, magic = '070701' } = member;
  const nameBytes = Buffer.concat([Buffer.from(name), Buffer.alloc(1 + (member.namePadding ?? 0))]);
  const data = Buffer.from(member.data ?? '');
  const { uid = 0, gid = 0, mtimeSeconds = 0, deviceMajor = 0, deviceMinor = 0 } = member;
  const { major = 0, minor = 0, checksum = 0 } = member;
  const fields = [inode, mode, uid, gid, linkCount, mtimeSeconds, data.length];
  const digits = [...fields, deviceMajor, deviceMinor, major, minor, nameBytes.length, checksum]
    .map((value) => value.toString(16).padStart(8, '0'))
    .join('');
  const head = Buffer.concat([Buffer.from(magic + digits), nameBytes]);
  return Buffer.concat([padded(head), padded(data)]);
}

export const TRAILER = oddMember({ name: 'TRAILER!!!', mode: 0 });

/** Members without a trailer. */
export function oddMembers(...members: readonly OddMember[]): Buffer {
  return Buffer.concat(members.map(oddMember));
}

/** Up to the next boundary of four bytes. */
export function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
