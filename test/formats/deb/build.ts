import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';

/** A tar member: its header, and its contents if it has any. */
export type TarEntry = Partial<Header> & {
  readonly name: string;
  readonly contents?: string | Buffer;
};

/** A tar archive, as tar-stream packs it. */
export async function buildTar(entries: readonly TarEntry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const { contents, ...header } of entries) {
    archive.entry({ mtime: new Date(0), mode: 0o644, ...header }, contents ?? '');
  }
  archive.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

export type ArEntry = readonly [name: string, contents: Uint8Array | string];

/** An ar archive, its headers written field after field as ar(5) lists them. */
export function buildAr(members: readonly ArEntry[]): Uint8Array {
  const pieces: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, contents] of members) {
    const data = Buffer.from(contents);
    const fields: readonly (readonly [string, number])[] = [
      [name, 16],
      ['0', 12], // modification time
      ['0', 6], // owner
      ['0', 6], // group
      ['100644', 8], // mode
      [String(data.length), 10],
    ];
    const header = fields.map(([value, width]) => value.padEnd(width)).join('');
    pieces.push(Buffer.from(`${header}\`\n`), data, Buffer.alloc(data.length % 2, '\n'));
  }
  return Buffer.concat(pieces);
}

const CONTROL = 'Package: sample\nVersion: 1:2.0-3\nArchitecture: arm64\n';

/** An uncompressed package with these files. */
export async function buildDeb(files: readonly TarEntry[]): Promise<Uint8Array> {
  return buildAr([
    ['debian-binary', '2.0\n'],
    ['control.tar', await buildTar([{ name: './control', contents: CONTROL }])],
    ['data.tar', await buildTar(files)],
  ]);
}
