import { describe, expect, it } from 'vitest';
import { groupResults } from '../../../src/perf/report/groups.js';
import { summaryLines } from '../../../src/perf/report/text.js';
import type { RunRecord } from '../../../src/perf/results.js';
import { FAILED, MEASURED } from '../samples.js';

const at = (tokPerS: number, more: Partial<RunRecord> = {}): RunRecord => ({
  ...MEASURED,
  tokPerS,
  ...more,
});

describe('a summary for the terminal', () => {
  it('has aligned columns, with the fastest first, and omits meaningless statistics', () => {
    const records = [
      ...[10, 12, 11, 13].map((rate) => at(rate)),
      ...[20, 22].map((rate) => at(rate, { args: '' })),
      FAILED,
      at(5, { threads: 12, ok: false }),
    ];
    const [subject, ...others] = groupResults(records);
    expect(others).toEqual([]);
    expect(subject!.title).toBe('Phi-3.5, "mini", aarch64, hvf, 6 CPUs');
    expect(summaryLines(subject!)).toEqual([
      'threads  batch  arguments  n  failed  too slow  median     quartiles         range  prompt    load',
      '      6      4  -          2       0         0    21.0             -  20.0 to 22.0    80.1  1.25 s',
      '      6      4  -b,256     4       0         0    11.5  10.8 to 12.3  10.0 to 13.0    80.1  1.25 s',
      '     12      4  -b,256     1       0         1    5.00             -             -    80.1  1.25 s',
      '      6      6  -          0       1         0       -             -             -       -       -',
    ]);
  });

  it('groups results by machine, since those of different machines cannot be compared', () => {
    const records = [MEASURED, { ...MEASURED, arch: 'x86_64' }, { ...MEASURED, cpus: 1 }];
    expect(groupResults(records).map(({ title }) => title)).toEqual([
      'Phi-3.5, "mini", aarch64, hvf, 6 CPUs',
      'Phi-3.5, "mini", x86_64, hvf, 6 CPUs',
      'Phi-3.5, "mini", aarch64, hvf, 1 CPU',
    ]);
  });
});
