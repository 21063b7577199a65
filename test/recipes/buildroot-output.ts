import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { planCpio } from '../../src/formats/cpio/writer.js';
import { openPlan } from '../../src/host/image-reader.js';
import { fetchBuildroot } from '../../src/recipes/buildroot.js';
import type { FetchBuildrootOptions } from '../../src/recipes/buildroot.js';
import { defaultPlaces } from '../../src/recipes/places.js';
import type { temporaryFolder } from '../support/temporary.js';

/** The head of an arm64 Image. */
export function image(fill = 0): Buffer {
  const bytes = Buffer.alloc(1024, fill);
  bytes.write('ARMd', 56, 'latin1');
  return bytes;
}

/** The head of a 64-bit bzImage. */
export function bzImage(): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('HdrS', 0x202, 'latin1');
  bytes.writeUInt16LE(0x020f, 0x206);
  bytes.writeUInt16LE(1, 0x236);
  return bytes;
}

/** An archive with the head of a program for x86_64. */
export async function rootfs(): Promise<Buffer> {
  const program = Buffer.alloc(64);
  program.write('\x7fELF\x02\x01', 'latin1');
  program.writeUInt16LE(62, 18);
  const plan = planCpio([
    { path: '/etc/hostname', type: 'file', data: 'buildroot' },
    { path: '/sbin/init', type: 'file', data: Uint8Array.from(program) },
  ]);
  return Buffer.from(await openPlan(plan).read(0, plan.sizeBytes));
}

let count = 0;

/** A new folder with an output of Buildroot, and what takes it. */
export async function makeOutput(
  folder: ReturnType<typeof temporaryFolder>,
  files: Readonly<Record<string, Uint8Array>>,
) {
  const at = folder.file(`case ${++count}`);
  await mkdir(at, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(at, 'output', name, '..'), { recursive: true });
    await writeFile(join(at, 'output', name), bytes);
  }
  const places = defaultPlaces(at);
  return {
    at,
    places,
    fetch: (options: Partial<FetchBuildrootOptions> = {}) =>
      fetchBuildroot({ places, from: join(at, 'output'), ...options }),
  };
}
