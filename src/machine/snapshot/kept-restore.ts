import type { Architecture } from '../../artifacts/architectures.js';
import type { HostFolders } from '../../host/host-folders.js';
import { keptAuto } from '../accelerator/accelerator.js';
import { defaultCpuModel } from '../accelerator/cpu-model.js';
import { findQemu } from '../qemu/binary.js';
import { peekQemuFacts } from '../qemu/facts.js';
import { HostFactsCache } from '../qemu/host-facts-cache.js';
import { versionedMachineType } from '../qemu/platform.js';
import { peekRestore } from './restore-verdict.js';
import type { RestoreVerdict } from './restore-verdict.js';

/**
 * What is known of whether saved machines can be restored here, of those that are made by default: undefined
 * where it has not been tried. Nothing is run.
 */
export async function keptRestore(
  arch: Architecture,
  { searchPath, cacheDirectory }: HostFolders,
): Promise<RestoreVerdict | undefined> {
  const cache = new HostFactsCache(cacheDirectory);
  const binary = await findQemu(arch, searchPath).catch(() => undefined);
  const facts = binary && (await peekQemuFacts(binary, cache));
  const accel = facts && (await keptAuto({ arch, binary, facts, cache }));
  if (!accel) return undefined;
  const cpuModel = defaultCpuModel(arch, accel.name, facts.version);
  const machineType = versionedMachineType(arch, facts.version);
  return peekRestore({ machine: { arch, accel, cpuModel }, binary, machineType }, cache);
}
