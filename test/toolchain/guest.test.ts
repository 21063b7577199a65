import { cp, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { PREBUILT_DIRECTORY, prebuiltInit } from '../../src/artifacts/prebuilt.js';
import { parseSums } from '../../src/artifacts/summed-file.js';
import { sha256 } from '../../src/image/sha256.js';
import { buildGuest } from '../../src/toolchain/guest.js';
import type { BuildGuestOptions, BuiltGuest } from '../../src/toolchain/guest.js';
import { buildPrebuilt } from '../../src/toolchain/prebuilt.js';
import { COMPILER_RECORD } from '../../src/toolchain/recorded-compiler.js';
import { GUEST_SOURCE_DIRECTORY } from '../../src/toolchain/sources.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { recordedCompiler } from './recorded-compiler.js';
import { onHost } from '../support/host.js';

/** ELF specification: offsets and values of what is looked at here, all little-endian ELF64. */
const ELF = { type: 16, machine: 18, headerOffset: 32, headerSize: 54, headerCount: 56 };
const EXECUTABLE = 2;
const MACHINES = { aarch64: 183, x86_64: 62 };
const [DYNAMIC, INTERPRETER] = [2, 3];

function elfFacts(bytes: Uint8Array): { type: number; machine: number; segments: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = Number(view.getBigUint64(ELF.headerOffset, true));
  const size = view.getUint16(ELF.headerSize, true);
  const count = view.getUint16(ELF.headerCount, true);
  return {
    type: view.getUint16(ELF.type, true),
    machine: view.getUint16(ELF.machine, true),
    segments: Array.from({ length: count }, (_, i) => view.getUint32(start + i * size, true)),
  };
}

describe('the prebuilt guest', () => {
  it.each(ARCHITECTURES)('is a small static program without an interpreter (%s)', async (arch) => {
    const bytes = await prebuiltInit(arch);
    expect(bytes.length).toBeLessThan(72 * 1024);
    const facts = elfFacts(bytes);
    expect(facts).toMatchObject({ type: EXECUTABLE, machine: MACHINES[arch] });
    expect(facts.segments).not.toContain(DYNAMIC);
    expect(facts.segments).not.toContain(INTERPRETER);
  });

  it('equals the build of its source by the recorded compiler, byte for byte', async (context) => {
    await recordedCompiler(context);
    await onHost((builder) => buildPrebuilt(folder.path, builder));
    const files = ARCHITECTURES.flatMap((arch) =>
      ['hello.efi', 'init', 'llama2.efi'].map((name) => `${arch}/${name}`),
    );
    for (const file of files) {
      const [rebuilt, shipped] = await Promise.all([
        readFile(folder.file(file)),
        readFile(join(PREBUILT_DIRECTORY, file)),
      ]);
      expect(sha256(rebuilt), file).toBe(sha256(shipped));
    }
    for (const arch of ARCHITECTURES) {
      const sums = parseSums(await readFile(folder.file(`${arch}/SHA256SUMS`), 'utf8'));
      expect([...sums.keys()]).toEqual(['hello.efi', 'init', 'llama2.efi']);
    }
    expect(await readFile(folder.file(COMPILER_RECORD), 'utf8')).toContain('clang version');
  });

  const folder = temporaryFolder();
});

describe('buildGuest', () => {
  const folder = temporaryFolder();
  const build = (options: Omit<BuildGuestOptions, 'builder'>): Promise<BuiltGuest> =>
    onHost((builder) => buildGuest({ ...options, builder }));

  it.each(ARCHITECTURES)('writes the same bytes in any folder (%s)', async (arch) => {
    const sourceDir = folder.file(`a source, ${arch}`);
    await cp(GUEST_SOURCE_DIRECTORY, sourceDir, { recursive: true });
    const [here, there] = await Promise.all([
      build({ arch, outDir: folder.file(`here ${arch}`) }),
      build({ arch, sourceDir, outDir: folder.file(`there ${arch}`) }),
    ]);
    expect(there.sha256).toBe(here.sha256);
    const bytes = await readFile(here.path);
    expect(sha256(bytes)).toBe(here.sha256);
    expect(here.sizeBytes).toBe(bytes.length);
    expect((await stat(here.path)).mode & 0o777).toBe(0o755);
    expect(bytes.includes(folder.path) || bytes.includes(GUEST_SOURCE_DIRECTORY)).toBe(false);
  });

  it('builds the changed source', async () => {
    const sourceDir = folder.file('changed');
    await cp(GUEST_SOURCE_DIRECTORY, sourceDir, { recursive: true });
    const main = join(sourceDir, 'init/main.c');
    await writeFile(main, (await readFile(main, 'utf8')).replace('zosia: init', 'zosia: tini'));
    const built = await build({
      arch: 'aarch64',
      sourceDir,
      outDir: folder.file('changed out'),
    });
    expect((await readFile(built.path)).includes('zosia: tini')).toBe(true);
  });

  it('throws with the messages of the compiler, and writes nothing', async () => {
    const sourceDir = folder.file('broken');
    await mkdir(join(sourceDir, 'init'), { recursive: true });
    await writeFile(join(sourceDir, 'init/main.c'), 'int main(void) { return nothing; }\n');
    const outDir = folder.file('broken out');
    const error = await build({ arch: 'x86_64', sourceDir, outDir }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'ZOSIA_BUILD_FAILED',
      hint: expect.stringContaining("'nothing'"),
    });
    await expect(readdir(outDir)).rejects.toThrow('ENOENT');
  });

  it('throws when there is no source', async () => {
    const options = { arch: 'x86_64', outDir: folder.path } as const;
    await expect(build({ ...options, sourceDir: folder.file('none') })).rejects.toThrow(
      zosiaError('ZOSIA_GUEST_SOURCE_MISSING'),
    );
  });

  it('is cancelled by its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const outDir = folder.file('cancelled');
    await expect(build({ arch: 'aarch64', outDir, signal })).rejects.toThrow('enough');
  });
});

describe('SHA256SUMS of the prebuilt guest', () => {
  it.each(ARCHITECTURES)('names every program of %s', async (arch) => {
    const folder = join(PREBUILT_DIRECTORY, arch);
    const programs = (await readdir(folder)).filter((name) => name !== 'SHA256SUMS').sort();
    const sums = parseSums(await readFile(join(folder, 'SHA256SUMS'), 'utf8'));
    expect([...sums.keys()].sort()).toEqual(programs);
  });
});
