import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Files that take longest: each would keep one worker busy alone if it came last. */
const LONGEST = [
  'test/boot/guides.test.ts',
  'test/oracle/gguf-load/headers.test.ts',
  'test/oracle/products.test.ts',
];

/** Vitest's own order goes by size where it has not measured yet, and a short file may boot many machines. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      LONGEST.some((path) => moduleId.endsWith(path));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
