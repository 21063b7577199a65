import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCsvRow, parseCsv } from '../../src/perf/csv.js';
import {
  formatRecord,
  parseResults,
  RESULTS_HEADER,
  SCRIPT_RESULTS_HEADER,
} from '../../src/perf/results.js';
import type { RunRecord } from '../../src/perf/results.js';
import { openResultsFile } from '../../src/perf/results-file.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { FAILED, MEASURED } from './samples.js';

describe('CSV', () => {
  it('can be read back after it is written', () => {
    const row = fc
      .array(fc.string({ unit: 'binary', maxLength: 12 }), { minLength: 1, maxLength: 6 })
      .filter(
        // An empty line is no record.
        (fields) => fields.length > 1 || fields[0] !== '',
      );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 6 }), (rows) => {
        const text = rows.map(formatCsvRow).join('');
        fc.pre(!text.startsWith('\ufeff'));
        expect(parseCsv(text).map(({ fields }) => fields)).toEqual(rows);
      }),
    );
  });

  it('is read from other programs, with the line on which each record begins', () => {
    expect(parseCsv('\ufeffa,"b ""x"""\r\n\r\n"two\nlines",\n,last')).toEqual([
      { line: 1, fields: ['a', 'b "x"'] },
      { line: 3, fields: ['two\nlines', ''] },
      { line: 5, fields: ['', 'last'] },
    ]);
  });

  it.each(['a\nb,"c', 'a\n"b"c', 'a\nb"c'])(
    'is rejected with the number of the line: %j',
    (text) => {
      expect(() => parseCsv(text)).toThrow(/^line 2: /);
    },
  );

  it('is read with a long field without exhausting the stack', () => {
    const long = 'x""'.repeat(1_000_000);
    expect(parseCsv(`"${long}"\n`)[0]!.fields[0]).toHaveLength(2_000_000);
  });
});

describe('results', () => {
  it('begin with the columns of the original scripts', () => {
    expect(SCRIPT_RESULTS_HEADER).toBe(
      'timestamp,threads,batch_threads,args,tokens,seconds,tok_per_s,ok\n',
    );
    expect(RESULTS_HEADER.startsWith(`${SCRIPT_RESULTS_HEADER.trimEnd()},`)).toBe(true);
    expect(formatRecord(MEASURED)).toMatch(
      /^2026-07-31T12:00:00Z,6,4,"-b,256",64,2\.5,25\.6,1,1\.25,80\.125,1,6,/,
    );
  });

  it('can be read back after they are written', () => {
    const spun = { ...MEASURED, wait: 'spin' };
    const text = [MEASURED, FAILED, spun].map(formatRecord).join('');
    expect(parseResults(RESULTS_HEADER + text, 'r')).toEqual([MEASURED, FAILED, spun]);
  });

  it('have an empty rate when there was none', () => {
    expect(formatRecord(FAILED)).toMatch(/^2026-07-31T12:01:00Z,6,6,,64,,,0,,,/);
  });

  it('have each run on one line', () => {
    const error = 'first line\r\nsecond\u001b[2J "quoted", and more';
    const text = formatRecord({ ...FAILED, error });
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b');
  });

  it('are read from files of the original scripts, combined with others or not', () => {
    const own = SCRIPT_RESULTS_HEADER;
    const line = '2026-01-02T03:04:05+02:00,8,8,"-b,256",64,3.2,20,1\n1767322800,8,8,,64,,,0\n';
    const records = parseResults(own + line + RESULTS_HEADER + formatRecord(MEASURED), 'r');
    expect(records).toHaveLength(3);
    expect(records[0]).toMatchObject({
      timestamp: new Date('2026-01-02T01:04:05Z'),
      threads: 8,
      args: '-b,256',
      tokPerS: 20,
      ok: true,
      model: '',
    });
    expect(records[1]).toMatchObject({
      timestamp: new Date(1767322800_000),
      tokPerS: undefined,
      ok: false,
    });
    expect(records[2]).toEqual(MEASURED);
  });

  const row = '2026-01-02T03:04:05Z,8,8,,64,3.2,20,1';
  it.each([
    ['a,b\n', /^r, line 1: this is no header/],
    [`${SCRIPT_RESULTS_HEADER}${row}\n${row},1\n`, /^r, line 3: 9 fields, not 8/],
    [`${SCRIPT_RESULTS_HEADER}${row.replace('20,1', 'nan,1')}`, /"nan" cannot be tok_per_s/],
    [`${SCRIPT_RESULTS_HEADER}${row.replace('20,1', '20,yes')}`, /"yes" cannot be ok/],
    [`${SCRIPT_RESULTS_HEADER}${row.replace('2026-01-02', '2026-13-45')}`, /cannot be timestamp/],
    [`${SCRIPT_RESULTS_HEADER}${row.replace('64', '6.4')}`, /"6\.4" cannot be tokens/],
    [`${SCRIPT_RESULTS_HEADER}${row.replace(',,', ',",')}`, /^r, line 2: a quote/],
  ])('are rejected for %j', (text, message) => {
    expect(() => parseResults(text, 'r')).toThrow(message);
    expect(() => parseResults(text, 'r')).toThrow(zosiaError('ZOSIA_PERF_BAD_RESULTS'));
  });
});

describe('a file of results', () => {
  const folder = temporaryFolder();

  const add = async (path: string, ...records: RunRecord[]): Promise<void> => {
    const file = await openResultsFile(path);
    for (const record of records) await file.append(record);
    await file.close();
  };

  it('is created in a new folder, and appended to', async () => {
    const path = folder.file('new/perf.csv');
    await add(path, MEASURED);
    await add(path, FAILED, MEASURED);
    const text = await readFile(path, 'utf8');
    expect(text.split('\n').filter((line) => line.startsWith('timestamp'))).toHaveLength(1);
    expect(parseResults(text, 'r')).toEqual([MEASURED, FAILED, MEASURED]);
  });

  it('is shared by several writers without a broken line', async () => {
    const path = folder.file('shared.csv');
    await add(path);
    const files = await Promise.all(Array.from({ length: 8 }, () => openResultsFile(path)));
    await Promise.all(
      files.flatMap((file) => Array.from({ length: 25 }, () => file.append(MEASURED))),
    );
    await Promise.all(files.map((file) => file.close()));
    expect(parseResults(await readFile(path, 'utf8'), 'r')).toHaveLength(200);
  });

  it.each([
    ['dos.csv', SCRIPT_RESULTS_HEADER.replace('\n', '\r\n'), /does not begin with the header/],
    ['more.csv', SCRIPT_RESULTS_HEADER.replace('\n', ',more\n'), /does not begin with the header/],
    ['half-old.csv', `${SCRIPT_RESULTS_HEADER}2026-07-31T`, /ends in the middle of a line/],
    ['other.csv', 'a,b\n1,2\n', /does not begin with the header/],
    ['half.csv', `${RESULTS_HEADER}2026-07-31T`, /ends in the middle of a line/],
  ])('is rejected and left unchanged: %s', async (name, text, message) => {
    const path = folder.file(name);
    await writeFile(path, text);
    await expect(openResultsFile(path)).rejects.toThrow(message);
    await expect(openResultsFile(path)).rejects.toThrow(zosiaError('ZOSIA_PERF_BAD_RESULTS'));
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('is continued in the columns of the original scripts', async () => {
    const path = folder.file('scripts.csv');
    const old = `${SCRIPT_RESULTS_HEADER}2026-01-02T03:04:05Z,8,8,"-b,256",64,3.2,20,1\n`;
    await writeFile(path, old);
    await add(path, MEASURED, FAILED);
    const text = await readFile(path, 'utf8');
    expect(text).toBe(
      `${old}2026-07-31T12:00:00Z,6,4,"-b,256",64,2.5,25.6,1\n2026-07-31T12:01:00Z,6,6,,64,,,0\n`,
    );
    expect(parseResults(text, 'r').slice(1)).toMatchObject([
      { tokPerS: 25.6, ok: true, model: '', loadSeconds: undefined },
      { tokPerS: undefined, ok: false, error: '' },
    ]);
  });

  it('is continued in the columns of an earlier zosia', async () => {
    const path = folder.file('earlier.csv');
    const old =
      'timestamp,threads,batch_threads,args,tokens,seconds,tok_per_s,ok,' +
      'load_s,prompt_tok_per_s,run,cpus,model,arch,accel,error\n';
    await writeFile(path, old);
    const file = await openResultsFile(path);
    expect(file.lacks).toBe('how threads wait is');
    await file.append({ ...MEASURED, wait: 'spin' });
    await file.close();
    expect(parseResults(await readFile(path, 'utf8'), 'r')).toEqual([MEASURED]);
  });

  it('is rejected when it is a folder, or when its path leads through a file', async () => {
    await mkdir(folder.file('folder.csv'));
    await expect(openResultsFile(folder.file('folder.csv'))).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
    await writeFile(folder.file('file'), '');
    await expect(openResultsFile(folder.file('file/perf.csv'))).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
  });

  it('is continued after lines that others have appended', async () => {
    const path = folder.file('others.csv');
    await add(path, MEASURED);
    await appendFile(path, formatRecord(FAILED));
    await add(path, MEASURED);
    expect(parseResults(await readFile(path, 'utf8'), 'r')).toEqual([MEASURED, FAILED, MEASURED]);
  });
});
