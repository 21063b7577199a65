import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { baseFolder, userLockPath } from './places.js';
import type { Places } from './places.js';
import type { Architecture } from '../artifacts/architectures.js';
import { architectureOfKernel, architectureOfRootfs } from '../artifacts/buildroot/architecture.js';
import { checkPinned, readUserLock, writeUserLock } from '../artifacts/buildroot/lock.js';
import type { PinnedBuildroot } from '../artifacts/buildroot/lock.js';
import { originName, withOrigin } from '../artifacts/buildroot/origin.js';
import type { OriginOptions } from '../artifacts/buildroot/origin.js';
import { openBuildroot } from '../artifacts/buildroot/output.js';
import type { PinnedFile } from '../artifacts/buildroot/output.js';
import { ZosiaError } from '../errors.js';
import { digestFile } from '../host/digest.js';
import { isFile } from '../host/host-file.js';
import { makeOutputFolder } from '../host/output-file.js';
import { withTemporaryFolder } from '../host/temporary.js';
import { option, wording } from '../wording.js';

export interface FetchBuildrootOptions extends Pick<
  OriginOptions,
  'sha256' | 'onBytes' | 'signal'
> {
  readonly places: Places;
  /** A folder, a tar archive, or the URL of one. */
  readonly from: string;
  /** What it must be for; what its kernel or its programs say unless given. */
  readonly arch?: Architecture | undefined;
  /** Takes other bytes than those that are pinned for the same origin. */
  readonly updateLock?: boolean | undefined;
}

/** What was taken, and where it is now. */
export interface FetchedBuildroot extends PinnedBuildroot {
  readonly arch: Architecture;
  readonly kernelPath?: string | undefined;
  readonly rootfsPath?: string | undefined;
}

/**
 * Takes kernel and root file system of an output of Buildroot into the artifacts, and pins them in the
 * user's lock. Nothing is changed unless all of it is as it should be.
 *
 * @throws ZosiaError as `withOrigin`, `openBuildroot`, `architectureOfKernel`, `architectureOfRootfs`,
 *   `readUserLock` and `checkPinned`
 */
export async function fetchBuildroot(options: FetchBuildrootOptions): Promise<FetchedBuildroot> {
  const { places, from, signal, updateLock = false } = options;
  const origin = originName(from);
  const lockPath = userLockPath(places);
  const lock = await readUserLock(lockPath);
  const temporaryParent = places.artifactsDir;
  return withOrigin(from, { ...options, temporaryParent }, async (path) => {
    const output = await openBuildroot(path, origin, options.arch);
    await makeOutputFolder(temporaryParent);
    return withTemporaryFolder(temporaryParent, async (folder) => {
      const { chosen } = output;
      const take = async (file: typeof chosen.kernel): Promise<PinnedFile | undefined> =>
        file && (await output.copy(file, join(folder, file.name), signal));
      const kernel = await take(chosen.kernel);
      const rootfs = await take(chosen.rootfs);
      const arch = await architectureOf({ kernel, rootfs }, folder, options);
      const pinned: PinnedBuildroot = {
        origin,
        ...(kernel && { kernel }),
        ...(rootfs && { rootfs }),
      };
      if (!updateLock) checkPinned(lock.buildroot[arch], pinned);
      const target = baseFolder(places, arch);
      await makeOutputFolder(target);
      const names = [kernel, rootfs].flatMap((file) => (file ? [file.name] : []));
      for (const name of names) await rename(join(folder, name), join(target, name));
      for (const name of await readdir(target)) {
        if (!names.includes(name)) await rm(join(target, name), { recursive: true });
      }
      const buildroot = { ...lock.buildroot, [arch]: pinned };
      await writeUserLock(lockPath, { ...lock, buildroot });
      return {
        ...pinned,
        arch,
        kernelPath: kernel && join(target, kernel.name),
        rootfsPath: rootfs && join(target, rootfs.name),
      };
    });
  });
}

async function architectureOf(
  { kernel, rootfs }: Pick<PinnedBuildroot, 'kernel' | 'rootfs'>,
  folder: string,
  { arch, signal }: FetchBuildrootOptions,
): Promise<Architecture> {
  if (!kernel && arch) return arch;
  const found = kernel
    ? await architectureOfKernel(join(folder, kernel.name), kernel.name)
    : await architectureOfRootfs(join(folder, rootfs!.name), rootfs!.name, signal);
  if (found === (arch ?? found)) return found;
  throw new ZosiaError('ZOSIA_BUILDROOT_REFUSED', `${kernel!.name} is a kernel for ${found}`, {
    hint: wording`Leave out ${option('arch')}, or name the output that was built for it.`,
  });
}

/**
 * The path of what was fetched, whose bytes are those that are pinned.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND` when nothing of the kind was fetched, `ZOSIA_BASE_CHANGED`
 *   when it was changed since
 */
export async function fetchedBuildroot(
  places: Places,
  arch: Architecture,
  what: 'kernel' | 'rootfs',
): Promise<string> {
  const { buildroot } = await readUserLock(userLockPath(places));
  const pinned = buildroot[arch]?.[what];
  const path = pinned && join(baseFolder(places, arch), pinned.name);
  if (path === undefined || !(await isFile(path))) {
    const word = what === 'kernel' ? 'kernel' : 'root file system';
    throw new ZosiaError('ZOSIA_FILE_NOT_FOUND', `no ${word} of Buildroot's for ${arch} is there`, {
      hint: 'Fetch one with zosia fetch --from FOLDER.',
    });
  }
  const { size } = await stat(path);
  if (size !== pinned!.sizeBytes || (await digestFile(path, size)) !== pinned!.sha256) {
    throw new ZosiaError('ZOSIA_BASE_CHANGED', `${path} is not what the lock pins`, {
      hint: 'Fetch it again with zosia fetch --from FOLDER.',
    });
  }
  return path;
}
