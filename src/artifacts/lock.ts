import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { ZosiaError } from '../errors.js';
import { systemReason } from '../host/system-errors.js';
import { matching, parseJson, strictObject, wholeNumber } from '../json.js';
import { DEBIAN_ARCHITECTURES } from './architectures.js';
import type { Architecture, DebianArchitecture } from './architectures.js';

/**
 * What is fetched: Debian's kernel and llama.cpp with its libraries, both prebuilt, what llama.cpp needs besides
 * to compute on several machines, and the source that kernels are compiled from.
 */
export type Component = 'kernel' | 'llama' | 'llama-rpc' | 'kernel-source';
export const COMPONENTS: readonly Component[] = ['kernel', 'llama', 'llama-rpc', 'kernel-source'];

/** Those that a guest is made of beside the kernel that ships, and that are meant unless others are named. */
export const GUEST_COMPONENTS: readonly Component[] = ['llama'];

/** A release of Debian, by its code name. */
export type Suite = 'bookworm' | 'forky';
export const SUITES: readonly Suite[] = ['bookworm', 'forky'];

/** One Debian package, pinned to its very bytes. */
export interface LockedPackage {
  readonly name: string;
  /** Debian version, with the epoch if it has one: `1:0.7.0+dfsg-2`. */
  readonly version: string;
  /** `all` for what is the same on every machine. */
  readonly architecture: DebianArchitecture | 'all';
  readonly suite: Suite;
  /** Where it lies below an archive's base: `pool/main/...deb`. */
  readonly poolPath: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** A package together with the component it is part of. */
export type PinnedPackage = LockedPackage & { readonly component: Component };

export type LockedComponent = Readonly<Record<Architecture, readonly LockedPackage[]>>;

export interface Lock {
  readonly schema: 1;
  /** For each suite, a time (`20261030T140801Z`) at which the snapshot archive holds its packages. */
  readonly snapshot: Readonly<Record<Suite, string>>;
  readonly components: Readonly<Record<Component, LockedComponent>>;
}

/** The lock that ships with zosia; the same place seen from `src/` and from `dist/`. */
export const LOCK_PATH = fileURLToPath(new URL('../../artifacts.lock.json', import.meta.url));

/** No package zosia uses comes near this; a size beyond it is a mistake or an attack. */
const PACKAGE_LIMIT_BYTES = 2 ** 30;

const HINT =
  'Restore artifacts.lock.json from the release, or make it anew with zosia fetch --update.';

/**
 * Reads and checks a lock file.
 *
 * @throws ZosiaError `ZOSIA_LOCK_INVALID`, naming the place in the file
 */
export async function readLock(path: string = LOCK_PATH): Promise<Lock> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ZosiaError('ZOSIA_LOCK_INVALID', `${path} cannot be read: ${systemReason(cause)}`, {
      hint: HINT,
      cause,
    });
  }
  return parseLock(text, path);
}

/** The packages an architecture needs, component by component, in the lock's order. */
export function lockedPackages(
  lock: Lock,
  architecture: Architecture,
  components: readonly Component[] = GUEST_COMPONENTS,
): PinnedPackage[] {
  return components.flatMap((component) =>
    lock.components[component][architecture].map((locked) => ({ ...locked, component })),
  );
}

/** {@link readLock} for text in memory; `origin` is what messages call it. */
export function parseLock(text: string, origin: string): Lock {
  return parseJson(
    LOCK,
    text,
    (problem, cause) =>
      new ZosiaError('ZOSIA_LOCK_INVALID', `${origin}: ${problem}`, { hint: HINT, cause }),
  );
}

/** Names and versions: Debian Policy 5.6.1 and 5.6.12. */
export const LOCKED_PACKAGE = strictObject({
  name: matching(/^[a-z0-9][a-z0-9+.-]+$/),
  version: matching(/^[0-9][A-Za-z0-9.+:~-]*$/),
  architecture: v.picklist([...DEBIAN_ARCHITECTURES, 'all']),
  suite: v.picklist(SUITES),
  // Each segment starts with a letter or digit, so none is `.` or `..`.
  poolPath: matching(/^pool(\/[A-Za-z0-9][A-Za-z0-9+.~_-]*)+\.deb$/),
  sizeBytes: wholeNumber(1, PACKAGE_LIMIT_BYTES),
  sha256: matching(/^[0-9a-f]{64}$/),
}) satisfies v.GenericSchema<unknown, LockedPackage>;

const packagesFor = (architecture: LockedPackage['architecture']) =>
  v.pipe(
    v.array(LOCKED_PACKAGE, 'lists no package'),
    v.minLength(1, 'lists no package'),
    v.check(
      (packages) => misplaced(packages, architecture) === undefined,
      ({ input }) => misplaced(input, architecture) ?? '',
    ),
  );

/** What is wrong with the packages of an architecture as a whole, if anything is. */
function misplaced(
  packages: readonly LockedPackage[],
  architecture: LockedPackage['architecture'],
): string | undefined {
  const names = new Set<string>();
  for (const { name, architecture: actual } of packages) {
    if (actual !== architecture) return `has ${name}, which is for ${actual}`;
    if (names.has(name)) return `has ${name} twice`;
    names.add(name);
  }
  return undefined;
}

const COMPONENT = strictObject({ aarch64: packagesFor('arm64'), x86_64: packagesFor('amd64') });
const SOURCES = strictObject({ aarch64: packagesFor('all'), x86_64: packagesFor('all') });
const SNAPSHOT_TIME = matching(/^\d{8}T\d{6}Z$/);

const LOCK = strictObject({
  schema: v.literal(1),
  snapshot: strictObject({ bookworm: SNAPSHOT_TIME, forky: SNAPSHOT_TIME }),
  components: strictObject({
    kernel: COMPONENT,
    llama: COMPONENT,
    'llama-rpc': COMPONENT,
    'kernel-source': SOURCES,
  }),
}) satisfies v.GenericSchema<unknown, Lock>;
