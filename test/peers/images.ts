import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';

/** The test images of e2fsprogs: `NAME/image.gz`, or `NAME/image.bz2`. @returns their names */
export async function unpackCompressed(tests: string, into: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await readdir(tests)).sort()) {
    const files = await readdir(join(tests, name)).catch(() => []);
    const packed = files.find((file) => file in UNPACKERS);
    if (packed === undefined) continue;
    const bytes = await UNPACKERS[packed]!(join(tests, name, packed));
    await writeFile(join(into, name), bytes);
    names.push(name);
  }
  return names;
}

const UNPACKERS: Readonly<Record<string, (path: string) => Promise<Uint8Array>>> = {
  'image.gz': async (path) => gunzipSync(await readFile(path)),
  // Every Debian has the program, as its packages of source are packed with it, too.
  'image.bz2': async (path) => {
    const { stdout } = await execa('bzip2', ['-dc', path], {
      encoding: 'buffer',
      maxBuffer: 1 << 30,
    });
    return stdout;
  },
};

/** The test images of dosfstools: `NAME.xxd` and, damaged, `NAME.fsck`. @returns their names */
export async function unpackHexDumps(tests: string, into: string): Promise<string[]> {
  const names = (await readdir(tests)).filter((name) => /\.(xxd|fsck)$/.test(name)).sort();
  for (const name of names) {
    await writeFile(join(into, name), parseHexDump(await readFile(join(tests, name), 'latin1')));
  }
  return names;
}

/** What `xxd -r` makes of lines such as `00000010: 4142 43  ABC`; what no line has is zero. */
function parseHexDump(text: string): Uint8Array {
  const lines = [...text.matchAll(/^([0-9a-f]+): ((?:[0-9a-f]{2,4} )+)/gm)].map((match) => ({
    offset: parseInt(match[1]!, 16),
    bytes: Buffer.from(match[2]!.replaceAll(' ', ''), 'hex'),
  }));
  const bytes = new Uint8Array(Math.max(...lines.map((line) => line.offset + line.bytes.length)));
  for (const line of lines) bytes.set(line.bytes, line.offset);
  return bytes;
}
