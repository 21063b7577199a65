import type { Architecture } from '../artifacts/architectures.js';
import { buildFailed } from './build-failure.js';
import type { Builder } from './builder.js';
import type { Compiler } from './compiler.js';
import { warningFlags } from './recorded-compiler.js';
import { SOURCE_FOLDER } from './sources.js';

export interface FreestandingProgram {
  readonly arch: Architecture;
  /** Has the sources in `SOURCE_FOLDER`. */
  readonly builder: Builder;
  /** What `askCompiler` says of it. */
  readonly compiler: Compiler;
  /** C files, relative to that folder. The linker lays the program out in this order. */
  readonly sources: readonly string[];
  /** Folders of headers besides the sources' own, relative to that folder. */
  readonly includeDirs?: readonly string[] | undefined;
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
  // Nothing of the builder in the output: neither folders nor the compiler's name.
  '-ffile-prefix-map=./=',
  '-fno-ident',
];

const LINK_FLAGS = [
  '-static',
  '-Wl,--strip-all,--build-id=none,--gc-sections,-z,norelro,-z,noexecstack',
];

/**
 * Compiles C without a C library into a static Linux program. The builder may be any that has clang and
 * lld: neither its headers nor its libraries are looked at. The same compiler gives the same bytes in
 * any folder.
 *
 * @throws ZosiaError as `buildFailed`; the signal's reason when cancelled
 */
export async function compileFreestanding(program: FreestandingProgram): Promise<Uint8Array> {
  const { arch, builder, compiler, sources, includeDirs = [] } = program;
  const args = [
    ...TARGETS[arch],
    ...COMPILE_FLAGS,
    ...(await warningFlags(compiler)),
    ...LINK_FLAGS,
    '--ld-path=ld.lld',
    ...includeDirs.map((folder) => `-I${folder}`),
    ...sources,
    '-o',
    '../program',
  ];
  const { failed, output } = await builder.run('clang', args, { cwd: SOURCE_FOLDER });
  if (failed) {
    throw buildFailed(builder, {
      what: `the program for ${arch}`,
      error: 'clang has found something wrong',
      output,
      hint: `Its messages:\n${output}`,
    });
  }
  return builder.read('program');
}
