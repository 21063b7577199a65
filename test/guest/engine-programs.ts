import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import {
  GUEST_SOURCE_DIRECTORY,
  SHARED_SOURCES,
  listSources,
} from '../../src/toolchain/sources.js';
import { hostTool } from '../support/host.js';
import { compileSources } from './compile-sources.js';

export interface EngineProgramOptions {
  /** The test program's source, below test/guest. */
  readonly source: string;
  /** Others of them, without a main. */
  readonly further?: readonly string[];
  /** The folders, and single files, of guest/engine that it is compiled with. */
  readonly folders: readonly string[];
  /** The instruction sets whose products it is compiled with. */
  readonly products?: readonly string[] | undefined;
  /** It is to be quick, and does without sanitizers. */
  readonly isMeasured?: boolean | undefined;
  /** It is a target of libFuzzer, with a macro of this name, that `fuzzingFlags` are for. */
  readonly fuzzer?: { readonly macro: string; readonly flags: readonly string[] } | undefined;
}

/**
 * Compiles a test program together with parts of the engine, as a program of the host. What reads or
 * writes out of bounds, or is undefined behaviour, ends it with a message and a status of its own.
 *
 * @returns the program's path in `folder`
 */
export async function buildEngineProgram(
  folder: string,
  {
    source,
    further = [],
    folders,
    products = [],
    isMeasured = false,
    fuzzer,
  }: EngineProgramOptions,
): Promise<string> {
  const { compiler, flags } =
    isMeasured || fuzzer
      ? { compiler: await hostTool('clang'), flags: fuzzer?.flags ?? [] }
      : await sanitizing(folder);
  const path = join(folder, basename(source, '.c') + (isMeasured ? '-fast' : ''));
  const common = [
    ...['-std=gnu17', isMeasured ? '-O2' : '-O1', '-ffp-contract=off', '-fshort-wchar', ...flags],
    ...['-I', GUEST_SOURCE_DIRECTORY, ...(fuzzer ? [`-D${fuzzer.macro}`] : [])],
  ];
  const sources = [
    ...products.map((name) => guest(`engine/products/products_${name}.c`)),
    ...[source, ...further].map((each) => fileURLToPath(new URL(each, import.meta.url))),
    ...(await engineSources(folders, products.length > 0)),
  ];
  await compileSources(compiler, common, sources, path);
  return path;
}

const guest = (source: string): string => join(GUEST_SOURCE_DIRECTORY, source);

async function engineSources(folders: readonly string[], forms: boolean): Promise<string[]> {
  const wanted = folders.map((each) => `engine/${each}`);
  const files = wanted.filter((each) => each.endsWith('.c'));
  const whole = [...wanted.filter((each) => !files.includes(each)), SHARED_SOURCES];
  const parts = [
    ...(await listSources(GUEST_SOURCE_DIRECTORY, whole)),
    ...files,
    ...(forms ? ['engine/products/forms.c', 'engine/products/tiles.c'] : []),
  ];
  return parts
    .filter((part) => part !== 'shared/memory.c') // the host has its own
    .map(guest);
}

/** What makes a target of libFuzzer; undefined where the host's clang comes without it. */
export async function fuzzingFlags(): Promise<readonly string[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'zosia-'));
  try {
    const flags = ['-fsanitize=fuzzer,address,undefined,float-cast-overflow', ...WATCHING];
    const source = join(folder, 'empty.c');
    await writeFile(source, 'int LLVMFuzzerTestOneInput(void) { return 0; }\n');
    const args = [...flags, source, '-o', join(folder, 'empty')];
    const { failed } = await execa(await hostTool('clang'), args, { reject: false });
    return failed ? undefined : flags;
  } catch {
    return undefined; // no clang
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Findings end a program, and memory of the engine is watched piece by piece. */
const WATCHING = [
  '-fno-sanitize-recover=all',
  ...['-include', fileURLToPath(new URL('watched_arena.h', import.meta.url))],
];

interface SanitizingCompiler {
  readonly compiler: string;
  readonly flags: readonly string[];
}

/**
 * The host's clang or GCC, whichever has the libraries that watch addresses: a Debian's clang has them
 * in a package of its own. Where neither has them, undefined behaviour still ends a program.
 */
async function sanitizing(folder: string): Promise<SanitizingCompiler> {
  const flags = ['-fsanitize=address,undefined,float-cast-overflow', ...WATCHING];
  const source = join(folder, 'empty.c');
  await writeFile(source, 'int main(void) { return 0; }\n');
  for (const name of ['clang', 'gcc']) {
    const compiler = await hostTool(name).catch(() => undefined);
    if (compiler === undefined) continue;
    const out = join(folder, 'empty');
    const { failed } = await execa(compiler, [...flags, source, '-o', out], { reject: false });
    if (!failed) return { compiler, flags };
  }
  const traps = ['-fsanitize=undefined', '-fsanitize-trap=undefined'];
  return { compiler: await hostTool('clang'), flags: traps };
}
