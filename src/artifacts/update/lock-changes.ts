import { ARCHITECTURES } from '../architectures.js';
import type { Architecture } from '../architectures.js';
import { COMPONENTS, SUITES } from '../lock.js';
import type { Component, Lock, LockedPackage, Suite } from '../lock.js';

/** A package that one of two locks has otherwise than the other. */
export interface PackageChange {
  readonly component: Component;
  readonly arch: Architecture;
  readonly name: string;
  /** Undefined for a package that is new. */
  readonly before?: LockedPackage | undefined;
  /** Undefined for one that is needed no more. */
  readonly after?: LockedPackage | undefined;
}

/** A suite whose state is another one. */
export interface SnapshotChange {
  readonly suite: Suite;
  readonly before?: string | undefined;
  readonly after: string;
}

/** What is different between two locks. */
export interface LockChanges {
  readonly snapshot: readonly SnapshotChange[];
  /** By component, architecture and name. */
  readonly packages: readonly PackageChange[];
}

/** @param before undefined where there was no lock */
export function compareLocks(before: Lock | undefined, after: Lock): LockChanges {
  const packages = COMPONENTS.flatMap((component) =>
    ARCHITECTURES.flatMap((arch) => {
      const [old, current] = [before, after].map((lock) => byName(lock, component, arch));
      const names = [...new Set([...old!.keys(), ...current!.keys()])].sort();
      return names
        .map((name) => ({
          component,
          arch,
          name,
          before: old!.get(name),
          after: current!.get(name),
        }))
        .filter((change) => !isSame(change.before, change.after));
    }),
  );
  const snapshot = SUITES.map((suite) => ({
    suite,
    before: before?.snapshot[suite],
    after: after.snapshot[suite],
  })).filter((change) => change.before !== change.after);
  return { snapshot, packages };
}

function byName(
  lock: Lock | undefined,
  component: Component,
  arch: Architecture,
): Map<string, LockedPackage> {
  const packages = lock?.components[component][arch] ?? [];
  return new Map(packages.map((locked) => [locked.name, locked]));
}

const isSame = (a: LockedPackage | undefined, b: LockedPackage | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
