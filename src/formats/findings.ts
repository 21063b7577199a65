import { ZosiaError } from '../errors.js';
import type { ZosiaErrorCode } from '../errors.js';

/** `error`: something may be misread or lost; `warning`: something is odd, and does no harm. */
export type Severity = 'error' | 'warning';

/** Which check of an image found something; the last two are those of `src/inspect` alone. */
export type Check = 'partition table' | 'structure' | 'second reader' | 'model';

/** Something that is not as a format has it. */
export interface Finding {
  readonly check: Check;
  readonly severity: Severity;
  /** Stable, in kebab-case: `extent-out-of-order`. */
  readonly code: string;
  /** Which structure, `inode 12` or `FAT 2` for example, or a path. */
  readonly where: string;
  /** One line for people, without the place. */
  readonly message: string;
}

/**
 * What a parser finds in the one structure that it was given: whoever called it knows where that lies. It
 * comes beside what could be made out; a reader stops at the first one, a checker collects them all.
 */
export type LocalFinding = Omit<Finding, 'check' | 'where'>;

export function finding(code: string, message: string): LocalFinding {
  return { severity: 'error', code, message };
}

/** What every check reports, beside what is its own. */
export interface Report {
  /** Those that are errors. */
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Findings to describe of each severity, unless something else is asked for. */
export const DEFAULT_MAX_PROBLEMS = 1000;

/**
 * The summary of a report without problems, for whoever asks only whether all is well; a check that did not
 * get to its end found a problem, and has none. Throws what has to be said of the first problem.
 *
 * @param what `the FAT volume`
 * @param code of the error
 */
export function soundSummary<S extends { readonly problemCount: number }>(
  { problems, summary }: Report & { readonly summary: S | undefined },
  what: string,
  code: ZosiaErrorCode,
): S {
  const [first] = problems;
  if (!first) return summary!;
  const problemCount = summary?.problemCount ?? problems.length;
  const others = problemCount > 1 ? `, and has ${problemCount - 1} problems more` : '';
  throw new ZosiaError(code, `${what} is damaged: ${first.where}: ${first.message}${others}`, {
    hint: 'See everything that is wrong with `zosia verify IMAGE`.',
  });
}

/** Collects findings; beyond a limit it only counts them, as a damaged bitmap has many. */
export class Findings {
  /** Those that are errors. */
  readonly problems: Finding[] = [];
  readonly warnings: Finding[] = [];
  /** Errors, those beyond the limit counted. */
  problemCount = 0;

  /** @param check which one findings belong to, where `add` is told of no other */
  constructor(
    private readonly maxProblems: number = DEFAULT_MAX_PROBLEMS,
    private readonly check: Check = 'structure',
  ) {}

  add(code: string, where: string, message: string, check = this.check): void {
    this.#push({ check, severity: 'error', code, where, message });
  }

  warn(code: string, where: string, message: string): void {
    this.#push({ check: this.check, severity: 'warning', code, where, message });
  }

  /** Adds a problem unless the condition holds. */
  expect(good: boolean, code: string, where: string, message: string): void {
    if (!good) this.add(code, where, message);
  }

  /** Adds what was found in one structure. */
  addAll(where: string, found: readonly LocalFinding[]): void {
    for (const { severity, code, message } of found) {
      this.#push({ check: this.check, severity, code, where, message });
    }
  }

  /** Adds all that another check reports: problems described, of `problemCount` in all. */
  addReport({ problems, warnings }: Report, problemCount = problems.length): void {
    for (const each of [...problems, ...warnings]) this.#push(each);
    this.problemCount += Math.max(0, problemCount - problems.length);
  }

  #push(found: Finding): void {
    const isError = found.severity === 'error';
    if (isError) this.problemCount++;
    const list = isError ? this.problems : this.warnings;
    if (list.length < this.maxProblems) list.push(found);
  }
}
