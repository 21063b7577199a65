import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import type { Architecture } from '../../../src/artifacts/architectures.js';

/**
 * Guests for the tests of what the host alone does about saved machines: of one architecture, and in the
 * endurance tier of all.
 */
export const GUESTS_OF_HOST_TESTS: readonly Architecture[] =
  process.env.ZOSIA_TEST_EVERY_ARCHITECTURE === '1' ? ARCHITECTURES : ['x86_64'];
