import type { TestContext } from 'vitest';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { fetchComponents } from '../../../src/artifacts/fetch.js';
import { readKernelFragments } from '../../../src/toolchain/kernel/fragments.js';
import type { KernelFragment } from '../../../src/toolchain/kernel/fragments.js';
import { kernelInputs, readKernelRecord } from '../../../src/toolchain/kernel/record.js';
import type { RecordedKernel } from '../../../src/toolchain/kernel/record.js';
import { HOST } from '../../support/host.js';

/** A kernel takes minutes: they are built when what they are built of has changed, or on demand. */
const IS_ASKED_FOR = process.env.ZOSIA_TEST_KERNELS === '1';

export interface KernelToBuild {
  readonly fragments: readonly KernelFragment[];
  readonly source: string;
  readonly record: RecordedKernel;
}

/** What a kernel is built of, and what came of it; the test is skipped where that is known already. */
export async function kernelToBuild(
  arch: Architecture,
  context: TestContext,
): Promise<KernelToBuild> {
  const fragments = await readKernelFragments(arch);
  const record = (await readKernelRecord())[arch];
  const components = ['kernel-source'] as const;
  const [source] = await fetchComponents({ arch, components, cacheDir: HOST.cacheDirectory });
  const inputs = kernelInputs(source!.sha256, fragments);
  const isRecorded =
    inputs.sourceSha256 === record.sourceSha256 && inputs.configSha256 === record.configSha256;
  context.skip(
    isRecorded && !IS_ASKED_FOR,
    'the recorded kernels are of the same source and configuration (ZOSIA_TEST_KERNELS=1 builds them anyway)',
  );
  return { fragments, source: source!.path, record };
}
