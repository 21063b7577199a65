import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ZosiaError } from '../errors.js';
import type { Architecture } from '../artifacts/architectures.js';
import { withPrivateFolder } from '../host/private-folder.js';
import type { Compiler } from './compiler.js';
import { warningFlags } from './recorded-compiler.js';
import { TOOL_ENVIRONMENT } from './tool-environment.js';

export interface FreestandingProgram {
  readonly arch: Architecture;
  readonly compiler: Compiler;
  /** C files, relative to `sourceDir`. The linker lays the program out in this order. */
  readonly sources: readonly string[];
  readonly sourceDir: string;
  /** Folders of headers besides the sources' own, relative to `sourceDir`. */
  readonly includeDirs?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

const TARGETS: Readonly<Record<Architecture, readonly string[]>> = {
  // Without floating point registers there are none to save; init computes with integers only.
  aarch64: ['--target=aarch64-linux-gnu', '-mgeneral-regs-only'],
  x86_64: ['--target=x86_64-linux-gnu', '-mno-sse', '-mno-mmx'],
};

const COMPILE_FLAGS = [
  '-std=c17',
  '-Os',
  // No C library, no host headers: only clang's own stddef.h, stdint.h and the like.
  '-ffreestanding',
  '-nostdlib',
  '-nostdlibinc',
  '-fno-stack-protector',
  '-fno-pic',
  '-fno-pie',
  '-fno-asynchronous-unwind-tables',
  '-ffunction-sections',
  '-fdata-sections',
  // Nothing of this host in the output: neither folders nor the compiler's name.
  '-ffile-prefix-map=./=',
  '-fno-ident',
];

const LINK_FLAGS = [
  '-static',
  '-Wl,--strip-all,--build-id=none,--gc-sections,-z,norelro,-z,noexecstack',
];

/**
 * Compiles C without a C library into a static Linux program. The host may be any that has clang and
 * lld: neither its headers nor its libraries are looked at. The same compiler gives the same bytes in
 * any folder.
 *
 * @throws ZosiaError `ZOSIA_BUILD_FAILED`; the signal's reason when cancelled
 */
export async function compileFreestanding(program: FreestandingProgram): Promise<Uint8Array> {
  const { arch, compiler, sources, sourceDir, includeDirs = [], signal } = program;
  return withPrivateFolder(async (folder) => {
    const out = join(folder, 'program');
    const args = [
      ...TARGETS[arch],
      ...COMPILE_FLAGS,
      ...(await warningFlags(compiler)),
      ...LINK_FLAGS,
      `--ld-path=${compiler.linker}`,
      ...includeDirs.map((folder) => `-I${folder}`),
      ...sources,
      '-o',
      out,
    ];
    // Run where the sources are, so that their names are the same in every checkout.
    const { failed, all } = await execa(compiler.clang, args, {
      cwd: sourceDir,
      env: TOOL_ENVIRONMENT,
      all: true,
      reject: false,
      ...(signal ? { cancelSignal: signal } : {}),
    });
    signal?.throwIfAborted();
    if (failed) {
      throw new ZosiaError('ZOSIA_BUILD_FAILED', `clang could not build for ${arch}`, {
        hint: `Its messages:\n${all}`,
      });
    }
    return await readFile(out);
  });
}
