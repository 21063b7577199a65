import type { TestContext } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { fetchComponents } from '../../../src/artifacts/fetch.js';
import { readKernelFragments } from '../../../src/toolchain/kernel/fragments.js';
import type { KernelFragment } from '../../../src/toolchain/kernel/fragments.js';
import { kernelInputs, readKernelRecord } from '../../../src/toolchain/kernel/record.js';
import type { RecordedKernel } from '../../../src/toolchain/kernel/record.js';
import { HOST } from '../../support/host.js';
import { isOfInputs, reasonNotToBuild } from '../support/second-build.js';

export interface KernelToBuild {
  readonly fragments: readonly KernelFragment[];
  readonly source: string;
  readonly record: RecordedKernel;
  /** Whether the record is of what is to be built. */
  readonly isRecorded: boolean;
}

/**
 * What a kernel is built of, and what came of it. The test is skipped where that has been built a second time
 * already, which takes minutes, unless `ZOSIA_TEST_KERNELS` is 1.
 */
export async function kernelToBuild(
  arch: Architecture,
  context: TestContext,
): Promise<KernelToBuild> {
  const fragments = await readKernelFragments(arch);
  const record = (await readKernelRecord())[arch];
  const source = await kernelSource(arch);
  const inputs = kernelInputs(arch, source.sha256, fragments);
  const reason = reasonNotToBuild(record, { ...inputs }, 'ZOSIA_TEST_KERNELS');
  context.skip(reason !== undefined, reason);
  return { fragments, source: source.path, record, isRecorded: isOfInputs(record, { ...inputs }) };
}

/** Debian's package of the source, in the user's cache. */
export async function kernelSource(
  arch: Architecture,
): Promise<{ readonly path: string; readonly sha256: string }> {
  const components = ['kernel-source'] as const;
  const [source] = await fetchComponents({ arch, components, cacheDir: HOST.cacheDirectory });
  return source!;
}
