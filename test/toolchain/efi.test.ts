import { cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import type { Architecture } from '../../src/artifacts/architectures.js';
import { prebuiltProgram } from '../../src/artifacts/prebuilt.js';
import { sha256 } from '../../src/image/sha256.js';
import { askCompiler } from '../../src/toolchain/compiler.js';
import { buildEfi } from '../../src/toolchain/efi.js';
import type { BuildEfiOptions, BuiltEfi, EfiProgram } from '../../src/toolchain/efi.js';
import { withHostBuilder } from '../../src/toolchain/host/host-builder.js';
import { GUEST_SOURCE_DIRECTORY } from '../../src/toolchain/sources.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { recordedCompiler } from './recorded-compiler.js';
import { hostTool, onHost } from '../support/host.js';

const PROGRAMS: readonly EfiProgram[] = ['hello', 'llama2'];
const EVERY_PROGRAM = ARCHITECTURES.flatMap((arch) =>
  PROGRAMS.map((program) => [program, arch] as const),
);

/** PE format, "COFF File Header" and "Optional Header": offsets of what is looked at here. */
const PE = { headerAt: 0x3c, machine: 4, timestamp: 8, magic: 24, subsystem: 24 + 68 };
const PE32_PLUS = 0x20b;
const EFI_APPLICATION = 10;
const MACHINES: Readonly<Record<Architecture, number>> = { aarch64: 0xaa64, x86_64: 0x8664 };

function peFacts(bytes: Uint8Array): Record<string, number | string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = view.getUint32(PE.headerAt, true);
  return {
    signature: Buffer.from(bytes.subarray(header, header + 4)).toString('latin1'),
    machine: view.getUint16(header + PE.machine, true),
    timestamp: view.getUint32(header + PE.timestamp, true),
    magic: view.getUint16(header + PE.magic, true),
    subsystem: view.getUint16(header + PE.subsystem, true),
  };
}

const build = (options: Omit<BuildEfiOptions, 'builder'>): Promise<BuiltEfi> =>
  onHost((builder) => buildEfi({ ...options, builder }));

describe('the prebuilt UEFI applications', () => {
  const folder = temporaryFolder();

  it.each(EVERY_PROGRAM)('%s is a small EFI application (%s)', async (program, arch) => {
    const bytes = await prebuiltProgram(arch, `${program}.efi`);
    expect(bytes.length).toBeLessThan(program === 'hello' ? 4096 : 512 * 1024);
    expect(peFacts(bytes)).toEqual({
      signature: 'PE\0\0',
      machine: MACHINES[arch],
      timestamp: 0,
      magic: PE32_PLUS,
      subsystem: EFI_APPLICATION,
    });
  });

  it.for(EVERY_PROGRAM)(
    '%s equals the build of its source by the recorded compiler (%s)',
    async ([program, arch], context) => {
      await recordedCompiler(context);
      const built = await build({ arch, program, outDir: folder.path });
      expect(built.sha256).toBe(sha256(await prebuiltProgram(arch, `${program}.efi`)));
    },
  );
});

describe('buildEfi', () => {
  const folder = temporaryFolder();
  it('writes the same bytes in any folder', async () => {
    const sourceDir = folder.file('a source');
    await cp(GUEST_SOURCE_DIRECTORY, sourceDir, { recursive: true });
    const options = { arch: 'x86_64', program: 'llama2' } as const;
    const here = await build({ ...options, outDir: folder.file('here') });
    const there = await build({ ...options, sourceDir, outDir: folder.file('there') });
    expect(there.sha256).toBe(here.sha256);
    const bytes = await readFile(here.path);
    expect(here).toMatchObject({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    expect(here.compiler).toEqual(await onHost(askCompiler));
    for (const path of [folder.path, GUEST_SOURCE_DIRECTORY]) {
      expect(bytes.includes(path)).toBe(false);
    }
  });

  it('builds the changed source', async () => {
    const sourceDir = folder.file('changed');
    await cp(GUEST_SOURCE_DIRECTORY, sourceDir, { recursive: true });
    const source = join(sourceDir, 'efi/hello/hello.c');
    await writeFile(source, (await readFile(source, 'utf8')).replace('Hello', 'Howdy'));
    const options = { arch: 'aarch64', program: 'hello', sourceDir } as const;
    const { path } = await build({ ...options, outDir: folder.file('changed out') });
    expect((await readFile(path)).includes(Buffer.from('Howdy', 'utf16le'))).toBe(true);
  });

  it('throws with the messages of the compiler, and writes nothing', async () => {
    const sourceDir = folder.file('broken');
    await mkdir(join(sourceDir, 'efi/hello'), { recursive: true });
    await writeFile(
      join(sourceDir, 'efi/hello/hello.c'),
      'int efi_main(void) { return nothing; }\n',
    );
    const outDir = folder.file('broken out');
    await expect(
      build({ arch: 'x86_64', program: 'hello', sourceDir, outDir }),
    ).rejects.toMatchObject({
      code: 'ZOSIA_BUILD_FAILED',
      hint: expect.stringContaining("'nothing'"),
    });
    await expect(readdir(outDir)).rejects.toThrow('ENOENT');
  });

  it('throws when there is no source or no linker', async () => {
    const options = { arch: 'x86_64', program: 'hello', outDir: folder.path } as const;
    await expect(build({ ...options, sourceDir: folder.file('none') })).rejects.toThrow(
      zosiaError('ZOSIA_GUEST_SOURCE_MISSING'),
    );
    const bin = folder.file('bin without a linker');
    await mkdir(bin);
    for (const name of ['sh', 'clang', 'ld.lld']) {
      await symlink(await hostTool(name), join(bin, name));
    }
    const failure = withHostBuilder({ searchPath: [bin] }, (builder) =>
      buildEfi({ ...options, builder }),
    );
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_COMPILER_NOT_FOUND'));
    await expect(failure).rejects.toThrow('lld-link');
  });

  it('is cancelled by its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(
      build({ arch: 'x86_64', program: 'hello', outDir: folder.path, signal }),
    ).rejects.toThrow('enough');
  });
});
