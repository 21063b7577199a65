import { dirname } from 'node:path';
import { execa } from 'execa';
import { ZosiaError } from '../errors.js';
import { findProgram } from '../host/programs.js';

/** A clang and the lld it links with. */
export interface Compiler {
  /** Path of clang. */
  readonly clang: string;
  /** Path of lld's ELF linker. */
  readonly linker: string;
  /** The first line of `clang --version`: vendor and version. */
  readonly version: string;
  /** The first line of `ld.lld --version`. */
  readonly linkerVersion: string;
}

/**
 * Where Homebrew keeps its llvm and lld. They come before the PATH, where a Mac has Apple's clang, which
 * has no lld of its version beside it; other hosts have no such folders.
 */
const HOMEBREW_KEGS = ['/opt/homebrew/opt', '/usr/local/opt'].flatMap((prefix) => [
  `${prefix}/llvm/bin`,
  `${prefix}/lld/bin`,
]);

/**
 * Finds clang and lld on the host.
 *
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`
 */
export async function findCompiler(
  searchPath: readonly string[],
  kegs: readonly string[] = HOMEBREW_KEGS,
): Promise<Compiler> {
  const folders = [...kegs, ...searchPath];
  const [clang, linker] = await Promise.all([findIn(folders, 'clang'), findIn(folders, 'ld.lld')]);
  const [version, linkerVersion] = await Promise.all([versionOf(clang), versionOf(linker)]);
  return { clang, linker, version, linkerVersion };
}

/**
 * lld as the linker of PE programs, which is what UEFI applications are. It is the same program as the
 * ELF linker under another name, and lies beside it.
 *
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`
 */
export async function findCoffLinker(compiler: Compiler): Promise<string> {
  return findIn([dirname(compiler.linker)], 'lld-link');
}

async function findIn(folders: readonly string[], program: string): Promise<string> {
  const path = await findProgram([program], folders);
  if (path === undefined) throw compilerMissing(`${program} is not installed`);
  return path;
}

async function versionOf(program: string): Promise<string> {
  const { stdout, failed, shortMessage } = await execa(program, ['--version'], {
    env: { LC_ALL: 'C' },
    reject: false,
  });
  if (failed) throw compilerMissing(`${program} does not run: ${shortMessage ?? 'it failed'}`);
  return stdout.split('\n', 1)[0]!.trim();
}

function compilerMissing(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_COMPILER_NOT_FOUND', message, {
    hint: 'Install clang and lld (Debian: apt install clang lld; macOS: brew install llvm lld). Only building the guest needs them, booting does not.',
  });
}
