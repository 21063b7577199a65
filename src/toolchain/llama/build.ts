import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../artifacts/architectures.js';
import { digestBytes } from '../../host/digest.js';
import { makeOutput, makeOutputFolder, writeOutput } from '../../host/output-file.js';
import { buildFailed } from '../build-failure.js';
import type { Builder, BuilderFile, RunOptions } from '../builder.js';
import { requireRoom } from '../room.js';
import { firstBuildError, ninjaStep } from './ninja.js';
import { LLAMA_PROGRAMS } from './programs.js';
import { LLAMA_ENVIRONMENT, LLAMA_GOAL, cmakeSettings } from './settings.js';
import type { LlamaToolchain } from './toolchain.js';

export interface BuildLlamaOptions {
  readonly builder: Builder;
  readonly arch: Architecture;
  readonly toolchain: LlamaToolchain;
  /** A tar archive of the source. */
  readonly source: Uint8Array;
  /** Which the programs name as what they were built from. */
  readonly commit: string;
  /** As `llamaProject` reads it. */
  readonly project: readonly BuilderFile[];
  /** The folder that gets `bin` and the log. Made if it is missing. */
  readonly outDir: string;
  /** Processes at a time; as many as there are processors, and memory for, unless given. */
  readonly jobs?: number | undefined;
  readonly onProgress?: ((doneSteps: number, totalSteps: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltProgram {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface BuiltLlama {
  readonly programs: readonly BuiltProgram[];
  readonly logPath: string;
}

/** Variables by which a user's settings would get into the programs. */
const NO_SETTINGS = {
  CFLAGS: undefined,
  CXXFLAGS: undefined,
  CPPFLAGS: undefined,
  LDFLAGS: undefined,
  CMAKE_GENERATOR: undefined,
  CMAKE_TOOLCHAIN_FILE: undefined,
  NINJA_STATUS: '[%f/%t] ',
};

/** Source and objects of all variants; a compiler of the largest files. */
const NEEDS = { what: 'llama.cpp', diskMiB: 2000, jobMiB: 1200 };

/**
 * Compiles llama.cpp for the guest: static, stripped programs. The same source, project and toolchain give
 * the same bytes, in any folder and in any builder.
 *
 * @throws ZosiaError `ZOSIA_BUILD_FAILED` with the first error of the log, and those of `requireRoom`,
 *   `buildFailed` and `writeOutput`; the signal's reason when cancelled
 */
export async function buildLlama(options: BuildLlamaOptions): Promise<BuiltLlama> {
  const { builder, arch, outDir, signal } = options;
  const { cCompiler, cxxCompiler } = options.toolchain;
  await makeOutputFolder(outDir);
  const jobs = await requireRoom(builder, NEEDS);
  const logPath = join(outDir, 'llama-build.log');
  const log = await makeOutput(logPath, () => open(logPath, 'w'));
  try {
    const step = logged(options, log, logPath);
    await builder.write([
      { path: 'source/source.tar', data: options.source },
      ...options.project.map(({ path, data }) => ({ path: `project/${path}`, data })),
    ]);
    await step('tar', ['-xf', 'source.tar'], 'source');
    await step('cmake', [
      '-Sproject',
      '-Bbuild',
      `-DLLAMA_SOURCE=${builder.folder}/source`,
      ...cmakeSettings({ arch, commit: options.commit, cCompiler, cxxCompiler }),
      ...launcherSettings(builder),
    ]);
    await step('ninja', ['-C', 'build', '-j', `${options.jobs ?? jobs}`, LLAMA_GOAL]);
  } finally {
    await log.close();
  }
  const programs: BuiltProgram[] = [];
  for (const name of LLAMA_PROGRAMS) {
    const bytes = await builder.read(`build/bin/${name}`);
    const path = join(outDir, 'bin', name);
    await writeOutput(path, bytes, { signal, mode: 0o755 });
    programs.push({ name, path, sizeBytes: bytes.length, sha256: digestBytes(bytes) });
  }
  return { programs, logPath };
}

const launcherSettings = ({ launcher }: Builder): string[] =>
  launcher === undefined
    ? []
    : ['C', 'CXX'].map((language) => `-DCMAKE_${language}_COMPILER_LAUNCHER=${launcher}`);

/** Runs programs of the builder: their output goes to the log, and ninja's steps are told. */
function logged(
  { builder, arch, onProgress, signal }: BuildLlamaOptions,
  log: FileHandle,
  logPath: string,
): (program: string, args: readonly string[], cwd?: string) => Promise<void> {
  let text = '';
  const onLine: RunOptions['onLine'] = async (line) => {
    await log.write(`${line}\n`);
    text += `${line}\n`;
    const at = ninjaStep(line);
    if (at) onProgress?.(at.done, at.total);
  };
  return async (program, args, cwd = '.') => {
    const { failed, reason } = await builder.run(program, args, {
      cwd,
      env: { ...NO_SETTINGS, ...LLAMA_ENVIRONMENT },
      onLine,
    });
    signal?.throwIfAborted();
    if (!failed) return;
    throw buildFailed(builder, {
      what: `llama.cpp for ${arch}`,
      error: (firstBuildError(text) ?? reason ?? '').trim(),
      output: text,
      hint: `The whole log is ${logPath}. zosia doctor --for llama says whether something is missing.`,
    });
  };
}
