import { ZosiaError } from '../errors.js';
import { formatCsvRow, parseCsv } from './csv.js';
import type { CsvRow } from './csv.js';

/** One boot, as a file of results has it. What a failed one did not tell is undefined. */
export interface RunRecord {
  /** When the boot began. */
  readonly timestamp: Date | undefined;
  readonly threads: number | undefined;
  readonly batchThreads: number | undefined;
  /** llama.cpp's arguments, separated by commas. */
  readonly args: string;
  readonly tokens: number | undefined;
  /** Of generation alone. */
  readonly seconds: number | undefined;
  readonly tokPerS: number | undefined;
  /** Whether there is a result, and it is not below the least that was asked for. */
  readonly ok: boolean;
  readonly loadSeconds: number | undefined;
  readonly promptTokPerS: number | undefined;
  /** Which run of this setting it was, from 1 on. */
  readonly run: number | undefined;
  readonly cpus: number | undefined;
  readonly model: string;
  readonly arch: string;
  readonly accel: string;
  /** Why the run failed. */
  readonly error: string;
  /** How threads were told to wait for one another; empty where the guest was left to it. */
  readonly wait: string;
}

interface Column {
  readonly name: string;
  readonly key: keyof RunRecord;
  readonly type: 'time' | 'whole' | 'number' | 'text' | 'flag';
}

/** The columns of the scripts that zosia replaces, in their order. */
const FIRST_COLUMNS: readonly Column[] = [
  { name: 'timestamp', key: 'timestamp', type: 'time' },
  { name: 'threads', key: 'threads', type: 'whole' },
  { name: 'batch_threads', key: 'batchThreads', type: 'whole' },
  { name: 'args', key: 'args', type: 'text' },
  { name: 'tokens', key: 'tokens', type: 'whole' },
  { name: 'seconds', key: 'seconds', type: 'number' },
  { name: 'tok_per_s', key: 'tokPerS', type: 'number' },
  { name: 'ok', key: 'ok', type: 'flag' },
];

/** Those of files that were begun before it was told how threads wait. */
const EARLIER_COLUMNS: readonly Column[] = [
  ...FIRST_COLUMNS,
  { name: 'load_s', key: 'loadSeconds', type: 'number' },
  { name: 'prompt_tok_per_s', key: 'promptTokPerS', type: 'number' },
  { name: 'run', key: 'run', type: 'whole' },
  { name: 'cpus', key: 'cpus', type: 'whole' },
  { name: 'model', key: 'model', type: 'text' },
  { name: 'arch', key: 'arch', type: 'text' },
  { name: 'accel', key: 'accel', type: 'text' },
  { name: 'error', key: 'error', type: 'text' },
];

const COLUMNS: readonly Column[] = [
  ...EARLIER_COLUMNS,
  { name: 'wait', key: 'wait', type: 'text' },
];

const namesOf = (columns: readonly Column[]): string[] => columns.map(({ name }) => name);

/** What a file of results has of a run. */
export interface ResultsLayout {
  /** The file's first line. */
  readonly header: string;
  /** A run as a line of the file. */
  readonly format: (record: RunRecord) => string;
  /** What is not kept, in words; undefined when all is. */
  readonly lacks: string | undefined;
}

function makeLayout(columns: readonly Column[], lacks?: string): ResultsLayout {
  return {
    header: formatCsvRow(namesOf(columns)),
    format: (record) => formatColumns(columns, record),
    lacks,
  };
}

/** That of new files. */
export const RESULTS_LAYOUT = makeLayout(COLUMNS);

/** The first line of a new file, and a run as a line of it. */
export const { header: RESULTS_HEADER, format: formatRecord } = RESULTS_LAYOUT;
/** The first line of the scripts' files. */
export const SCRIPT_RESULTS_HEADER = formatCsvRow(namesOf(FIRST_COLUMNS));

/** Every layout that zosia reads and adds to. */
export const RESULTS_LAYOUTS: readonly ResultsLayout[] = [
  RESULTS_LAYOUT,
  makeLayout(EARLIER_COLUMNS, 'how threads wait is'),
  makeLayout(
    FIRST_COLUMNS,
    'how long loading took, how fast the prompt was read, the machine, errors and how threads wait are',
  ),
];

const formatColumns = (columns: readonly Column[], record: RunRecord): string =>
  formatCsvRow(columns.map(({ key }) => formatValue(record[key])));

function formatValue(value: RunRecord[keyof RunRecord]): string {
  if (value === undefined) return '';
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  // One run is one line, for whatever reads lines.
  if (typeof value === 'string') return value.replace(/[\s\p{Cc}]+/gu, ' ');
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}

/**
 * Reads a file of results, zosia's or the scripts'. A header in the middle is passed over: files may
 * have been joined.
 *
 * @param name how errors call the file
 * @throws ZosiaError `ZOSIA_PERF_BAD_RESULTS`, which names file and line
 */
export function parseResults(text: string, name: string): RunRecord[] {
  let rows: CsvRow[];
  try {
    rows = parseCsv(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw badResults(`${name}, ${error.message}`);
    throw error;
  }
  let columns: readonly Column[] | undefined;
  const records: RunRecord[] = [];
  for (const { line, fields } of rows) {
    const header = columnsOf(fields);
    columns = header ?? columns;
    if (header) continue;
    if (!columns) throw badResults(`${name}, line ${line}: this is no header of results`);
    records.push(recordFrom(fields, columns, `${name}, line ${line}`));
  }
  return records;
}

function columnsOf(fields: readonly string[]): readonly Column[] | undefined {
  const header = formatCsvRow(fields);
  return [COLUMNS, EARLIER_COLUMNS, FIRST_COLUMNS].find(
    (columns) => formatCsvRow(namesOf(columns)) === header,
  );
}

function recordFrom(
  fields: readonly string[],
  columns: readonly Column[],
  where: string,
): RunRecord {
  if (fields.length !== columns.length) {
    throw badResults(`${where}: ${fields.length} fields, not ${columns.length}`);
  }
  const values = new Map<keyof RunRecord, unknown>();
  for (const [index, { name, key, type }] of columns.entries()) {
    const text = fields[index]!;
    const value = parseValue(text, type);
    if (value === null) {
      throw badResults(`${where}: ${JSON.stringify(text)} cannot be ${name}`);
    }
    values.set(key, value);
  }
  const text = (key: keyof RunRecord): string => (values.get(key) as string | undefined) ?? '';
  const number = (key: keyof RunRecord): number | undefined =>
    values.get(key) as number | undefined;
  return {
    timestamp: values.get('timestamp') as Date | undefined,
    threads: number('threads'),
    batchThreads: number('batchThreads'),
    args: text('args'),
    tokens: number('tokens'),
    seconds: number('seconds'),
    tokPerS: number('tokPerS'),
    ok: values.get('ok') === true,
    loadSeconds: number('loadSeconds'),
    promptTokPerS: number('promptTokPerS'),
    run: number('run'),
    cpus: number('cpus'),
    model: text('model'),
    arch: text('arch'),
    accel: text('accel'),
    error: text('error'),
    wait: text('wait'),
  };
}

/** The value of a field, undefined for an empty one, null for one that it cannot be. */
function parseValue(
  text: string,
  type: Column['type'],
): Date | number | boolean | string | undefined | null {
  if (type === 'text') return text;
  if (text === '') return undefined;
  switch (type) {
    case 'time':
      return parseTime(text);
    case 'whole':
      return /^\d{1,9}$/.test(text) ? Number(text) : null;
    case 'number':
      return /^\d{1,12}(?:\.\d{1,20})?(?:e-\d{1,2})?$/.test(text) ? Number(text) : null;
    case 'flag':
      return text === '1' || text === '0' ? text === '1' : null;
  }
}

/** ISO 8601 in UTC or with an offset, or seconds since 1970, which `date +%s` prints. */
function parseTime(text: string): Date | null {
  const time = /^\d{9,11}$/.test(text)
    ? new Date(Number(text) * 1000)
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/.test(text)
      ? new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
      : undefined;
  return time && !Number.isNaN(time.getTime()) ? time : null;
}

export function badResults(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_PERF_BAD_RESULTS', message, {
    hint: 'Name a file that zosia perf run --results wrote, or mend or remove the line.',
  });
}
