import { ARCHITECTURES, debianArchitecture } from '../architectures.js';
import type { Architecture } from '../architectures.js';
import { COMPONENT_RECIPES } from '../components.js';
import { COMPONENTS, SUITES } from '../lock.js';
import type { Component, Lock, LockedPackage, Suite } from '../lock.js';
import { resolveComponent } from '../resolve.js';
import { refused, requireSuite } from './refused.js';
import type { IndexSource } from './suite-index.js';

export interface ResolveLockOptions {
  /** What the lock is now; may be undefined where all components are resolved. */
  readonly before: Lock | undefined;
  /** All unless given. */
  readonly components?: readonly Component[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with a line for each step that takes a while. */
  readonly log?: ((message: string) => void) | undefined;
}

/**
 * The snapshot archive takes each state of the archive some time after its Release file is dated,
 * and the archive keeps superseded packages for a day or more: a time between holds all of them.
 */
const SNAPSHOT_DELAY_MS = 6 * 3600 * 1000;

/**
 * The components that are resolved when some are named: a lock has one time for each suite, at which all that
 * is pinned of it is there, so that what comes from one suite goes together.
 */
export function togetherWith(named: readonly Component[]): Component[] {
  const suites = named.map((component) => COMPONENT_RECIPES[component].suite);
  return COMPONENTS.filter((component) => suites.includes(COMPONENT_RECIPES[component].suite));
}

/**
 * Makes a lock of what the suites have now: of those that the components come from; the rest stays as it was.
 *
 * @throws ZosiaError `ZOSIA_INDEX_REFUSED` for an index of another suite, or one that is older than the lock;
 *   and as `IndexSource.open` and `resolveComponent`
 */
export async function resolveLock(
  source: IndexSource,
  { before, components = COMPONENTS, signal, log }: ResolveLockOptions,
): Promise<Lock> {
  const wanted = before ? togetherWith(components) : COMPONENTS;
  const times = new Map<Suite, string>();
  const packages = new Map<string, readonly LockedPackage[]>();
  for (const suite of SUITES) {
    const ofSuite = wanted.filter((component) => COMPONENT_RECIPES[component].suite === suite);
    if (ofSuite.length === 0) continue;
    for (const arch of ARCHITECTURES) {
      const architecture = debianArchitecture(arch);
      log?.(`reading the index of ${suite} for ${architecture}`);
      const index = await source.open(suite, architecture, signal);
      requireSuite(suite, index.release);
      const time = snapshotTime(suite, index.release.date);
      const other = before?.snapshot[suite];
      if (other !== undefined && time < other) throw older(suite, time, other);
      // The archive may have been updated between two architectures: the later time has both.
      times.set(suite, [times.get(suite) ?? '', time].sort().at(-1)!);
      for (const component of ofSuite) {
        const resolved = await resolveComponent(component, architecture, index, signal);
        packages.set(`${component} ${arch}`, resolved);
      }
    }
  }
  const of = (component: Component, arch: Architecture): readonly LockedPackage[] =>
    packages.get(`${component} ${arch}`) ?? before!.components[component][arch];
  const both = (component: Component): Lock['components'][Component] => ({
    aarch64: of(component, 'aarch64'),
    x86_64: of(component, 'x86_64'),
  });
  const timeOf = (suite: Suite): string => times.get(suite) ?? before!.snapshot[suite];
  return {
    schema: 1,
    snapshot: { bookworm: timeOf('bookworm'), forky: timeOf('forky') },
    components: {
      kernel: both('kernel'),
      llama: both('llama'),
      'llama-rpc': both('llama-rpc'),
      'kernel-source': both('kernel-source'),
    },
  };
}

const older = (suite: Suite, time: string, other: string): Error =>
  refused(
    suite,
    `it is older than the lock (its state is of ${time}, that of the lock of ${other})`,
    {
      hint: 'Nothing was changed. The mirror is behind, or somebody gives an old state out for the current one: name another mirror.',
    },
  );

/** A lock as text, the same for the same lock. */
export function formatLock(lock: Lock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/**
 * A time in the snapshot archive's notation, by a Release file's date.
 *
 * @throws ZosiaError `ZOSIA_INDEX_REFUSED`
 */
export function snapshotTime(suite: Suite, releaseDate: string): string {
  const time = Date.parse(releaseDate);
  if (Number.isNaN(time)) throw refused(suite, `its Release file has no date ("${releaseDate}")`);
  return snapshotNotation(time + SNAPSHOT_DELAY_MS);
}

/** @param time in milliseconds since 1970 */
export const snapshotNotation = (time: number): string =>
  new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
