import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { GUEST_SOURCE_DIRECTORY, listSources } from '../../../src/toolchain/sources.js';
import { vectorFlags } from '../../../src/toolchain/vector-flags.js';
import { programPath } from '../../support/programs.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { REFERENCE_TYPES } from '../tensors/reference.js';

/** Of Debian's crossbuild-essential-arm64: it brings a C library, which clang alone does not. */
const COMPILER = 'aarch64-linux-gnu-gcc';
const QEMU = 'qemu-system-aarch64';
const isThere = [COMPILER, QEMU].every((program) => programPath(program) !== undefined);

const ROWS = ['dot_rows', 'dot_half_rows', 'mix_rows', 'mix_half_rows'];
const SETS = ['neon', 'dotprod', 'i8mm'];

/** Processors, and the instruction sets that they have. */
const PROCESSORS: readonly (readonly [string, readonly string[]])[] = [
  ['cortex-a72', ['neon']],
  ['neoverse-n1', ['neon', 'dotprod']],
  ['max', SETS],
];

/** What test/guest/products/multiply.test.ts tells of the host's own products, of those of any aarch64 processor. */
describe('products on aarch64', skipWhere(!isThere, `no ${COMPILER} or ${QEMU} here`), () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    const data = await readFile(await compile(folder.path));
    const initramfs = planCpio([
      { path: '/init', type: 'file', mode: 0o755, data },
      { path: '/dev/console', type: 'character-device', major: 5, minor: 1, mode: 0o600 },
    ]);
    await writeRaw(initramfs, folder.file('initramfs'));
    const image = await readFile(join(GUEST_SOURCE_DIRECTORY, 'prebuilt/aarch64/Image.gz'));
    await writeFile(folder.file('Image'), gunzipSync(image));
  });

  it.each(PROCESSORS)(
    'of matrices of every type are right and do not depend on how rows are shared out: %s',
    async (processor, sets) => {
      const lines = await boot(folder.path, processor);
      for (const set of SETS) {
        const results = lines.filter((line) => line.startsWith(`${set} `));
        if (!sets.includes(set)) {
          expect(results).toEqual([`${set} missing`]);
          continue;
        }
        const types = results.map((line) => line.split(' ')[1]);
        expect(types).toEqual([...ROWS, ...Object.keys(REFERENCE_TYPES), 'int8']);
        for (const line of results) {
          const [, , error, isSame] = line.split(' ');
          expect(Number(error), line).toBeLessThan(1);
          expect(isSame, line).toBe('1');
        }
      }
    },
  );
});

/** @returns the path of a program that needs nothing but a kernel */
async function compile(folder: string): Promise<string> {
  const parts = await listSources(GUEST_SOURCE_DIRECTORY, ['engine/products', 'engine/tensors']);
  const sources = [
    ...parts.map((part) => join(GUEST_SOURCE_DIRECTORY, part)),
    fileURLToPath(new URL('multiply.c', import.meta.url)),
  ];
  const common = ['-std=gnu17', '-O2', '-ffp-contract=off', '-fshort-wchar'];
  const objects: string[] = [];
  for (const source of sources) {
    const object = join(folder, `${basename(source, '.c')}.o`);
    const flags = [...common, ...vectorFlags('aarch64', source), '-I', GUEST_SOURCE_DIRECTORY];
    await execa(COMPILER, [...flags, '-c', source, '-o', object]);
    objects.push(object);
  }
  const program = join(folder, 'multiply');
  await execa(COMPILER, ['-static', ...objects, '-lm', '-o', program]);
  return program;
}

/** Boots a kernel into the program. @returns what it printed; the kernel panics, and restarts, when it ends */
async function boot(folder: string, processor: string): Promise<string[]> {
  const { stdout } = await execa(QEMU, [
    ...['-M', 'virt', '-cpu', processor, '-m', '256', '-accel', 'tcg', '-no-reboot'],
    ...['-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-nic', 'none'],
    ...['-kernel', join(folder, 'Image'), '-initrd', join(folder, 'initramfs')],
    ...['-append', 'console=ttyAMA0 quiet panic=-1'],
  ]);
  return stdout.split(/\r?\n/);
}
