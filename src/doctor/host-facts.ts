import { stat, statfs } from 'node:fs/promises';
import { arch as hostProcessor, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Architecture } from '../artifacts/architectures.js';
import type { DoctorHost } from './host.js';
import type { AcceleratorVerdict } from '../machine/qemu/host-spec.js';
import type { RestoreVerdict } from '../machine/snapshot/restore-verdict.js';
import { MIB } from '../image/units.js';

/** Things worth knowing about a host when something does not work. */
export interface HostFacts {
  readonly platform: NodeJS.Platform;
  readonly release: string;
  readonly processor: string;
  readonly nodeVersion: string;
  /** Whether this Node.js is one for Intel on Apple silicon, under Rosetta. */
  readonly isTranslated: boolean;
  readonly accelerators: readonly AcceleratorFact[];
  /** Whether saved machines can go on, of the kind that is made by default. */
  readonly restore: TriedFact;
  readonly totalMemoryMiB: number;
  readonly freeMemoryMiB: number;
  readonly cacheDirectory: string;
  /** Room where the cache is, or would be; undefined where no folder can be. */
  readonly freeDiskMiB: number | undefined;
}

/** What is known by running something. */
export interface TriedFact {
  /** Whether it has come to its end as it should; absent where nothing has been tried. */
  readonly works?: boolean | undefined;
  /** Why it does not work. */
  readonly reason?: string | undefined;
}

/** An accelerator; that it is there does not mean that it works, and `reason` may be why it is not there. */
export interface AcceleratorFact extends TriedFact {
  readonly name: 'kvm' | 'hvf';
  readonly present: boolean;
}

const KVM_DEVICE = '/dev/kvm';

/** @param arch the guest's architecture */
export async function hostFacts(arch: Architecture, host: DoctorHost): Promise<HostFacts> {
  const { cacheDirectory } = host.folders;
  const [accelerators, restore, isTranslated, freeMemoryMiB, freeDiskMiB] = await Promise.all([
    acceleratorFacts(arch, host),
    host.restoreVerdict(arch).then(triedFact),
    host.isTranslated(),
    host.freeMemoryMiB(),
    freeDisk(cacheDirectory),
  ]);
  return {
    platform: host.platform,
    release: release(),
    processor: hostProcessor(),
    nodeVersion: process.versions.node,
    isTranslated,
    accelerators,
    restore,
    totalMemoryMiB: Math.floor(totalmem() / MIB),
    freeMemoryMiB,
    cacheDirectory,
    freeDiskMiB,
  };
}

async function acceleratorFacts(arch: Architecture, host: DoctorHost): Promise<AcceleratorFact[]> {
  if (host.platform === 'darwin') return [await triedAccelerator('hvf', arch, host)];
  if (host.platform !== 'linux') return [];
  const code = await host.openError(KVM_DEVICE);
  if (code === undefined) return [await triedAccelerator('kvm', arch, host)];
  const reason =
    code === 'EACCES' || code === 'EPERM'
      ? `you may not open ${KVM_DEVICE} (the group kvm usually may)`
      : `there is no ${KVM_DEVICE}`;
  return [{ name: 'kvm', present: false, reason }];
}

async function triedAccelerator(
  name: AcceleratorFact['name'],
  arch: Architecture,
  host: DoctorHost,
): Promise<AcceleratorFact> {
  return { name, present: true, ...triedFact(await host.acceleratorVerdict(arch)) };
}

function triedFact(verdict: AcceleratorVerdict | RestoreVerdict | undefined): TriedFact {
  if (!verdict) return {};
  return verdict.usable ? { works: true } : { works: false, reason: verdict.reason };
}

/** Free space, in MiB, in the nearest folder that exists; undefined where a file is in its place. */
async function freeDisk(path: string): Promise<number | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      if (!(await stat(folder)).isDirectory()) return undefined;
      const { bavail, bsize } = await statfs(folder);
      return Math.floor((bavail * bsize) / MIB);
    } catch {
      if (dirname(folder) === folder) return 0;
    }
  }
}
