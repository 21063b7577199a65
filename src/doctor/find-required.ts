import { findFirmware, firmwarePrefixes } from '../machine/firmware/find.js';
import { PLATFORMS } from '../machine/qemu/platform.js';
import type { DoctorHost } from './host.js';
import { findOnHost } from './programs.js';
import type { RequiredHeaders, Requirement } from './requirement.js';

/** Where clang and GCC look for headers without being told. */
const HEADER_FOLDERS = ['/usr/local/include', '/usr/include'];

/** Where what is required is on a host: a program, a header, or the code of firmware; undefined if it is not there. */
export async function findRequired(
  requirement: Requirement,
  host: DoctorHost,
): Promise<string | undefined> {
  if ('programs' in requirement) return findOnHost(requirement, host);
  if ('header' in requirement) return findHeader(requirement, host);
  const { guest: arch } = requirement;
  const qemu = await findOnHost({ programs: [PLATFORMS[arch].qemuProgram] }, host);
  const { configDirectory } = host.folders;
  const prefixes = await firmwarePrefixes(qemu);
  return (await findFirmware({ arch, prefixes, configDirectory }, host))?.code.path;
}

async function findHeader(
  { header, folders = HEADER_FOLDERS }: RequiredHeaders,
  host: DoctorHost,
): Promise<string | undefined> {
  for (const folder of (await Promise.all(folders.map((each) => expand(each, host)))).flat()) {
    const path = `${folder}/${header}`;
    if (await host.isFile(path)) return path;
  }
  return undefined;
}

/** The folders that a path with `*` for any name stands for, whether or not they are there. */
async function expand(path: string, host: DoctorHost): Promise<string[]> {
  let folders = [''];
  for (const part of path.split('/').slice(1)) {
    const [before, behind] = part.split('*');
    const extended = folders.map(async (folder) => {
      if (behind === undefined) return [`${folder}/${part}`];
      const names = await host.list(folder);
      const matching = names.filter((name) => name.startsWith(before!) && name.endsWith(behind));
      return matching.map((name) => `${folder}/${name}`);
    });
    folders = (await Promise.all(extended)).flat();
  }
  return folders;
}
