import type { Problem } from '../formats/findings.js';

export interface VerifyOptions {
  /** Whether the second reader reads everything, however much it is. */
  readonly full?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which of the checks found something. */
export type Check = 'partition table' | 'structure' | 'second reader' | 'model';

/** Something wrong with an image. */
export interface Finding {
  readonly check: Check;
  /** Stable, in kebab-case: `inode-checksum`. */
  readonly code: string;
  /** Which structure or file. */
  readonly where: string;
  readonly message: string;
}

/** Findings to describe; more are only counted. */
const MAX_FINDINGS = 1000;

/** What verifying an image found. */
export class Findings {
  readonly described: Finding[] = [];
  /** What is odd and does no harm. */
  readonly warnings: Finding[] = [];
  count = 0;

  add(finding: Finding): void {
    this.count++;
    if (this.described.length < MAX_FINDINGS) this.described.push(finding);
  }

  /** Adds what is odd in the structure of a file system and does no harm. */
  addWarnings(warnings: readonly Problem[]): void {
    for (const warning of warnings) this.warnings.push({ check: 'structure', ...warning });
  }

  /** Adds what the check of a file system found: problems described, of `problemCount` in all. */
  addStructure(problems: readonly Problem[], problemCount = problems.length): void {
    for (const problem of problems) this.add({ check: 'structure', ...problem });
    this.count += Math.max(0, problemCount - problems.length);
  }
}
