import { relative } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { ALL_SLOW_TESTS } from '../changed/slow-tests.js';
import { hasTitle, readPromises } from './promises.js';
import { skipReason } from './skip-report.js';

/** The titles of a file's tests that passed, or were skipped with a reason: the report of those names it. */
export interface HeldTitles {
  readonly passed: readonly string[];
  readonly skipped: readonly string[];
}

/** Promises whose tests neither passed nor were skipped for a reason, in a run of all files. */
export function brokenPromises(
  promises: ReturnType<typeof readPromises>,
  ran: ReadonlyMap<string, HeldTitles>,
): string[] {
  return promises
    .filter(({ file, title }) => {
      const { passed = [], skipped = [] } = ran.get(file) ?? {};
      return ![...passed, ...skipped].some((each) => hasTitle(title, each));
    })
    .map(({ promise, file, title }) => `no test held the promise "${promise}": ${file}: ${title}`);
}

/** Fails a whole run of the tests in which a test that docs/promises.md names did not run and pass. */
export class PromiseReport implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(modules: readonly TestModule[], _: unknown, ending: string): Promise<void> {
    const vitest = this.#vitest;
    if (!vitest || ending !== 'passed' || !(await isWholeRun(vitest, modules))) return;
    const ran = new Map<string, HeldTitles>();
    for (const module of modules) {
      const skipped = [...module.children.allTests('skipped')].filter((test) => skipReason(test));
      ran.set(relative(vitest.config.root, module.moduleId), {
        passed: [...module.children.allTests('passed')].map(({ name }) => name),
        skipped: skipped.map(({ name }) => name),
      });
    }
    // Those of slow tests are held by `npm run test:changed`.
    const promises = readPromises().filter(({ file }) => !ALL_SLOW_TESTS.includes(file));
    const broken = brokenPromises(promises, ran);
    for (const line of broken) console.error(line);
    if (broken.length > 0) process.exitCode = 1;
  }
}

/** Whether all files of all projects ran, with all of their tests: a part says nothing of the others. */
async function isWholeRun(vitest: Vitest, modules: readonly TestModule[]): Promise<boolean> {
  const { testNamePattern, project } = vitest.config;
  if (testNamePattern !== undefined || project.length > 0) return false;
  const ran = new Set(modules.map(({ moduleId }) => moduleId));
  const all = await vitest.globTestSpecifications();
  return all.every(({ moduleId }) => ran.has(moduleId));
}
