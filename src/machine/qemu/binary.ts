import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { APPLE_SILICON_FOLDER, isTranslated } from './macos.js';
import { PLATFORMS } from './platform.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A program on disk, and what tells it from another version of itself. */
export interface QemuBinary {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** Where Homebrew and MacPorts have programs, even when a shell's profile has not put it on the PATH. */
const PACKAGE_FOLDERS = [
  ...[APPLE_SILICON_FOLDER, '/usr/local/bin', '/home/linuxbrew/.linuxbrew/bin'],
  '/opt/local/bin',
];

/** Where to look for QEMU: under Rosetta the PATH may lead to one that is itself for Intel. */
export function qemuFolders(env: Environment, translated: boolean): string[] {
  const named = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  return [...(translated ? [APPLE_SILICON_FOLDER] : []), ...named, ...PACKAGE_FOLDERS];
}

/**
 * Finds QEMU's program for an architecture on the PATH, or where Homebrew or MacPorts puts it.
 *
 * @throws ZosiaError `ZOSIA_QEMU_NOT_FOUND`
 */
export async function findQemu(arch: Architecture, env: Environment): Promise<QemuBinary> {
  const program = PLATFORMS[arch].qemuProgram;
  for (const folder of qemuFolders(env, await isTranslated())) {
    const path = join(folder, program);
    if (!(await isExecutable(path))) continue;
    const { size, mtimeMs } = await stat(await realpath(path));
    return { path, sizeBytes: size, mtimeMs };
  }
  throw new ZosiaError('ZOSIA_QEMU_NOT_FOUND', `${program} is not installed`, {
    hint: 'Install it with: zosia doctor --install',
  });
}

/** The path of a program on the PATH, or undefined. */
export async function findProgram(name: string, env: Environment): Promise<string | undefined> {
  for (const folder of (env.PATH ?? '').split(delimiter).filter(isAbsolute)) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
