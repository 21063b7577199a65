import { relative } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { hasTitle, readPromises } from './promises.js';

/** Promises whose tests did not pass, among the files that ran. */
export function brokenPromises(
  promises: ReturnType<typeof readPromises>,
  passed: ReadonlyMap<string, readonly string[]>,
): string[] {
  return promises
    .filter(({ file, title }) => !passed.get(file)?.some((ran) => hasTitle(title, ran)))
    .map(({ promise, file, title }) => `no test held the promise "${promise}": ${file}: ${title}`);
}

/** Fails a whole run of the tests in which a test that docs/promises.md names did not run and pass. */
export class PromiseReport implements Reporter {
  #isWhole = false;
  #root = '';

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
    const { testNamePattern, shard } = vitest.config;
    this.#isWhole = testNamePattern === undefined && shard === undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], _: unknown, ending: string): void {
    const passed = new Map<string, string[]>();
    for (const module of modules) {
      const tests = [...module.children.allTests('passed')];
      passed.set(
        relative(this.#root, module.moduleId),
        tests.map(({ name }) => name),
      );
    }
    const promises = readPromises();
    // A run of some files says nothing of the others.
    if (!this.#isWhole || ending !== 'passed') return;
    if (promises.some(({ file }) => !passed.has(file))) return;
    const broken = brokenPromises(promises, passed);
    for (const line of broken) console.error(line);
    if (broken.length > 0) process.exitCode = 1;
  }
}
