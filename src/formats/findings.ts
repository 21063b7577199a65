/**
 * Something that is not as a format has it. Parsers return faults beside what they could make out; a
 * reader stops at the first one, a checker collects them all.
 */
export interface Fault {
  /** Stable, in kebab-case: `extent-out-of-order`. */
  readonly code: string;
  /** One line for people, without the place. */
  readonly message: string;
}

export function fault(code: string, message: string): Fault {
  return { code, message };
}

/** A fault, and where it is. */
export interface Problem extends Fault {
  /** Which structure: `inode 12`, `FAT 2`, or a path. */
  readonly where: string;
}

/** Collects problems; beyond a limit it only counts them, as a damaged bitmap has many. */
export class Findings {
  readonly problems: Problem[] = [];
  /** What is odd and does no harm: nothing is misread or lost because of it. */
  readonly warnings: Problem[] = [];
  problemCount = 0;

  constructor(private readonly maxProblems: number) {}

  add(code: string, where: string, message: string): void {
    this.problemCount++;
    if (this.problems.length < this.maxProblems) this.problems.push({ code, where, message });
  }

  /** Notes something odd that does no harm; beyond the limit nothing is. */
  warn(code: string, where: string, message: string): void {
    if (this.warnings.length < this.maxProblems) this.warnings.push({ code, where, message });
  }

  addFaults(where: string, faults: readonly Fault[]): void {
    for (const { code, message } of faults) this.add(code, where, message);
  }

  /** Adds a problem unless the condition holds. */
  expect(good: boolean, code: string, where: string, message: string): void {
    if (!good) this.add(code, where, message);
  }
}
