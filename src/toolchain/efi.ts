import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Architecture } from '../artifacts/architectures.js';
import { ZosiaError } from '../errors.js';
import { digestBytes } from '../host/digest.js';
import { writeOutput } from '../host/output-file.js';
import { withPrivateFolder } from '../host/private-folder.js';
import { findCoffLinker } from './compiler.js';
import type { Compiler } from './compiler.js';
import { warningFlags } from './recorded-compiler.js';
import { GUEST_SOURCE_DIRECTORY, SHARED_SOURCES, listSources } from './sources.js';
import { TOOL_ENVIRONMENT } from './tool-environment.js';

/** The language model, or the smallest application there can be. */
export type EfiProgram = 'llama2' | 'hello';

/** The folders that make up each program; what they include lies below guest/efi or the source directory. */
const FOLDERS: Readonly<Record<EfiProgram, readonly string[]>> = {
  llama2: ['efi/app', 'efi/firmware', 'efi/model', SHARED_SOURCES],
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
  // Nothing of this host in the output: neither folders nor the compiler's name.
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
  /** As `findCompiler` finds it. */
  readonly compiler: Compiler;
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
 * Compiles a UEFI application with the host's clang and lld, whatever the host is. The same compiler
 * gives the same bytes in any folder.
 *
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`, `ZOSIA_GUEST_SOURCE_MISSING`, `ZOSIA_BUILD_FAILED`,
 *   and those of `writeOutput`; the signal's reason when cancelled
 */
export async function buildEfi(options: BuildEfiOptions): Promise<BuiltEfi> {
  const { arch, program, outDir, sourceDir = GUEST_SOURCE_DIRECTORY, signal } = options;
  signal?.throwIfAborted();
  const sources = await listSources(sourceDir, FOLDERS[program]);
  const { compiler } = options;
  const linker = await findCoffLinker(compiler);
  return withPrivateFolder(async (folder) => {
    const run = { arch, cwd: sourceDir, signal };
    const objects: string[] = [];
    const warnings = await warningFlags(compiler);
    for (const source of sources) {
      const object = join(folder, `${objects.length}.obj`);
      const flags = [...TARGETS[arch], ...COMPILE_FLAGS, ...warnings, ...extraFlags(arch, source)];
      await runTool(compiler.clang, [...flags, '-c', source, '-o', object], run);
      objects.push(object);
    }
    const out = join(folder, 'program.efi');
    await runTool(linker, [...LINK_FLAGS, `/out:${out}`, ...objects], run);
    const bytes = await readFile(out);
    const path = join(outDir, `${program}.efi`);
    await writeOutput(path, bytes, { signal });
    return { path, sizeBytes: bytes.length, sha256: digestBytes(bytes), compiler };
  });
}

/** What runs only on processors that have been found to have AVX2 is compiled for it. */
function extraFlags(arch: Architecture, source: string): readonly string[] {
  return arch === 'x86_64' && source.endsWith('_avx2.c') ? ['-mavx2', '-mfma'] : [];
}

interface ToolRun {
  readonly arch: Architecture;
  /** Where the sources are, so that their names are the same in every checkout. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
}

async function runTool(tool: string, args: readonly string[], run: ToolRun): Promise<void> {
  const { arch, cwd, signal } = run;
  const { failed, all } = await execa(tool, args, {
    cwd,
    env: TOOL_ENVIRONMENT,
    all: true,
    reject: false,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  signal?.throwIfAborted();
  if (failed) {
    throw new ZosiaError('ZOSIA_BUILD_FAILED', `the UEFI application for ${arch} was not built`, {
      hint: `The compiler's messages:\n${all}`,
    });
  }
}
