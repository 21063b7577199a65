import { join } from 'node:path';
import type { Architecture } from '../artifacts/architectures.js';
import { digestBytes } from '../host/digest.js';
import { writeOutput } from '../host/output-file.js';
import { buildFailed } from './build-failure.js';
import type { Builder } from './builder.js';
import { askCompiler } from './compiler.js';
import type { Compiler } from './compiler.js';
import { warningFlags } from './recorded-compiler.js';
import { requireTools } from './required-tools.js';
import {
  GUEST_SOURCE_DIRECTORY,
  SHARED_SOURCES,
  SOURCE_FOLDER,
  listSources,
  readSources,
} from './sources.js';
import { vectorFlags } from './vector-flags.js';

/** lld as the linker of PE programs, which is what UEFI applications are. */
const LINKER = 'lld-link';

/** The language model, or the smallest application there can be. */
export type EfiProgram = 'llama2' | 'hello';

/** The folders that make up each program; what they include lies below guest/efi or the source directory. */
const FOLDERS: Readonly<Record<EfiProgram, readonly string[]>> = {
  llama2: ['efi/app', 'efi/firmware', 'engine', SHARED_SOURCES],
  hello: ['efi/hello'],
};

/** UEFI specification, 2.3: x86_64 and AArch64 platforms. Interrupts use the interrupted stack. */
const TARGETS: Readonly<Record<Architecture, readonly string[]>> = {
  aarch64: ['--target=aarch64-unknown-windows'],
  x86_64: ['--target=x86_64-unknown-windows', '-mno-red-zone'],
};

const COMPILE_FLAGS = [
  '-std=c17',
  '-O2',
  // No C library, no host headers: only clang's own. Characters of wide strings are UCS-2.
  '-ffreestanding',
  '-nostdlibinc',
  '-fshort-wchar',
  '-fno-stack-protector',
  '-mno-stack-arg-probe',
  // Products are fused where the source says so, and so give the same text everywhere.
  '-ffp-contract=off',
  // Nothing of the builder in the output: neither folders nor the compiler's name.
  '-ffile-prefix-map=./=',
  '-fno-ident',
  '-Iefi',
  '-I.',
];

const LINK_FLAGS = [
  '/subsystem:efi_application',
  '/entry:efi_main',
  '/nodefaultlib',
  '/timestamp:0',
  '/opt:ref',
  '/opt:icf',
];

export interface BuildEfiOptions {
  readonly arch: Architecture;
  readonly program: EfiProgram;
  /** The folder that gets `llama2.efi` or `hello.efi`. Made if it is missing. */
  readonly outDir: string;
  readonly builder: Builder;
  readonly sourceDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltEfi {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly compiler: Compiler;
}

/**
 * Compiles a UEFI application with a builder's clang and lld, whatever the builder is. The same compiler
 * gives the same bytes in any folder.
 *
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`, `ZOSIA_GUEST_SOURCE_MISSING`, and those of
 *   `buildFailed` and `writeOutput`; the signal's reason when cancelled
 */
export async function buildEfi(options: BuildEfiOptions): Promise<BuiltEfi> {
  const { arch, program, builder, outDir, sourceDir = GUEST_SOURCE_DIRECTORY, signal } = options;
  signal?.throwIfAborted();
  const sources = await listSources(sourceDir, FOLDERS[program]);
  const compiler = await askCompiler(builder);
  await requireTools(builder, [LINKER], 'build');
  await builder.write(await readSources(sourceDir));
  const warnings = await warningFlags(compiler);
  const objects = sources.map((_, index) => `${index}.obj`);
  for (const [index, source] of sources.entries()) {
    const flags = [...TARGETS[arch], ...COMPILE_FLAGS, ...warnings, ...vectorFlags(arch, source)];
    // Where the sources are, so that their names are the same in every checkout.
    await compile(options, 'clang', [...flags, '-c', source, '-o', `../${objects[index]!}`]);
  }
  const out = 'program.efi';
  await compile(options, LINKER, [
    ...LINK_FLAGS,
    `/out:../${out}`,
    ...objects.map((object) => `../${object}`),
  ]);
  const bytes = await builder.read(out);
  const path = join(outDir, `${program}.efi`);
  await writeOutput(path, bytes, { signal });
  return { path, sizeBytes: bytes.length, sha256: digestBytes(bytes), compiler };
}

async function compile(
  { arch, builder }: BuildEfiOptions,
  tool: string,
  args: readonly string[],
): Promise<void> {
  const { failed, output } = await builder.run(tool, args, { cwd: SOURCE_FOLDER });
  if (!failed) return;
  throw buildFailed(builder, {
    what: `the UEFI application for ${arch}`,
    error: `${tool} has found something wrong`,
    output,
    hint: `Its messages:\n${output}`,
  });
}
