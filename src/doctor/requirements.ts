import type { Architecture } from '../artifacts/architectures.js';
import { COMPILER_REQUIREMENTS } from './compiler-requirements.js';
import { MACHINE_REQUIREMENTS } from './machine-requirements.js';
import type { Purpose, Requirement } from './requirement.js';
import { TEST_REQUIREMENTS } from './test-requirements.js';

export const REQUIREMENTS: readonly Requirement[] = [
  ...MACHINE_REQUIREMENTS,
  ...COMPILER_REQUIREMENTS,
  ...TEST_REQUIREMENTS,
];

/** Tests are of guests of both architectures. */
const OF_BOTH: readonly Purpose[] = ['test', 'toolchain'];

/** What a purpose needs; running a guest needs only what is for the guest's own architecture. */
export function requirementsFor(
  purpose: Purpose,
  arch: Architecture,
  host: NodeJS.Platform,
): Requirement[] {
  return REQUIREMENTS.filter(
    ({ purposes, guest, platform }) =>
      purposes.includes(purpose) &&
      (OF_BOTH.includes(purpose) || guest === undefined || guest === arch) &&
      (platform === undefined || platform === host),
  );
}
