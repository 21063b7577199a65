import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { sha256 } from '../../image/sha256.js';
import { object, parseJson } from '../../json.js';
import type { Compiler } from '../compiler.js';
import { KERNEL_CONFIG_DIRECTORY } from '../sources.js';
import { askedSymbols, formatConfig } from './config.js';
import type { KernelFragment } from './fragments.js';
import { kernelSettingsSha256 } from './settings.js';

/** What a kernel is made of. */
export interface KernelInputs {
  /** Of Debian's package of the source. */
  readonly sourceSha256: string;
  /** Of what the fragments ask for together: their comments and order make no difference. */
  readonly configSha256: string;
  /** See `kernelSettingsSha256`. */
  readonly settingsSha256: string;
}

/** A kernel that was built, and of what: `kernel-config/record.json` has one for each architecture. */
export interface RecordedKernel extends KernelInputs {
  /** The first line of `clang --version`, and of `ld.lld --version`. */
  readonly compiler: string;
  readonly linker: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Whether a second build has given the same bytes: until one has, the toolchain's tests build it. */
  readonly rebuilt: boolean;
}

export const KERNEL_RECORD_PATH = join(KERNEL_CONFIG_DIRECTORY, 'record.json');

export function kernelInputs(
  arch: Architecture,
  sourceSha256: string,
  fragments: readonly KernelFragment[],
): KernelInputs {
  const symbols = [...askedSymbols(fragments)].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    sourceSha256,
    configSha256: sha256(formatConfig(symbols)),
    settingsSha256: kernelSettingsSha256(arch),
  };
}

/** The record of a kernel that has just been built, for the first time. */
export function recordedKernel(
  inputs: KernelInputs,
  { version, linkerVersion }: Compiler,
  { sizeBytes, sha256: digest }: Pick<RecordedKernel, 'sizeBytes' | 'sha256'>,
): RecordedKernel {
  const made = { compiler: version, linker: linkerVersion, sizeBytes, sha256: digest };
  return { ...inputs, ...made, rebuilt: false };
}

const KERNEL = object({
  sourceSha256: v.string(),
  configSha256: v.string(),
  settingsSha256: v.string(),
  compiler: v.string(),
  linker: v.string(),
  sizeBytes: v.number(),
  sha256: v.string(),
  rebuilt: v.boolean(),
});

/** @throws ZosiaError `ZOSIA_KERNEL_CONFIG` for a record that somebody damaged */
export async function readKernelRecord(): Promise<Record<Architecture, RecordedKernel>> {
  return parseJson(
    object({ aarch64: KERNEL, x86_64: KERNEL }),
    await readFile(KERNEL_RECORD_PATH, 'utf8'),
    (problem, cause) =>
      new ZosiaError('ZOSIA_KERNEL_CONFIG', `${KERNEL_RECORD_PATH}: ${problem}`, {
        hint: 'Restore it with git, or write it anew with zosia build kernel --prebuilt.',
        cause,
      }),
  );
}
