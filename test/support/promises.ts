import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A promise of docs/promises.md, and the test that holds it. */
export interface Promised {
  readonly promise: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** As the source has it, placeholders (`%s`, `$name`) included. */
  readonly title: string;
}

const WITNESS = /^`(\S+\.test\.ts)`: (.+)$/;

/** The tables of docs/promises.md whose second column names a test. */
export function readPromises(): Promised[] {
  const text = readFileSync(join(ROOT, 'docs/promises.md'), 'utf8');
  return text.split('\n').flatMap((line) => {
    const [, promise, test] = line.split('|').map((cell) => cell.trim());
    const found = WITNESS.exec(test ?? '');
    return found ? [{ promise: promise!, file: found[1]!, title: found[2]! }] : [];
  });
}

/** Whether a test that ran has the title, once its placeholders are filled. */
export function hasTitle(title: string, ran: string): boolean {
  const parts = title.split(/%[sjdi]|\$\w+/);
  const pattern = parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`, 's').test(ran);
}
