import { findFirmware, firmwarePrefixes } from '../machine/firmware/find.js';
import { PLATFORMS } from '../machine/qemu/platform.js';
import type { DoctorHost } from './host.js';
import { findOnHost } from './programs.js';
import type { Requirement } from './requirement.js';

/** Where what is required is on a host: a program, or the code of firmware; undefined if it is not there. */
export async function findRequired(
  requirement: Requirement,
  host: DoctorHost,
): Promise<string | undefined> {
  if (!('firmware' in requirement)) return findOnHost(requirement, host);
  const { guest: arch } = requirement;
  const qemu = await findOnHost({ programs: [PLATFORMS[arch].qemuProgram] }, host);
  const { configDirectory } = host.folders;
  const prefixes = await firmwarePrefixes(qemu);
  return (await findFirmware({ arch, prefixes, configDirectory }, host))?.code.path;
}
