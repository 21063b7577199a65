import { rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { baseFolder, userLockPath } from './places.js';
import type { Places } from './places.js';
import type { Architecture } from '../artifacts/architectures.js';
import { architectureOfKernel, architectureOfRootfs } from '../artifacts/buildroot/architecture.js';
import type { FoundFile, PinnedFile } from '../artifacts/buildroot/found-file.js';
import { checkPinned, readUserLock, writeUserLock } from '../artifacts/buildroot/lock.js';
import type { PinnedBuildroot } from '../artifacts/buildroot/lock.js';
import { originName } from '../artifacts/origin.js';
import { withOrigin } from '../artifacts/origin-file.js';
import type { OriginOptions } from '../artifacts/origin-file.js';
import { openBuildroot } from '../artifacts/buildroot/output.js';
import { findFetched, replaceFetched } from '../artifacts/buildroot/store.js';
import { ZosiaError } from '../errors.js';
import { makeOutputFolder } from '../host/output-file.js';
import { withTemporaryFolder } from '../host/temporary.js';
import { option, wording } from '../wording.js';

export interface FetchBuildrootOptions extends Pick<
  OriginOptions,
  'sha256' | 'onBytes' | 'onWait' | 'signal'
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
  /** A sentence for a kernel or root file system that is there in no form that is taken. */
  readonly notes: readonly string[];
}

/**
 * Takes kernel and root file system of an output of Buildroot into the artifacts, and pins them in the
 * user's lock. Nothing is changed unless all of it is as it should be; and what is pinned is there whenever
 * it ends.
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
  const isThere = (await stat(temporaryParent).catch(() => undefined)) !== undefined;
  return withOrigin(from, { ...options, temporaryParent }, async (path) => {
    const chosen = await openBuildroot(path, { origin, arch: options.arch, signal });
    await makeOutputFolder(temporaryParent);
    return withTemporaryFolder(temporaryParent, async (staged) => {
      const take = async (file: FoundFile | undefined): Promise<PinnedFile | undefined> =>
        file?.copy(join(staged, file.name), signal);
      const kernel = await take(chosen.kernel);
      const rootfs = await take(chosen.rootfs);
      const arch = await architectureOf({ kernel, rootfs }, staged, options);
      const pinned: PinnedBuildroot = {
        origin,
        ...(kernel && { kernel }),
        ...(rootfs && { rootfs }),
      };
      if (!updateLock) checkPinned(lock.buildroot[arch], pinned);
      const store = baseFolder(places, arch);
      await makeOutputFolder(store);
      signal?.throwIfAborted();
      await replaceFetched(store, {
        staged,
        before: lock.buildroot[arch],
        pinned,
        commit: () => pin(lockPath, arch, pinned),
      });
      return {
        ...pinned,
        arch,
        kernelPath: kernel && join(store, kernel.name),
        rootfsPath: rootfs && join(store, rootfs.name),
        notes: chosen.notes,
      };
    });
  }).catch(async (error: unknown) => {
    // Made for temporary files alone; one that is not empty stays.
    if (!isThere) await rmdir(temporaryParent).catch(() => undefined);
    throw error;
  });
}

/** Reads the lock anew: what was pinned meanwhile for the other architecture stays. */
async function pin(lockPath: string, arch: Architecture, pinned: PinnedBuildroot): Promise<void> {
  const lock = await readUserLock(lockPath);
  await writeUserLock(lockPath, { ...lock, buildroot: { ...lock.buildroot, [arch]: pinned } });
}

/** The one of the kernel; and of the programs beside it, or alone. */
async function architectureOf(
  { kernel, rootfs }: Pick<PinnedBuildroot, 'kernel' | 'rootfs'>,
  staged: string,
  { arch, signal }: FetchBuildrootOptions,
): Promise<Architecture> {
  const ofKernel = kernel && (await architectureOfKernel(join(staged, kernel.name), kernel.name));
  if (ofKernel && ofKernel !== (arch ?? ofKernel)) {
    throw otherArchitecture(`${kernel.name} is a kernel for ${ofKernel}`);
  }
  const known = ofKernel ?? arch;
  const { name } = rootfs ?? {};
  if (name === undefined) return known!;
  const path = join(staged, name);
  if (known === undefined) return architectureOfRootfs(path, name, signal);
  // What cannot be read is told when it is to be used: the kernel may read it.
  const ofRootfs = await architectureOfRootfs(path, name, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    if (error instanceof ZosiaError) return known;
    throw error;
  });
  if (ofRootfs === known) return known;
  throw otherArchitecture(
    ofKernel
      ? `${kernel.name} is a kernel for ${ofKernel}, and ${name} has programs for ${ofRootfs}`
      : `${name} has programs for ${ofRootfs}`,
  );
}

const otherArchitecture = (what: string): ZosiaError =>
  new ZosiaError('ZOSIA_BUILDROOT_REFUSED', what, {
    hint: wording`Leave out ${option('arch')}, or name the output that was built for it.`,
  });

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
  signal?: AbortSignal,
): Promise<string> {
  const { buildroot } = await readUserLock(userLockPath(places));
  const pinned = buildroot[arch]?.[what];
  const found = pinned && (await findFetched(baseFolder(places, arch), pinned, signal));
  const word = what === 'kernel' ? 'kernel' : 'root file system';
  if (!found) {
    throw new ZosiaError('ZOSIA_FILE_NOT_FOUND', `no ${word} of Buildroot's for ${arch} is there`, {
      hint: 'Fetch one with zosia fetch --from FOLDER.',
    });
  }
  if (!found.isPinned) {
    throw new ZosiaError(
      'ZOSIA_BASE_CHANGED',
      `${found.path} is not the ${word} that zosia.lock.json pins`,
      { hint: 'Fetch it again with zosia fetch --from FOLDER.' },
    );
  }
  return found.path;
}
