import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { IS_COMPLETE_HOST } from './skipping.js';

/** More tests than these may not want the published weights: a clone is to run nearly everything. */
const MOST_WITH_WEIGHTS = 15;

/** A clone on a host that has everything may skip no more: those that want weights, and what is skipped anyway. */
const MOST_SKIPPED_IN_A_CLONE = 16;

/** What of a test the report is made of. */
export interface ReportedTest {
  readonly name: string;
  readonly isSkipped: boolean;
  /** Why it was skipped, if it said so. */
  readonly reason?: string | undefined;
  readonly wantsWeights: boolean;
}

export interface SkipSummary {
  /** For each reason, the most frequent first, how many tests were skipped. */
  readonly lines: readonly string[];
  /** What makes a run fail. */
  readonly faults: readonly string[];
}

export interface SummaryOptions {
  readonly isCompleteHost?: boolean | undefined;
  /** For what is not run on every commit: any number may be skipped, which is much work, or not of this host. */
  readonly isTier?: boolean | undefined;
}

/**
 * Sums up what was skipped. Every test that is must give its reason; of the tests of every commit few may be
 * skipped at all, and few may want the published weights.
 */
export function summarizeSkipped(
  tests: readonly ReportedTest[],
  { isCompleteHost = IS_COMPLETE_HOST, isTier = false }: SummaryOptions = {},
): SkipSummary {
  const counts = new Map<string, number>();
  for (const { isSkipped, reason } of tests) {
    if (isSkipped && reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const lines = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count} skipped: ${reason}`);
  const faults = tests
    .filter(({ isSkipped, reason }) => isSkipped && reason === undefined)
    .map(({ name }) => `skipped without a reason: ${name}`);
  if (isTier) return { lines, faults };
  const wanting = tests.filter(({ wantsWeights }) => wantsWeights).length;
  if (wanting > MOST_WITH_WEIGHTS) {
    faults.push(`${wanting} tests want published weights, and ${MOST_WITH_WEIGHTS} may`);
  }
  // Another host may lack more, which is no fault of the tests.
  const inClone = tests.filter(({ isSkipped, wantsWeights }) => isSkipped || wantsWeights).length;
  if (isCompleteHost && inClone > MOST_SKIPPED_IN_A_CLONE) {
    faults.push(`a clone would skip ${inClone} tests, and may skip ${MOST_SKIPPED_IN_A_CLONE}`);
  }
  return { lines, faults };
}

/** Prints at the end of a run why tests were skipped, and fails a run in which one does not say so. */
export class SkipReport implements Reporter {
  readonly #options: SummaryOptions;
  #isWhole = true;

  constructor(options: SummaryOptions = {}) {
    this.#options = options;
  }

  onInit(vitest: Vitest): void {
    // Tests that a pattern leaves out count as skipped, too.
    this.#isWhole = vitest.config.testNamePattern === undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], _: unknown, ending: string): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const { lines, faults } = summarizeSkipped(tests.map(reported), this.#options);
    for (const line of lines) console.info(line);
    // After a failure, tests whose preparation failed are skipped for that.
    const hasOnly = tests.some(({ options }) => options.mode === 'only');
    if (!this.#isWhole || hasOnly || ending !== 'passed') return;
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) process.exitCode = 1;
  }
}

function reported(test: TestCase): ReportedTest {
  return {
    name: `${test.module.relativeModuleId} > ${test.fullName}`,
    isSkipped: test.result().state === 'skipped',
    reason: skipReason(test),
    wantsWeights: test.meta().wantsWeights === true,
  };
}

/** Why a test was skipped, if it said so. */
export function skipReason(test: TestCase): string | undefined {
  const result = test.result();
  return test.meta().skipReason ?? (result.state === 'skipped' ? result.note : undefined);
}
