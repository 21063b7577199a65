import { realpath, stat } from 'node:fs/promises';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { findProgram } from '../../host/programs.js';
import { APPLE_SILICON_FOLDER, isTranslated } from './macos.js';
import { PLATFORMS } from './platform.js';

/** A program on disk, and what tells it from another version of itself. */
export interface QemuBinary {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** Where Homebrew and MacPorts have programs, even when a shell's profile has not put it on the PATH. */
const PACKAGE_FOLDERS = [
  APPLE_SILICON_FOLDER,
  '/usr/local/bin',
  '/home/linuxbrew/.linuxbrew/bin',
  '/opt/local/bin',
];

/** Where to look for QEMU: under Rosetta the PATH may lead to one that is itself for Intel. */
export function qemuFolders(searchPath: readonly string[], translated: boolean): string[] {
  return [...(translated ? [APPLE_SILICON_FOLDER] : []), ...searchPath, ...PACKAGE_FOLDERS];
}

/**
 * Finds QEMU's program for an architecture on the search path, or where Homebrew or MacPorts puts it.
 *
 * @throws ZosiaError `ZOSIA_QEMU_NOT_FOUND`
 */
export async function findQemu(
  arch: Architecture,
  searchPath: readonly string[],
): Promise<QemuBinary> {
  const program = PLATFORMS[arch].qemuProgram;
  const path = await findProgram([program], qemuFolders(searchPath, await isTranslated()));
  if (path === undefined) {
    throw new ZosiaError('ZOSIA_QEMU_NOT_FOUND', `${program} is not installed`, {
      hint: 'Install it with: zosia doctor --install',
    });
  }
  return describeQemu(path);
}

/** The program at a path. @throws the system's error where there is none */
export async function describeQemu(path: string): Promise<QemuBinary> {
  const { size, mtimeMs } = await stat(await realpath(path));
  return { path, sizeBytes: size, mtimeMs };
}
