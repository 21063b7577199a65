import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { lockedPackages, readLock } from '../../../src/artifacts/lock.js';
import { PREBUILT_DIRECTORY, PREBUILT_KERNEL } from '../../../src/artifacts/prebuilt.js';
import { SUMS_FILE, parseSums } from '../../../src/artifacts/summed-file.js';
import { decompressWhole } from '../../../src/formats/compression/decompress.js';
import { sha256 } from '../../../src/image/sha256.js';
import { prebuiltKernel, readPrebuiltKernel } from '../../../src/recipes/guest-kernel.js';
import { askedSymbols, parseConfig, unmetSymbols } from '../../../src/toolchain/kernel/config.js';
import { readKernelFragments } from '../../../src/toolchain/kernel/fragments.js';
import { writePrebuiltKernel } from '../../../src/toolchain/kernel/prebuilt.js';
import { readKernelRecord } from '../../../src/toolchain/kernel/record.js';
import { temporaryFolder } from '../../support/temporary.js';

const MIB = 2 ** 20;

describe.each(ARCHITECTURES)('the kernel that ships for %s', (arch) => {
  it('is the one of kernel-config/record.json, in less than 5 MiB', async () => {
    const packed = await readPrebuiltKernel(arch);
    expect(packed.length).toBeLessThan(5 * MIB);
    const { image, modules } = await prebuiltKernel(arch, packed);
    const record = (await readKernelRecord())[arch];
    expect({ sizeBytes: image.length, sha256: sha256(image) }).toEqual({
      sizeBytes: record.sizeBytes,
      sha256: record.sha256,
    });
    expect(modules).toEqual([]);
  });

  const config = async () => {
    const text = await readFile(join(PREBUILT_DIRECTORY, arch, 'kernel.config'), 'utf8');
    return parseConfig(text, 'kernel.config');
  };

  it('has everything that kernel-config asks for', async () => {
    const asked = askedSymbols(await readKernelFragments(arch));
    expect(unmetSymbols(asked, await config())).toEqual([]);
  });

  it('has neither modules nor types for BPF, which no fragment names', async () => {
    const symbols = await config();
    for (const name of ['MODULES', 'DEBUG_INFO_BTF']) {
      const values = symbols.filter((symbol) => symbol.name === name).map(({ value }) => value);
      // Kconfig leaves out what cannot be chosen.
      expect(
        values.filter((value) => value !== 'n'),
        name,
      ).toEqual([]);
    }
  });

  it('comes with what the GPL asks for: its licence, and where its very source is had', async () => {
    const text = await readFile(join(PREBUILT_DIRECTORY, 'KERNELS.md'), 'utf8');
    const lock = await readLock();
    const [source] = lockedPackages(lock, arch, ['kernel-source']);
    const { compiler, linker, sourceSha256 } = (await readKernelRecord())[arch];
    expect(sourceSha256).toBe(source!.sha256);
    for (const fact of [
      PREBUILT_KERNEL[arch],
      compiler,
      linker,
      source!.sha256,
      source!.version,
      `${lock.snapshot.bookworm}/${source!.poolPath}`,
    ]) {
      expect(text).toContain(fact);
    }
    const licence = await readFile(join(PREBUILT_DIRECTORY, 'COPYING'), 'utf8');
    expect(licence).toContain('GNU GENERAL PUBLIC LICENSE\n                       Version 2');
  });
});

it('writePrebuiltKernel packs an Image, leaves a bzImage as it is, and sums the whole folder', async () => {
  const path = folder.file('Image');
  const configPath = folder.file('config');
  await writeFile(path, 'kernel');
  await writeFile(configPath, 'CONFIG_A=y\n');
  for (const arch of ARCHITECTURES) {
    const out = folder.file(`out/${arch}`);
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'init'), 'init');
    await writePrebuiltKernel(folder.file('out'), arch, { path, configPath });
    const bytes = await readFile(join(out, PREBUILT_KERNEL[arch]));
    const compression = arch === 'x86_64' ? 'none' : 'gzip';
    const unpacked = await decompressWhole(compression, bytes, { maxBytes: MIB });
    expect(Buffer.from(unpacked).toString()).toBe('kernel');
    const sums = parseSums(await readFile(join(out, SUMS_FILE), 'utf8'));
    expect([...sums].sort()).toEqual([
      [PREBUILT_KERNEL[arch], sha256(bytes)],
      ['init', sha256('init')],
      ['kernel.config', sha256('CONFIG_A=y\n')],
    ]);
  }
});

const folder = temporaryFolder();
