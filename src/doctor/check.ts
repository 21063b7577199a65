import { hostArchitecture } from '../artifacts/architectures.js';
import type { Architecture } from '../artifacts/architectures.js';
import type { DoctorHost } from './host.js';
import { hostFacts } from './host-facts.js';
import type { HostFacts } from './host-facts.js';
import { hostPackages } from './package-managers.js';
import type { HostPackages } from './package-managers.js';
import { findRequired } from './find-required.js';
import { requirementsFor } from './requirements.js';
import type { Purpose, Requirement } from './requirement.js';

export interface CheckOptions {
  readonly purpose: Purpose;
  /** The guest's architecture; the host's by default. */
  readonly arch?: Architecture | undefined;
}

export type FoundRequirement = Requirement & {
  /** Absolute path of the program, the header or the firmware, or undefined if it is missing. */
  readonly path: string | undefined;
};

/** What a host has and lacks. */
export interface DoctorReport {
  readonly purpose: Purpose;
  readonly arch: Architecture;
  readonly requirements: readonly FoundRequirement[];
  /** Those of the requirements that are not there. */
  readonly missing: readonly FoundRequirement[];
  readonly packages: HostPackages;
  readonly facts: HostFacts;
}

/**
 * Looks at a host, without running anything on it.
 *
 * @throws ZosiaError `ZOSIA_UNKNOWN_ARCH` where the host's architecture is no guest's and none is given
 */
export async function verifyHost(
  { purpose, arch = hostArchitecture() }: CheckOptions,
  host: DoctorHost,
): Promise<DoctorReport> {
  const [requirements, packages, facts] = await Promise.all([
    Promise.all(
      requirementsFor(purpose, arch, host.platform).map(async (requirement) => ({
        ...requirement,
        path: await findRequired(requirement, host),
      })),
    ),
    hostPackages(host),
    hostFacts(arch, host),
  ]);
  const missing = requirements.filter(({ path }) => path === undefined);
  return { purpose, arch, requirements, missing, packages, facts };
}
