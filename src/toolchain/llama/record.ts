import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { object, parseJson } from '../../json.js';
import type { BuilderFile } from '../builder.js';
import { LLAMA_BUILD_DIRECTORY } from '../sources.js';
import type { BuiltProgram } from './build.js';
import { LLAMA_PROGRAMS } from './programs.js';
import { projectSha256 } from './project.js';
import { llamaSettingsSha256 } from './settings.js';
import type { LlamaToolchain } from './toolchain.js';

/** What programs are made of, besides what compiles them. */
export interface LlamaInputs {
  readonly commit: string;
  /** See `projectSha256`. */
  readonly projectSha256: string;
  /** See `llamaSettingsSha256`. */
  readonly settingsSha256: string;
}

/** Programs that were built, and of what. */
export interface MadeLlama
  extends LlamaInputs, Pick<LlamaToolchain, 'compiler' | 'linker' | 'librariesSha256'> {
  /** The sha256 of each program. */
  readonly programs: Readonly<Record<string, string>>;
}

/** The same, in `guest/llama/record.json`, which has them for each architecture. */
export interface RecordedLlama extends MadeLlama {
  /** Whether a second build has given the same bytes: until one has, the toolchain's tests build it. */
  readonly rebuilt: boolean;
}

export const LLAMA_RECORD_PATH = join(LLAMA_BUILD_DIRECTORY, 'record.json');

export const llamaInputs = (
  arch: Architecture,
  commit: string,
  project: readonly BuilderFile[],
): LlamaInputs => ({
  commit,
  projectSha256: projectSha256(project),
  settingsSha256: llamaSettingsSha256(arch, commit),
});

export function madeLlama(
  inputs: LlamaInputs,
  { compiler, linker, librariesSha256 }: LlamaToolchain,
  programs: readonly BuiltProgram[],
): MadeLlama {
  const digests = Object.fromEntries(programs.map(({ name, sha256 }) => [name, sha256]));
  return { ...inputs, compiler, linker, librariesSha256, programs: digests };
}

/** The record of programs that have just been built, for the first time. */
export const recordedLlama = (made: MadeLlama): RecordedLlama => ({ ...made, rebuilt: false });

const LLAMA = object({
  commit: v.string(),
  projectSha256: v.string(),
  settingsSha256: v.string(),
  compiler: v.string(),
  linker: v.string(),
  librariesSha256: v.string(),
  programs: object(Object.fromEntries(LLAMA_PROGRAMS.map((name) => [name, v.string()]))),
  rebuilt: v.boolean(),
});

/**
 * What is recorded, by architecture; not every one need be.
 *
 * @throws ZosiaError `ZOSIA_LOCK_INVALID` for a record that somebody damaged
 */
export async function readLlamaRecord(): Promise<Partial<Record<Architecture, RecordedLlama>>> {
  return parseJson(
    object({ aarch64: v.exactOptional(LLAMA), x86_64: v.exactOptional(LLAMA) }),
    await readFile(LLAMA_RECORD_PATH, 'utf8'),
    (problem, cause) =>
      new ZosiaError('ZOSIA_LOCK_INVALID', `${LLAMA_RECORD_PATH}: ${problem}`, {
        hint: 'Restore it with git, or write it anew with zosia build llama --record.',
        cause,
      }),
  );
}
