/** A header block, field after field as POSIX lists them, with whatever a test wants in its fields. */
export function tarHeader(
  fields: Readonly<Record<string, string | Uint8Array>> & { readonly name?: string },
): Buffer {
  const block = Buffer.alloc(512);
  const usual: Record<string, string | Uint8Array> = {
    name: 'file',
    mode: '0000644',
    uid: '0000000',
    gid: '0000000',
    size: '00000000000',
    mtime: '00000000000',
    type: '0',
    magic: 'ustar\x0000',
    ...fields,
  };
  for (const [name, offset] of Object.entries(OFFSETS)) {
    const value = usual[name];
    if (value !== undefined) block.set(Buffer.from(value as string, 'latin1'), offset);
  }
  block.fill(' ', 148, 156);
  const sum =
    fields.checksum ??
    `${block
      .reduce((a, b) => a + b, 0)
      .toString(8)
      .padStart(6, '0')}\0 `;
  block.set(Buffer.from(sum as string, 'latin1'), 148);
  return block;
}

const OFFSETS = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  type: 156,
  link: 157,
  magic: 257,
  major: 329,
  minor: 337,
  prefix: 345,
};

export const octal = (value: number): string => value.toString(8).padStart(11, '0');

/** A member with its data, padded. */
export function tarMember(
  fields: Parameters<typeof tarHeader>[0],
  data: string | Uint8Array = '',
): Buffer {
  const bytes = Buffer.from(data as string, 'latin1');
  const size = octal(bytes.length);
  return Buffer.concat([tarHeader({ size, ...fields }), bytes, Buffer.alloc(-bytes.length & 511)]);
}

export const TAR_END = Buffer.alloc(1024);

/** A pax header with these records, whose lengths are right. */
export function paxHeader(records: Readonly<Record<string, string>>, type = 'x'): Buffer {
  const data = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  return tarMember({ name: 'PaxHeaders/x', type }, Buffer.concat(data));
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
  return Buffer.concat([Buffer.from(`${length}`), rest]);
}
