import { ZosiaError } from '../errors.js';
import type { DebianArchitecture } from './architectures.js';
import { COMPONENT_RECIPES } from './components.js';
import { parseRelations } from './deb822.js';
import type { Stanza } from './deb822.js';
import { checkJson } from '../json.js';
import { LOCKED_PACKAGE } from './lock.js';
import type { Component, LockedPackage, Suite } from './lock.js';
import type { PackageIndex } from './package-index.js';

/**
 * Puts a component together from what its suite has now, by following dependencies. A suite holds one
 * version of each package, so what comes out fits together.
 *
 * @param index that of the component's suite for the architecture
 *
 * @returns the packages, sorted by name
 * @throws ZosiaError `ZOSIA_APT_FAILED` if the suite lacks what the component starts from
 */
export async function resolveComponent(
  component: Component,
  architecture: DebianArchitecture,
  index: PackageIndex,
  signal?: AbortSignal,
): Promise<LockedPackage[]> {
  const recipe = COMPONENT_RECIPES[component];
  const rootName = recipe.rootPackage(architecture);
  const wanted = new Map<string, Stanza>();
  const starts = [rootName, ...recipe.besides];
  const seen = new Set<string>(starts);
  let level: readonly string[] = starts;
  while (level.length > 0) {
    const next = new Set<string>();
    for (const stanza of await index.show(level, signal)) {
      const name = stanza.get('package') ?? '';
      const isRoot = name === rootName;
      // A package for all architectures holds no program or library.
      const isMeant = recipe.isForAll && isRoot;
      if (!isMeant && stanza.get('architecture') !== architecture) continue;
      const isBesides = recipe.besides.includes(name);
      const section = stanza.get('section') ?? '';
      if (!isRoot && !isBesides && !recipe.wants({ name, section })) continue;
      if (!isRoot || recipe.wantsRoot) wanted.set(name, stanza);
      for (const dependency of dependenciesOf(stanza)) {
        if (!seen.has(dependency)) next.add(dependency);
        seen.add(dependency);
      }
    }
    level = [...next];
  }
  if (wanted.size === 0) {
    throw new ZosiaError(
      'ZOSIA_APT_FAILED',
      `${recipe.suite} has no package ${rootName} for ${architecture} any more`,
      { hint: 'Update zosia: a newer release may know what took its place.' },
    );
  }
  return [...wanted.values()].map((stanza) => packageOf(stanza, recipe.suite)).sort(byName);
}

function packageOf(stanza: Stanza, suite: Suite): LockedPackage {
  const name = stanza.get('package');
  const entry = {
    name,
    version: stanza.get('version'),
    architecture: stanza.get('architecture'),
    suite,
    poolPath: stanza.get('filename'),
    sizeBytes: Number(stanza.get('size')),
    sha256: stanza.get('sha256'),
  };
  return checkJson(LOCKED_PACKAGE, entry, (problem) => {
    const where = `${suite}, the index entry of ${name ?? 'a package'}`;
    return new ZosiaError('ZOSIA_APT_FAILED', `${where}: ${problem}`, {
      hint: 'Try again later, or ask whoever runs the mirror.',
    });
  });
}

function byName(a: LockedPackage, b: LockedPackage): number {
  return a.name < b.name ? -1 : 1;
}

/** Every package named in a stanza's relations; alternatives that do not exist are no harm. */
function dependenciesOf(stanza: Stanza): string[] {
  return ['pre-depends', 'depends'].flatMap((field) =>
    parseRelations(stanza.get(field) ?? '').flat(),
  );
}
