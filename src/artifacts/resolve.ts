import { ZosiaError } from '../errors.js';
import type { DebianArchitecture } from './architectures.js';
import { mustRunApt } from './apt.js';
import type { AptRunner } from './apt.js';
import type { AptRoot } from './apt-root.js';
import { COMPONENT_RECIPES } from './components.js';
import { parseRelations, parseStanzas } from './deb822.js';
import type { Stanza } from './deb822.js';
import { checkJson } from '../json.js';
import { LOCKED_PACKAGE } from './lock.js';
import type { Component, LockedPackage, Suite } from './lock.js';

/**
 * Puts a component together from what its suite has now, by following dependencies in a private
 * root whose indexes are up to date. A suite holds one version of each package, so what comes out
 * fits together.
 *
 * @returns the packages, sorted by name
 * @throws ZosiaError `ZOSIA_APT_FAILED` if the suite lacks what the component starts from
 */
export async function resolveComponent(
  component: Component,
  architecture: DebianArchitecture,
  root: AptRoot,
  run: AptRunner,
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
    for (const stanza of await show(root, level, run, signal)) {
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
      hint: 'Run "apt-get update", or ask whoever runs the configured mirror.',
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

/** What the suite says of the named packages; names it does not have are left out. */
async function show(
  root: AptRoot,
  names: readonly string[],
  run: AptRunner,
  signal?: AbortSignal,
): Promise<Stanza[]> {
  const args = ['show', '--no-all-versions', ...root.options, ...names];
  const tolerant: AptRunner = async (program, commandLine, abort) => {
    const result = await run(program, commandLine, abort);
    // apt-cache fails when it knows none of the names, which a level of virtual packages may be.
    const noneFound = result.stderr.includes('No packages found');
    return noneFound ? { ...result, exitCode: 0, stdout: '' } : result;
  };
  return parseStanzas(
    await mustRunApt(tolerant, 'apt-cache', args, 'cannot read the package index', signal),
  );
}
