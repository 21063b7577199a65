import { readFile, writeFile } from 'node:fs/promises';
import { bytesData, planExt4 } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../../src/formats/ext4/plan.js';
import { writeRaw } from '../../../src/host/raw-writer.js';

/** Writes a disk like a model's, with these files instead. */
export async function writeDisk(
  path: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const entries = Object.entries(files).map(([name, data]): Ext4Entry => ({
    path: `/${name}`,
    type: 'file',
    data: bytesData(data),
  }));
  await writeRaw(planExt4(entries, { label: 'ZOSIA_MODEL' }), path);
}

/** Writes a disk with a file system as the model's has, and another label. */
export async function writeOtherDisk(path: string): Promise<void> {
  const note: Ext4Entry = { type: 'file', path: '/note', data: bytesData(Buffer.from('other')) };
  await writeRaw(planExt4([note], { label: 'OTHER' }), path);
}

/** Writes a disk like a model's, whose files only their owner may read. */
export async function writePrivateDisk(path: string, owner: number): Promise<void> {
  const model: Ext4Entry = {
    path: '/model.gguf',
    type: 'file',
    data: bytesData(Buffer.from('GGUF')),
    mode: 0o600,
    uid: owner,
    gid: owner,
  };
  await writeRaw(planExt4([model], { label: 'ZOSIA_MODEL' }), path);
}

/** Writes a disk without any file system. */
export async function writeBlankDisk(path: string): Promise<void> {
  await writeFile(path, new Uint8Array(1 << 20));
}

/** Writes a disk whose model ends early. */
export async function writeTruncatedModelDisk(path: string, model: string): Promise<void> {
  const bytes = await readFile(model);
  await writeDisk(path, { 'model.gguf': bytes.subarray(0, bytes.length / 3) });
}
