import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { brokenPromises } from '../support/promise-report.js';
import { hasTitle, readPromises } from '../support/promises.js';
import { ROOT } from './pages.js';

const promises = readPromises();

/** Words by which a sentence promises something. */
const PROMISING = /\b(always|every|never|no|nothing|only|pinned|same|verified|without)\b/i;

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('docs/promises.md', () => {
  it.each(promises)('names a test that exists: $promise', async ({ file, title }) => {
    const source = await readFile(join(ROOT, file), 'utf8');
    const inSource = source.replaceAll(/\\(['"`])/g, '$1');
    expect(inSource).toMatch(/\b(?:it|test)\b/);
    expect(inSource).toContain(title);
  });

  it('quotes README.md where it says so', async () => {
    const readme = flat(await readFile(join(ROOT, 'README.md'), 'utf8'));
    const page = await readFile(join(ROOT, 'docs/promises.md'), 'utf8');
    const [, table] = /## What README\.md says\n([^]*?)\n## /.exec(page)!;
    const quoted = promises.filter(({ promise }) => table!.includes(`| ${promise} |`));
    expect(quoted.length).toBeGreaterThan(4);
    for (const { promise } of quoted) expect(readme).toContain(promise);
    // What is left of its prose without them promises nothing.
    const prose = (await readFile(join(ROOT, 'README.md'), 'utf8'))
      .replaceAll(/^```[^]*?^```/gm, '')
      .split('\n\n')
      .filter((paragraph) => !/^(?:#|\||- )/.test(paragraph));
    const rest = quoted.reduce(
      (text, { promise }) => text.replaceAll(promise, ''),
      flat(prose.join(' ')),
    );
    expect(rest.split(/(?<=[.:;]) /).filter((each) => PROMISING.test(each))).toEqual([]);
  });

  it('finds no shell script among the files of the package', async () => {
    const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
    });
    // A list until npm 11, by their names from 12 on.
    const [{ files }] = Object.values(JSON.parse(stdout) as object) as [
      { files: { path: string }[] },
    ];
    expect(files.length).toBeGreaterThan(100);
    for (const { path } of files) {
      expect(path).not.toMatch(/\.(?:ba|z|k)?sh$/);
      const head = (await readFile(join(ROOT, path))).subarray(0, 64).toString('latin1');
      expect(head, path).not.toMatch(/^#!.*\b(?:ba|da|z|k)?sh\b/);
    }
  });
});

describe('the report of promises', () => {
  const promise = { promise: 'P', file: 'a.test.ts', title: 'writes %s in $name' };

  it('compares titles with their placeholders filled', () => {
    expect(hasTitle(promise.title, 'writes 5 (five) in here')).toBe(true);
    expect(hasTitle(promise.title, 'reads 5 in here')).toBe(false);
  });

  it('reports a promise whose test neither passed nor was skipped', () => {
    const broken = (passed: string[], skipped: string[] = [], file = 'a.test.ts'): string[] =>
      brokenPromises([promise], new Map([[file, { passed, skipped }]]));
    expect(broken(['writes 1 in it'])).toEqual([]);
    expect(broken(['else'])).toHaveLength(1);
    // A skipped test has its reason in the report of those.
    expect(broken(['else'], ['writes 1 in it'])).toEqual([]);
    expect(broken(['writes 1 in it'], [], 'b.test.ts')).toHaveLength(1);
  });
});
