import { statfs } from 'node:fs/promises';
import { arch, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { defaultCacheDirectory } from '../artifacts/cache.js';
import type { DoctorHost } from './host.js';

/** Things worth knowing about a host when something does not work. */
export interface HostFacts {
  readonly platform: NodeJS.Platform;
  readonly release: string;
  readonly processor: string;
  readonly nodeVersion: string;
  readonly accelerators: readonly AcceleratorFact[];
  readonly totalMemoryMiB: number;
  readonly freeMemoryMiB: number;
  readonly cacheDirectory: string;
  /** Room where the cache is, or would be. */
  readonly freeDiskMiB: number;
}

/** An accelerator's presence; whether it works only shows when something runs in it. */
export interface AcceleratorFact {
  readonly name: 'kvm' | 'hvf';
  readonly present: boolean;
  /** Why not, if it is not. */
  readonly reason?: string;
}

const MIB = 2 ** 20;
const KVM_DEVICE = '/dev/kvm';

export async function hostFacts(host: DoctorHost): Promise<HostFacts> {
  const cacheDirectory = defaultCacheDirectory(host.environment);
  const [accelerators, freeMemoryMiB, freeDiskMiB] = await Promise.all([
    acceleratorFacts(host),
    host.freeMemoryMiB(),
    freeDisk(cacheDirectory),
  ]);
  return {
    platform: host.platform,
    release: release(),
    processor: arch(),
    nodeVersion: process.versions.node,
    accelerators,
    totalMemoryMiB: Math.floor(totalmem() / MIB),
    freeMemoryMiB,
    cacheDirectory,
    freeDiskMiB,
  };
}

async function acceleratorFacts(host: DoctorHost): Promise<AcceleratorFact[]> {
  if (host.platform === 'darwin') return [{ name: 'hvf', present: true }];
  if (host.platform !== 'linux') return [];
  const code = await host.openError(KVM_DEVICE);
  if (code === undefined) return [{ name: 'kvm', present: true }];
  const reason =
    code === 'EACCES' || code === 'EPERM'
      ? `you may not open ${KVM_DEVICE} (the group kvm usually may)`
      : `there is no ${KVM_DEVICE}`;
  return [{ name: 'kvm', present: false, reason }];
}

/** Free space, in MiB, in the nearest folder that exists. */
async function freeDisk(path: string): Promise<number> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return Math.floor((bavail * bsize) / MIB);
    } catch {
      if (dirname(folder) === folder) return 0;
    }
  }
}
