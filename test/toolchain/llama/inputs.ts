import type { TestContext } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { llamaProject } from '../../../src/toolchain/llama/project.js';
import { llamaInputs, readLlamaRecord } from '../../../src/toolchain/llama/record.js';
import type { MadeLlama, RecordedLlama } from '../../../src/toolchain/llama/record.js';
import { pinnedLlamaSource } from '../../../src/toolchain/llama/source.js';
import { isOfInputs, reasonNotToBuild } from '../support/second-build.js';

const VARIABLE = 'ZOSIA_TEST_LLAMA';

export const IS_LLAMA_ASKED_FOR = process.env[VARIABLE] === '1';

/** What `zosia build llama --json` prints, as far as tests look at it. */
export interface PrintedLlama {
  readonly made: MadeLlama;
  readonly written: boolean;
  readonly builder: string;
  readonly programs: readonly { readonly name: string; readonly path: string }[];
}

/**
 * What came of building llama.cpp, if somebody has written it down, and whether that is of what is built now.
 * The test is skipped where it has been built a second time already, which takes minutes, or nothing is written
 * down, unless `ZOSIA_TEST_LLAMA` is 1.
 */
export async function llamaToBuild(
  arch: Architecture,
  context: TestContext,
): Promise<{ readonly record: RecordedLlama | undefined; readonly isRecorded: boolean }> {
  const record = (await readLlamaRecord())[arch];
  const { commit } = await pinnedLlamaSource();
  const inputs = { ...llamaInputs(arch, commit, await llamaProject()) };
  const reason = whyNot(record, inputs);
  context.skip(reason !== undefined, reason);
  return { record, isRecorded: isOfInputs(record, inputs) };
}

const whyNot = (record: RecordedLlama | undefined, inputs: Record<string, string>) =>
  record === undefined
    ? IS_LLAMA_ASKED_FOR
      ? undefined
      : `nothing is recorded (${VARIABLE}=1 builds it anyway)`
    : reasonNotToBuild(record, inputs, VARIABLE);

/** Whether programs were made by the compiler, the linker and of the libraries of others: another one makes other bytes. */
export const isOfToolchain = (made: MadeLlama, other: MadeLlama): boolean =>
  made.compiler === other.compiler &&
  made.linker === other.linker &&
  made.librariesSha256 === other.librariesSha256;
