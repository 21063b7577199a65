/** A member written field by field, so that it can be what no writer of ours makes. */
export interface OddMember {
  readonly name: string | Uint8Array;
  /** A regular file unless given. */
  readonly mode?: number;
  readonly data?: string | Uint8Array;
  readonly inode?: number;
  readonly linkCount?: number;
  readonly deviceMinor?: number;
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
  const fields = [inode, mode, 0, 0, linkCount, 0, data.length, 0, member.deviceMinor ?? 0, 0, 0];
  const digits = [...fields, nameBytes.length, member.checksum ?? 0]
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
