import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './docs/pages.js';

/** A command of zosia's in a template, as far as the end of the line. */
const COMMAND =
  /\bzosia (?:add|cat|extract|fetch|image|inspect|ls|model|perf|run|sbom|up|verify)\b[^`\n]*/g;

/** What is put into it: a word that a shell takes as it stands. */
const IS_QUOTED = /^(?:shellWord|shellPath|formatCommand|referenceWord)\(/;

/** Values that are one of a few words of zosia's own, or that whoever hands them over has quoted (`word`). */
const OWN_WORDS: readonly string[] = ['word', 'wanted', 'arch', 'purpose', "option('"];

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts'),
);

/** Expressions in commands that messages propose, with the file that each is in. */
function proposed(): { file: string; expression: string }[] {
  return sources.flatMap((file) => {
    const text = readFileSync(join(ROOT, 'src', file), 'utf8');
    return [...text.matchAll(COMMAND)].flatMap(([line]) =>
      // What stands behind the command's end is prose.
      [...line.split(/[,;.] |: /)[0]!.matchAll(/\$\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g)].map(
        ([, expression = '']) => ({ file, expression }),
      ),
    );
  });
}

it('finds the commands that messages propose', () => {
  expect(proposed().length).toBeGreaterThan(12);
});

it('quotes names and paths in the commands that messages propose', () => {
  const unquoted = proposed().filter(
    ({ expression }) =>
      !IS_QUOTED.test(expression) && !OWN_WORDS.some((word) => expression.startsWith(word)),
  );
  expect(unquoted).toEqual([]);
});
