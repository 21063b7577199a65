import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';
import { systemReason } from '../host/system-errors.js';
import { DEBIAN_ARCHITECTURES, debianArchitecture } from './architectures.js';
import type { Architecture, DebianArchitecture } from './architectures.js';

/** What is fetched prebuilt: the guest's kernel, and llama.cpp with its libraries. */
export type Component = 'kernel' | 'llama';
export const COMPONENTS: readonly Component[] = ['kernel', 'llama'];

/** A release of Debian, by its code name. */
export type Suite = 'bookworm' | 'forky';
export const SUITES: readonly Suite[] = ['bookworm', 'forky'];

/** One Debian package, pinned to its very bytes. */
export interface LockedPackage {
  readonly name: string;
  /** Debian version, with the epoch if it has one: `1:0.7.0+dfsg-2`. */
  readonly version: string;
  readonly architecture: DebianArchitecture;
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
  'Restore artifacts.lock.json from the release, or make it anew with zosia fetch --update-lock.';

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
  components: readonly Component[] = COMPONENTS,
): PinnedPackage[] {
  return components.flatMap((component) =>
    lock.components[component][architecture].map((locked) => ({ ...locked, component })),
  );
}

/** {@link readLock} for text in memory; `origin` is what messages call it. */
export function parseLock(text: string, origin: string): Lock {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new ZosiaError('ZOSIA_LOCK_INVALID', `${origin} is not JSON`, { hint: HINT, cause });
  }
  try {
    return checkLock(root);
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    throw new ZosiaError('ZOSIA_LOCK_INVALID', `${origin}: ${error.message}`, { hint: HINT });
  }
}

class Mistake extends Error {}

function checkLock(value: unknown): Lock {
  const root = fields(value, 'the lock', ['schema', 'snapshot', 'components']);
  if (root.schema !== 1) throw new Mistake('schema is not 1, the only one this zosia knows');
  const snapshot = fields(root.snapshot, 'snapshot', SUITES);
  const components = fields(root.components, 'components', COMPONENTS);
  return {
    schema: 1,
    snapshot: {
      bookworm: matching(snapshot.bookworm, 'snapshot.bookworm', /^\d{8}T\d{6}Z$/),
      forky: matching(snapshot.forky, 'snapshot.forky', /^\d{8}T\d{6}Z$/),
    },
    components: {
      kernel: checkComponent(components.kernel, 'components.kernel'),
      llama: checkComponent(components.llama, 'components.llama'),
    },
  };
}

function checkComponent(value: unknown, at: string): LockedComponent {
  const component = fields(value, at, ['aarch64', 'x86_64']);
  return {
    aarch64: checkPackages(component.aarch64, `${at}.aarch64`, 'aarch64'),
    x86_64: checkPackages(component.x86_64, `${at}.x86_64`, 'x86_64'),
  };
}

function checkPackages(value: unknown, at: string, architecture: Architecture): LockedPackage[] {
  if (!Array.isArray(value) || value.length === 0) throw new Mistake(`${at} lists no package`);
  const packages = value.map((item, index) => checkPackage(item, `${at}[${index}]`));
  const names = new Set<string>();
  for (const { name, architecture: actual } of packages) {
    if (actual !== debianArchitecture(architecture)) {
      throw new Mistake(`${at}: ${name} is for ${actual}`);
    }
    if (names.has(name)) throw new Mistake(`${at}: ${name} is listed twice`);
    names.add(name);
  }
  return packages;
}

/**
 * Checks one package of a lock. Names and versions: Debian Policy 5.6.1 and 5.6.12.
 *
 * @throws Error with a message that starts with `at`
 */
export function checkPackage(value: unknown, at: string): LockedPackage {
  const item = fields(value, at, [
    'name',
    'version',
    'architecture',
    'suite',
    'poolPath',
    'sizeBytes',
    'sha256',
  ]);
  const { sizeBytes } = item;
  if (
    typeof sizeBytes !== 'number' ||
    !Number.isSafeInteger(sizeBytes) ||
    sizeBytes < 1 ||
    sizeBytes > PACKAGE_LIMIT_BYTES
  ) {
    throw new Mistake(`${at}.sizeBytes is not a size between 1 byte and 1 GiB`);
  }
  return {
    name: matching(item.name, `${at}.name`, /^[a-z0-9][a-z0-9+.-]+$/),
    version: matching(item.version, `${at}.version`, /^[0-9][A-Za-z0-9.+:~-]*$/),
    architecture: oneOf(item.architecture, `${at}.architecture`, DEBIAN_ARCHITECTURES),
    suite: oneOf(item.suite, `${at}.suite`, SUITES),
    // Each segment starts with a letter or digit, so none is `.` or `..`.
    poolPath: matching(
      item.poolPath,
      `${at}.poolPath`,
      /^pool(\/[A-Za-z0-9][A-Za-z0-9+.~_-]*)+\.deb$/,
    ),
    sizeBytes,
    sha256: matching(item.sha256, `${at}.sha256`, /^[0-9a-f]{64}$/),
  };
}

/** An object with exactly these members. */
function fields<Name extends string>(
  value: unknown,
  at: string,
  names: readonly Name[],
): Record<Name, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Mistake(`${at} is not an object`);
  }
  const missing = names.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw new Mistake(`${at} lacks "${missing}"`);
  const unknown = Object.keys(value).find((key) => !(names as readonly string[]).includes(key));
  if (unknown !== undefined) throw new Mistake(`${at} has an unknown member "${unknown}"`);
  return value as Record<Name, unknown>;
}

/** A string of the given form. */
function matching(value: unknown, at: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new Mistake(`${at} is not of the form ${pattern.source}`);
  }
  return value;
}

function oneOf<Choice extends string>(
  value: unknown,
  at: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new Mistake(`${at} is none of ${choices.join(', ')}`);
  return choice;
}
