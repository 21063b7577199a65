import { ZosiaError } from '../../errors.js';
import { moduleNameOf, normaliseModuleName, pathsByModuleName } from './module-name.js';

/** For each module file, the files of the modules it depends on. */
export type ModuleDependencies = ReadonlyMap<string, readonly string[]>;

export interface LoadOrderOptions {
  /** Text of modules.builtin: what is part of the kernel needs no loading. */
  readonly builtin?: string | undefined;
}

/**
 * Parses modules.dep (modules.dep(5)): `path: path path`, one module a line. Paths are kept as they
 * stand, relative to /lib/modules/<release> as a rule.
 *
 * @throws ZosiaError `ZOSIA_KERNEL_MODULES_DEP_INVALID`
 */
export function parseModulesDep(text: string): Map<string, string[]> {
  const dependencies = new Map<string, string[]>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    if (colon <= 0) {
      throw new ZosiaError(
        'ZOSIA_KERNEL_MODULES_DEP_INVALID',
        `modules.dep, line ${index + 1}: no "module: dependencies"`,
        { hint: 'Run depmod again for this kernel.' },
      );
    }
    const paths = line.slice(colon + 1).split(' ');
    dependencies.set(
      line.slice(0, colon),
      paths.filter((path) => path !== ''),
    );
  }
  return dependencies;
}

/** Names of the modules that modules.builtin lists. */
export function builtinModules(text: string): Set<string> {
  return new Set(text.split('\n').flatMap((line) => moduleNameOf(line.trim()) ?? []));
}

/**
 * The files to load, in order, so that the wanted modules (`virtio_blk` or `virtio-blk`) and all they
 * depend on are there: dependencies first, each file once, wanted modules in the order given.
 *
 * @throws ZosiaError `ZOSIA_KERNEL_MODULE_MISSING`, `ZOSIA_KERNEL_MODULE_CYCLE`
 */
export function loadOrder(
  dependencies: ModuleDependencies,
  wanted: readonly string[],
  options: LoadOrderOptions = {},
): string[] {
  const builtin = builtinModules(options.builtin ?? '');
  const pathOfName = pathsByModuleName(dependencies.keys());

  const ordered = new Set<string>();
  for (const given of wanted) {
    const name = normaliseModuleName(given);
    const path = pathOfName.get(name);
    if (path !== undefined) addInOrder(path, dependencies, ordered);
    else if (!builtin.has(name)) throw missingModule(given);
  }
  return [...ordered];
}

/** Depth first with a stack of its own, so that a long chain cannot exhaust the program's. */
function addInOrder(root: string, dependencies: ModuleDependencies, ordered: Set<string>): void {
  const pending = [{ path: root, next: 0 }];
  const inProgress = new Set([root]);
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    const direct = dependencies.get(top.path);
    if (direct === undefined) throw missingModule(top.path);
    const dependency = direct[top.next++];
    if (dependency === undefined) {
      pending.pop();
      inProgress.delete(top.path);
      ordered.add(top.path);
    } else if (inProgress.has(dependency)) {
      throw moduleCycle([...inProgress, dependency]);
    } else if (!ordered.has(dependency)) {
      pending.push({ path: dependency, next: 0 });
      inProgress.add(dependency);
    }
  }
}

export function missingModule(module: string): ZosiaError {
  return new ZosiaError('ZOSIA_KERNEL_MODULE_MISSING', `the kernel has no module ${module}`, {
    hint: 'Use a kernel with virtio as modules or built in, and the modules of that very kernel.',
  });
}

function moduleCycle(paths: readonly string[]): ZosiaError {
  const cycle = paths.slice(paths.indexOf(paths.at(-1)!));
  return new ZosiaError(
    'ZOSIA_KERNEL_MODULE_CYCLE',
    `modules depend on each other in a circle: ${cycle.join(' -> ')}`,
    { hint: 'modules.dep or the modules are damaged; fetch the kernel again.' },
  );
}
