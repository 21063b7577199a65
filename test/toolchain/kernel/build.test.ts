import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { sliceAccess } from '../../../src/image/slice-access.js';
import { GIB } from '../../../src/image/units.js';
import type { Builder } from '../../../src/toolchain/builder.js';
import { withHostBuilder } from '../../../src/toolchain/host/host-builder.js';
import { buildKernel } from '../../../src/toolchain/kernel/build.js';
import type { BuildKernelOptions } from '../../../src/toolchain/kernel/build.js';
import { buildDeb } from '../../formats/deb/build.js';
import { zosiaError } from '../../support/errors.js';
import { HOST } from '../../support/host.js';
import { changedBuilder } from '../support/changed-builder.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';
import { makeFakeSource, makeFakeTools } from './fake-source.js';

describeWithPrograms(['make', 'tar', 'xz'], 'buildKernel', () => {
  const folder = temporaryFolder();
  let source: string;
  let archive: Buffer;
  let searchPath: string[];
  beforeAll(async () => {
    searchPath = [await makeFakeTools(folder.file('bin')), ...HOST.searchPath];
    archive = makeFakeSource(folder.path, 'linux-source-6.1', 'J');
    source = folder.file('source.deb');
    const name = './usr/src/linux-source-6.1.tar.xz';
    await writeFile(source, await buildDeb([{ name, contents: archive }]));
  });

  const build = (
    text: string,
    options: Partial<BuildKernelOptions> = {},
    change = (builder: Builder): Builder => builder,
  ) =>
    withHostBuilder({ searchPath, signal: options.signal }, (builder) =>
      buildKernel({
        arch: 'aarch64',
        source,
        fragments: [{ name: 'mine.config', text }],
        builder: change(builder),
        outDir: folder.file('out'),
        ...options,
      }),
    );

  it('writes the kernel, its configuration and the log, and counts the steps', async () => {
    const steps: number[] = [];
    const built = await build('CONFIG_A=y\n# CONFIG_B is not set\n', {
      onProgress: (done, total) => {
        expect(done).toBeLessThanOrEqual(total);
        steps.push(done);
      },
    });
    expect(steps).toEqual([1, 2, 3]);
    const files = await readdir(folder.file('out'));
    expect(files.sort()).toEqual(['Image', 'kernel-build.log', 'kernel.config']);
    // Nothing of who builds it, where and when.
    expect(await readFile(built.path, 'utf8')).toBe(
      'arm64 1 CC=cc zosia Thu Jan 1 00:00:00 UTC 1970 \n'.replace('Jan ', 'Jan  '),
    );
    expect(await readFile(built.configPath, 'utf8')).toBe('CONFIG_A=y\n# CONFIG_B is not set\n');
    expect(await readFile(built.logPath, 'utf8')).toContain('  CC      a.o\n');
    expect(built.vmlinuxPath).toBeUndefined();
  });

  it('writes the program that is packed in a bzImage, too', async () => {
    const outDir = folder.file('x86_64');
    const built = await build('CONFIG_A=y\n', { arch: 'x86_64', outDir });
    expect(await readFile(built.path, 'utf8')).toBe('packed\n');
    expect(await readFile(built.vmlinuxPath!, 'utf8')).toBe('program\n');
  });

  it('names the symbols that did not come through', async () => {
    const failure = build('CONFIG_A=y\nCONFIG_DROPPED=512\n');
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_KERNEL_CONFIG'));
    await expect(failure).rejects.toThrow('DROPPED (n instead of 512)');
  });

  it('fails with the first error of the log, and keeps the log', async () => {
    const failure = build('CONFIG_BROKEN=y\n', { outDir: folder.file('failed') });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_BUILD_FAILED'));
    await expect(failure).rejects.toThrow('not built: a.c:1:2: error: broken');
    expect(await readdir(folder.file('failed'))).toEqual(['kernel-build.log']);
    expect(await readFile(join(folder.path, 'failed/kernel-build.log'), 'utf8')).toContain(
      'broken',
    );
  });

  it('tells a compiler that the system has ended from one that has found something wrong', async () => {
    const failure = build('CONFIG_KILLED=y\n');
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_OUT_OF_RESOURCES'));
    await expect(failure).rejects.toMatchObject({
      message: expect.stringContaining('when memory runs out') as string,
      hint: expect.stringContaining('jobs=1') as string,
    });
  });

  it('names the folder for temporary files when that is full', async () => {
    const failure = build('CONFIG_FULL=y\n');
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
    await expect(failure).rejects.toThrow(/: the folder for temporary files \(\/.*\) is full$/);
  });

  it('puts the launcher of a builder before the compiler', async () => {
    const built = await build('CONFIG_A=y\n', {}, (builder) =>
      changedBuilder(builder, { launcher: 'ccache' }),
    );
    expect(await readFile(built.path, 'utf8')).toContain('CC=ccache clang');
  });

  it('fails with a hint when the log cannot be written', async () => {
    await mkdir(folder.file('taken/kernel-build.log'), { recursive: true });
    await expect(build('', { outDir: folder.file('taken') })).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
    await expect(build('', { outDir: folder.file('source.deb') })).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
  });

  it.each([
    ['packed by xz', 'J'],
    ['packed by gzip', 'z'],
    ['not packed', ''],
  ])('builds the same from a tar archive %s, as kernel.org has it', async (_, packer) => {
    const built = await build('CONFIG_A=y\n');
    const tar = folder.file('linux-6.1.tar');
    await writeFile(tar, makeFakeSource(folder.path, 'linux-6.1', packer));
    const outDir = folder.file('from an archive');
    expect((await build('CONFIG_A=y\n', { source: tar, outDir })).sha256).toBe(built.sha256);
  });

  it('takes a source that is larger than memory may be', async () => {
    const tar = folder.file('large.tar');
    const whole = makeFakeSource(folder.path, 'linux-6.1', '');
    await writeFile(tar, whole);
    await truncate(tar, 1.5 * GIB);
    let copied: RandomAccess | undefined;
    await build('CONFIG_A=y\n', { source: tar }, (builder) =>
      changedBuilder(builder, {
        copy(source, path) {
          copied = source;
          // What follows are zeros.
          return builder.copy(sliceAccess(source, 0, whole.length), path);
        },
      }),
    );
    expect(copied?.sizeBytes).toBe(1.5 * GIB);
  });

  it('rejects what is too large for a source', async () => {
    const large = folder.file('too-large.tar');
    await writeFile(large, '');
    await truncate(large, 4 * GIB + 1);
    const failure = build('', { source: large });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_KERNEL_SOURCE'));
    await expect(failure).rejects.toThrow('4294967297 bytes');
  });

  it('rejects what has no source of a kernel', async () => {
    const other = folder.file('other');
    for (const contents of [
      await buildDeb([{ name: './usr/src/other.tar.xz', contents: 'x' }]),
      spawnSync('tar', ['-c', '-C', folder.path, 'bin']).stdout,
    ]) {
      await writeFile(other, contents);
      await expect(build('', { source: other })).rejects.toThrow(zosiaError('ZOSIA_KERNEL_SOURCE'));
    }
    for (const contents of ['', 'no archive', '<!doctype html>']) {
      await writeFile(other, contents);
      await expect(build('', { source: other })).rejects.toMatchObject({
        code: 'ZOSIA_KERNEL_SOURCE',
        message: `${other} is no tar archive`,
      });
    }
    await writeFile(other, archive.subarray(0, archive.length / 2));
    await expect(build('', { source: other })).rejects.toMatchObject({
      // One line of what tar and xz print.
      message: expect.stringMatching(/tar does not unpack its source: .+$/),
      hint: expect.stringMatching(/^It is damaged, or cut short/),
    });
  });

  it('stops when it is cancelled', async () => {
    const reason = new Error('enough');
    await expect(build('', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
