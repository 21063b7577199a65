import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { arch, freemem, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { defaultCacheDirectory } from '../artifacts/cache.js';
import { systemErrorCode } from '../errors.js';
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

export async function hostFacts({ platform, environment }: DoctorHost): Promise<HostFacts> {
  const cacheDirectory = defaultCacheDirectory(environment);
  const [accelerators, freeMemoryMiB, freeDiskMiB] = await Promise.all([
    acceleratorFacts(platform),
    freeMemory(platform),
    freeDisk(cacheDirectory),
  ]);
  return {
    platform,
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

async function acceleratorFacts(platform: NodeJS.Platform): Promise<AcceleratorFact[]> {
  if (platform === 'darwin') return [{ name: 'hvf', present: true }];
  if (platform !== 'linux') return [];
  try {
    await access(KVM_DEVICE, constants.R_OK | constants.W_OK);
    return [{ name: 'kvm', present: true }];
  } catch (error) {
    return [{ name: 'kvm', present: false, reason: kvmProblem(systemErrorCode(error)) }];
  }
}

/** Why /dev/kvm cannot be opened, by the system's error. */
export function kvmProblem(code: string | undefined): string {
  return code === 'EACCES' || code === 'EPERM'
    ? `you may not open ${KVM_DEVICE} (the group kvm usually may)`
    : `there is no ${KVM_DEVICE}`;
}

async function freeMemory(platform: NodeJS.Platform): Promise<number> {
  // On Linux Node counts what can be reclaimed as free; on macOS it does not, and vm_stat must be asked.
  if (platform !== 'darwin' || process.platform !== 'darwin') return Math.floor(freemem() / MIB);
  const { hostFreeMiB } = await import('../machine/memory.js');
  return hostFreeMiB();
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
