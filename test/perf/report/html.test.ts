import { describe, expect, it } from 'vitest';
import { reportPage } from '../../../src/perf/report/html.js';
import type { RunRecord } from '../../../src/perf/results.js';
import { FAILED, MEASURED } from '../samples.js';

const HOSTILE = `</title></style><script>alert(1)</script><img src=x onerror="alert('2')">&amp;\u0000\u001b[2J`;

const page = (records: readonly RunRecord[]): string => reportPage(records, ['perf.csv']);

/** A page with several settings, measured several times, one run of which failed. */
const RECORDS: readonly RunRecord[] = [1, 2, 4].flatMap((threads) =>
  ['', '-b,256'].flatMap((args, index) =>
    [0, 1, 2, 3].map((round): RunRecord => ({
      ...(threads === 4 && round === 3 ? FAILED : MEASURED),
      threads,
      batchThreads: threads,
      args,
      run: round + 1,
      ...(threads === 4 && round === 3 ? {} : { tokPerS: threads * 10 + index + round / 2 }),
      timestamp: new Date(Date.UTC(2026, 6, 31, 23, 40 + round * 7 + index, threads)),
    })),
  ),
);

const VOID_ELEMENTS = ['meta'];

/** The elements of a page, each with its attributes; fails unless start and end tags match. */
function elementsOf(html: string): { name: string; attributes: Map<string, string> }[] {
  const elements: { name: string; attributes: Map<string, string> }[] = [];
  const open: string[] = [];
  // Where every text is escaped, angle brackets are those of tags, but for the child selectors of CSS.
  const body = html.replace(/^<!doctype html>\n/, '').replace(/<style>[^<]*<\/style>/, '');
  const tag = /<(\/?)([a-z][a-z0-9]*)((?: [A-Za-z0-9-]+="[^"<>]*")*)>/y;
  for (let at = body.indexOf('<'); at !== -1; at = body.indexOf('<', tag.lastIndex)) {
    tag.lastIndex = at;
    const found = tag.exec(body);
    if (!found) throw new Error(`no tag: ${body.slice(at, at + 60)}`);
    const [, end, name, attributes] = found;
    if (end === '/') expect(open.pop()).toBe(name);
    else {
      elements.push({
        name: name!,
        attributes: new Map(
          [...attributes!.matchAll(/ ([A-Za-z0-9-]+)="([^"]*)"/g)].map(
            ([, key, value]) => [key!, value!] as const,
          ),
        ),
      });
      if (!VOID_ELEMENTS.includes(name!)) open.push(name!);
    }
  }
  expect(open).toEqual([]);
  return elements;
}

describe('the page', () => {
  it('has three plots with names and descriptions, and tables of all their figures', () => {
    const elements = elementsOf(page(RECORDS));
    const plots = elements.filter(({ attributes }) => attributes.get('role') === 'img');
    const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? []);
    expect(plots).toHaveLength(3);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of plots) {
      for (const id of attributes.get('aria-labelledby')!.split(' ')) expect(ids).toContain(id);
    }
    const rows = elements.filter(({ name }) => name === 'tr');
    // Two headings, six settings, and every run.
    expect(rows).toHaveLength(2 + 6 + RECORDS.length);
  });

  it('marks every run, as a dot in two plots, and failed ones differently', () => {
    const elements = elementsOf(page(RECORDS));
    const count = (kind: string): number =>
      elements.filter(({ attributes }) => attributes.get('class')?.startsWith(kind)).length;
    const measured = RECORDS.filter(({ tokPerS }) => tokPerS !== undefined).length;
    expect(count('run s')).toBe(2 * measured);
    expect(count('failed')).toBe(RECORDS.length - measured);
    // One mark a setting, one a run in the history, and the legends of both plots.
    expect(count('mark s')).toBe(6 + measured + 2 * 2);
  });

  it('places higher rates higher, and more threads further to the right', () => {
    const elements = elementsOf(page(RECORDS));
    const marks = elements
      .filter(({ attributes }) => attributes.get('class') === 'mark s1')
      .filter(({ name }) => name === 'circle' || name === 'polygon')
      .slice(0, 3)
      .map(({ attributes }) => {
        const [x, y] =
          attributes.get('points')?.split(' ')[0]?.split(',') ??
          ([attributes.get('cx'), attributes.get('cy')] as const);
        return { x: Number(x), y: Number(y) };
      });
    expect(marks.map(({ x }) => x)).toEqual(marks.map(({ x }) => x).toSorted((a, b) => a - b));
    expect(marks.map(({ y }) => y)).toEqual(marks.map(({ y }) => y).toSorted((a, b) => b - a));
  });

  it('has the same bytes for the same results', () => {
    expect(page(RECORDS)).toBe(page(RECORDS));
  });

  it('loads nothing and runs no script', () => {
    const html = page(RECORDS);
    expect(html).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"`,
    );
    expect(html).not.toMatch(/<script|<link|<img|<iframe|https?:|url\(|@import| on[a-z]+=/i);
  });

  it('escapes hostile results', () => {
    const hostile: RunRecord = {
      ...FAILED,
      model: HOSTILE,
      arch: HOSTILE,
      accel: HOSTILE,
      args: HOSTILE,
      error: HOSTILE,
    };
    const html = reportPage(
      [hostile, { ...MEASURED, model: HOSTILE, args: HOSTILE }, { ...MEASURED, args: HOSTILE }],
      [HOSTILE],
    );
    const names = new Set(elementsOf(html).map(({ name }) => name));
    expect(names).not.toContain('script');
    expect(names).not.toContain('img');
    expect(html).toContain('&lt;script&gt;');
    expect(html.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('reports that all runs failed, and has no plots', () => {
    const html = page([FAILED]);
    expect(elementsOf(html).filter(({ name }) => name === 'svg')).toEqual([]);
    expect(html).toContain('killed for memory');
    expect(html).toContain('>none<');
  });

  it('shows what it can of results without times, threads or a model', () => {
    const bare: RunRecord = {
      ...MEASURED,
      timestamp: undefined,
      threads: undefined,
      batchThreads: undefined,
      cpus: undefined,
      model: '',
      arch: '',
      accel: '',
    };
    const plots = elementsOf(page([bare])).filter(({ name }) => name === 'desc');
    expect(plots).toHaveLength(1);
    expect(page([bare])).toContain('unknown machine');
  });

  it('draws as many settings as can be distinguished, and reports that there are more', () => {
    const many = Array.from({ length: 40 }, (_, index): RunRecord => ({
      ...MEASURED,
      args: `-b,${index}`,
      tokPerS: 10 + index,
    }));
    const html = page(many);
    expect(html).toContain('At most 30 of 40 settings are drawn.');
    expect(html).toContain('32 more');
  });
});

describe('the page of more than 100,000 runs', () => {
  it('does not grow with the number of runs, and reports how many it draws', () => {
    const many = (count: number): RunRecord[] =>
      Array.from({ length: count }, (_, index) => ({
        ...(index % 10 === 9 ? FAILED : MEASURED),
        threads: 1 + (index % 2),
        batchThreads: 1 + (index % 2),
        ...(index % 10 === 9 ? {} : { tokPerS: 10 + (index % 997) / 100 }),
        timestamp: new Date(Date.UTC(2026, 0, 1) + index * 60_000),
      }));
    const html = page(many(200_000));
    expect(html.length).toBeLessThan(page(many(20_000)).length * 1.05);
    expect(html.length).toBeLessThan(2_000_000);
    expect(html).toContain('Of a setting, 100 runs are drawn.');
    expect(html).toContain('At most 1500 of 200000 runs are drawn.');
  });

  it('lists the 1000 fastest of 130,000 settings', () => {
    const html = page(
      Array.from({ length: 130_000 }, (_, index) => ({ ...MEASURED, args: `-b,${index}` })),
    );
    expect(html).toContain('Summary of the 1000 fastest of 130000 settings');
    expect(html.length).toBeLessThan(2_000_000);
  });
});

describe('runs below the minimum rate', () => {
  const tile = (html: string, name: string): string | undefined =>
    new RegExp(`<dt>${name}</dt><dd[^>]*>([^<]*)`).exec(html)?.[1];

  it('are counted as too slow, separately from failed runs', () => {
    const html = page([MEASURED, { ...MEASURED, ok: false }, { ...MEASURED, ok: false }, FAILED]);
    expect([tile(html, 'Failed'), tile(html, 'Too slow')]).toEqual(['1', '2']);
    expect(tile(page([MEASURED]), 'Too slow')).toBeUndefined();
  });
});

it('the page states for two of its axes whether they begin at zero', () => {
  expect(page(RECORDS).match(/The axis does not begin at zero\./g)).toHaveLength(2);
  const slow = RECORDS.map((record) => ({ ...record, threads: 1, batchThreads: 1 }));
  const fromZero = page(
    slow.map((record, index) =>
      record.tokPerS === undefined ? record : { ...record, tokPerS: 0.5 + index },
    ),
  );
  expect(fromZero.match(/The axis begins at zero\./g)).toHaveLength(2);
  expect(fromZero).toContain('1 thread,');
  expect(fromZero).not.toContain('1 threads');
});

describe('the colours of the page', () => {
  /** Relative luminance (WCAG 2.2). */
  function luminance(colour: string): number {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one: string, other: string): number {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light! + 0.05) / (dark! + 0.05);
  }

  it.each([
    ['light', 0],
    ['dark', 1],
  ])('contrast with the background in the %s scheme', (_, index) => {
    const root = page(RECORDS).split(':root {')[index + 1]!.split('}')[0]!;
    const colours = new Map(
      [...root.matchAll(/--([a-z0-9]+): (#[0-9a-f]{6})/g)].map(
        ([, name, value]) => [name!, value!] as const,
      ),
    );
    const card = colours.get('card')!;
    expect(contrast(colours.get('text')!, card)).toBeGreaterThan(7);
    for (const name of ['quiet', 'bad']) {
      expect(contrast(colours.get(name)!, card), name).toBeGreaterThan(4.5);
    }
    const series = [...colours.keys()].filter((name) => /^s\d$/.test(name));
    expect(series).toHaveLength(9);
    for (const name of series) {
      expect(contrast(colours.get(name)!, card), name).toBeGreaterThan(3);
    }
  });
});
