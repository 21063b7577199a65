import { findFirmware, firmwarePrefixes } from '../machine/firmware/find.js';
import { PLATFORMS } from '../machine/qemu/platform.js';
import type { DoctorHost } from './host.js';
import { findOnHost } from './programs.js';
import type { Requirement } from './requirement.js';

/** Where clang and GCC look for headers without being told. */
const HEADER_FOLDERS = ['/usr/local/include', '/usr/include'];

/** Where what is required is on a host: a program, a header, or the code of firmware; undefined if it is not there. */
export async function findRequired(
  requirement: Requirement,
  host: DoctorHost,
): Promise<string | undefined> {
  if ('programs' in requirement) return findOnHost(requirement, host);
  if ('header' in requirement) return findHeader(requirement.header, host);
  const { guest: arch } = requirement;
  const qemu = await findOnHost({ programs: [PLATFORMS[arch].qemuProgram] }, host);
  const { configDirectory } = host.folders;
  const prefixes = await firmwarePrefixes(qemu);
  return (await findFirmware({ arch, prefixes, configDirectory }, host))?.code.path;
}

async function findHeader(name: string, host: DoctorHost): Promise<string | undefined> {
  for (const folder of HEADER_FOLDERS) {
    const path = `${folder}/${name}`;
    if (await host.isFile(path)) return path;
  }
  return undefined;
}
