import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../../src/image/units.js';
import type { Builder, Capacity } from '../../../src/toolchain/builder.js';
import { withHostBuilder } from '../../../src/toolchain/host/host-builder.js';
import { parseConfig } from '../../../src/toolchain/kernel/config.js';
import { examineBuilder } from '../../../src/toolchain/kernel/preflight.js';
import { zosiaError } from '../../support/errors.js';
import { onHost } from '../../support/host.js';
import { temporaryFolder } from '../../support/temporary.js';
import { changedBuilder } from '../support/changed-builder.js';

/** A builder that has every tool, whatever this host has. */
const complete = (builder: Builder, parts: Partial<Builder> = {}): Builder =>
  changedBuilder(builder, {
    run: () => Promise.resolve({ failed: false, output: '' }),
    capacity: () => Promise.resolve({ processors: 8 }),
    ...parts,
  });

const withCapacity = (
  capacity: Capacity,
  kind: Builder['kind'] = 'host',
  archiveBytes?: number,
): Promise<number> =>
  onHost((builder) =>
    examineBuilder(
      complete(builder, { kind, capacity: () => Promise.resolve(capacity) }),
      'aarch64',
      [],
      archiveBytes,
    ),
  );

describe('examineBuilder', () => {
  const folder = temporaryFolder();

  it('runs as many compilers at a time as there are processors, and memory for', async () => {
    expect(await withCapacity({ processors: 8 })).toBe(8);
    expect(await withCapacity({ processors: 8, memoryMiB: 64_000, freeMiB: 64_000 })).toBe(8);
    expect(await withCapacity({ processors: 8, memoryMiB: 1000 })).toBe(2);
    expect(await withCapacity({ processors: 8, memoryMiB: 100 })).toBe(1);
  });

  it('rejects a builder without room, before anything is unpacked', async () => {
    const failure = withCapacity({ processors: 1, freeMiB: 700 });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
    await expect(failure).rejects.toThrow(/needs \d+ MiB, 700 MiB are free/);
    const inDocker = withCapacity({ processors: 1, freeMiB: 700 }, 'docker');
    await expect(inDocker).rejects.toMatchObject({
      message: expect.stringContaining("in Docker's storage") as string,
      hint: expect.stringContaining('docker system prune') as string,
    });
  });

  it('counts the archive of the source, which may be one that is not packed', async () => {
    const capacity = { processors: 1, freeMiB: 2500 };
    expect(await withCapacity(capacity, 'host', 150 * MIB)).toBe(1);
    const failure = withCapacity(capacity, 'host', 1300 * MIB);
    await expect(failure).rejects.toThrow(/needs 3150 MiB, 2500 MiB are free/);
  });

  it('rejects a file system that takes upper and lower case for the same', async () => {
    const failure = onHost((builder) =>
      examineBuilder(
        complete(builder, { read: (path) => builder.read(path.toLowerCase()) }),
        'aarch64',
        [],
      ),
    );
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_CASE_INSENSITIVE'));
    await expect(failure).rejects.toThrow(/^\/.* is on a file system/);
  });

  describe('where tools are missing', () => {
    let bin: string;
    beforeAll(async () => {
      bin = folder.file('bin');
      await mkdir(bin);
      const programs = {
        sh: 'exec /bin/sh "$@"',
        ...Object.fromEntries(
          [
            'clang',
            'ld.lld',
            'llvm-ar',
            'llvm-nm',
            'llvm-objcopy',
            'llvm-strip',
            'make',
            'tar',
          ].map((name) => [name, '']),
        ),
      };
      for (const [name, script] of Object.entries(programs)) {
        await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
        await chmod(join(bin, name), 0o755);
      }
    });

    it('names all of them', async () => {
      const failure = withHostBuilder({ searchPath: [bin] }, (builder) =>
        examineBuilder(builder, 'aarch64', []),
      );
      await expect(failure).rejects.toThrow(zosiaError('ZOSIA_COMPILER_NOT_FOUND'));
      await expect(failure).rejects.toMatchObject({
        message: 'not installed: llvm-readelf, flex, bison, bc, xz',
        hint: expect.stringContaining('zosia doctor --install --for kernel') as string,
      });
    });

    it('names what packs the kernel, as its configuration chooses', async () => {
      const asked = parseConfig(
        'CONFIG_KERNEL_LZ4=y\nCONFIG_KERNEL_LZO=y\n# CONFIG_KERNEL_ZSTD is not set\n',
        'mine',
      );
      const failure = withHostBuilder({ searchPath: [bin] }, (builder) =>
        examineBuilder(builder, 'x86_64', asked),
      );
      await expect(failure).rejects.toThrow(/^not installed: .*, xz, lz4, lzop$/);
    });

    it('says of a container that its image lacks them', async () => {
      const failure = withHostBuilder({ searchPath: [bin] }, (builder) =>
        examineBuilder(changedBuilder(builder, { kind: 'docker' }), 'aarch64', []),
      );
      await expect(failure).rejects.toThrow('the image of the container lacks llvm-readelf, flex');
    });

    it('asks for the headers of libelf where the kernel is one for x86_64', async () => {
      const lacking = (builder: Builder): Builder =>
        complete(builder, {
          run: (program) => Promise.resolve({ failed: program === 'clang', output: '' }),
        });
      expect(await onHost((builder) => examineBuilder(lacking(builder), 'aarch64', []))).toBe(8);
      await expect(
        onHost((builder) => examineBuilder(lacking(builder), 'x86_64', [])),
      ).rejects.toMatchObject({
        message: expect.stringContaining('libelf-dev') as string,
        hint: expect.stringContaining('--install --for kernel --arch x86_64 installs') as string,
      });
    });
  });
});
