import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The test images of e2fsprogs: `NAME/image.gz`. @returns their names */
export async function unpackGzipped(tests: string, into: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of (await readdir(tests)).sort()) {
    const packed = await readFile(join(tests, name, 'image.gz')).catch(() => undefined);
    if (!packed) continue;
    await writeFile(join(into, name), gunzipSync(packed));
    names.push(name);
  }
  return names;
}

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
