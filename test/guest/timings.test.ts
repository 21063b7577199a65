import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

/** As llama-completion prints them. */
const THREADS =
  '0.00.716.432 I system_info: n_threads = 1 (n_threads_batch = 2) / 8 | CPU : NEON = 1 | ';
const LOAD = '0.01.858.968 I common_perf_print:        load time =     261.96 ms';
const PROMPT =
  '0.01.859.002 I common_perf_print: prompt eval time =     448.73 ms /    88 tokens (    5.10 ms per token,   196.11 tokens per second)';
const GENERATION =
  '0.01.859.035 I common_perf_print:        eval time =     595.51 ms /    64 runs   (    9.30 ms per token,   107.47 tokens per second)';
const LOG = [
  'Read 52 bytes',
  THREADS,
  '',
  '0.01.856.762 I common_perf_print:    sampling time =       8.81 ms',
  '0.01.858.792 I common_perf_print:    samplers time =       4.50 ms /   153 tokens',
  LOAD,
  PROMPT,
  GENERATION,
  '0.01.859.054 I common_perf_print:       total time =    1155.40 ms /   152 tokens',
  '0.01.859.101 I common_perf_print: unaccounted time =     102.35 ms /   8.9 %',
  '0.01.859.119 I common_perf_print:    graphs reused =         63',
].map((line) => `${line}\n`);

const RESULT = [
  ...['threads 1 2', 'load 261960000 0', 'prompt 448730000 88', 'generation 595510000 64'],
];

describe('the timings of a run', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildProgram(folder.path, 'parse_timings', [
      ...['text/lines', 'kernel/queue', 'text/text', 'llama/timings'],
    ]);
  });

  async function parse(log: string): Promise<string[]> {
    return (await execa(program, { input: log })).stdout.split('\n').filter((line) => line !== '');
  }

  /** The log with one line instead of another. */
  const withLine = (line: string, other: string): string =>
    LOG.map((found) => (found === `${line}\n` ? `${other}\n` : found)).join('');
  const missing = async (log: string): Promise<string | undefined> =>
    (await parse(log)).find((line) => line.startsWith('missing '));

  it('are found in a log', async () => {
    expect(await parse(LOG.join(''))).toEqual(RESULT);
    expect(await parse(LOG.join('').replaceAll('\n', '\r\n'))).toEqual(RESULT);
  });

  it('need neither time stamps nor a number of batch threads', async () => {
    const log = LOG.join('')
      .replace(/^\d\S+ I /gm, '')
      .replace(' (n_threads_batch = 2)', '');
    expect(await parse(log)).toEqual(RESULT.with(0, 'threads 1 1'));
  });

  it.each([
    ['12', 12_000_000],
    ['12.3', 12_300_000],
    ['0.01', 10_000],
    ['0.0000019', 1],
    ['4294967295.99', 4294967295990000],
  ])('convert %s ms to nanoseconds exactly', async (milliseconds, nanoseconds) => {
    const log = withLine(GENERATION, GENERATION.replace('595.51', milliseconds));
    expect(await parse(log)).toEqual(RESULT.with(3, `generation ${nanoseconds} 64`));
  });

  it.each([
    [THREADS, 'system_info'],
    [LOAD, 'load time'],
    [PROMPT, 'prompt eval time'],
    [GENERATION, 'eval time'],
  ])('are incomplete without %j', async (line, name) => {
    expect(await missing(withLine(line, ''))).toBe(`missing ${name}`);
  });

  it.each([
    [THREADS, 'n_threads = 1', 'n_threads = '],
    [THREADS, 'n_threads = 1', 'n_threads = 0'],
    [THREADS, 'n_threads_batch = 2', 'n_threads_batch = x'],
    [THREADS, 'n_threads = 1', 'n_threads = 4294967297'],
    [LOAD, '261.96', 'nan'],
    [LOAD, '261.96', '-261.96'],
    [LOAD, '261.96', '.96'],
    [LOAD, ' ms', ' s'],
    [PROMPT, '448.73', '0.00'],
    [PROMPT, '88 tokens', '0 tokens'],
    [PROMPT, '88 tokens', '88 runs'],
    [GENERATION, '595.51', '0.00'],
    [GENERATION, '595.51', 'inf'],
    [GENERATION, '595.51', '595.'],
    [GENERATION, '595.51', '4294967296.00'],
    [GENERATION, '64 runs', '99999999 runs'],
    [GENERATION, '64 runs', 'runs'],
    [GENERATION, '64 runs', '64 ru'],
    [GENERATION, 'eval time', 'evaltime'],
    [GENERATION, '=', ':'],
  ])('are rejected for %j with %j replaced by %j', async (line, right, wrong) => {
    expect(line).toContain(right);
    expect(await missing(withLine(line, line.replace(right, wrong)))).toMatch(/^missing /);
  });

  it('use the last of two lines, also when that one is malformed', async () => {
    const other = GENERATION.replace('595.51', '1.00');
    expect(await parse(`${LOG.join('')}${other}\n`)).toEqual(
      RESULT.with(3, 'generation 1000000 64'),
    );
    const bad = GENERATION.replace('595.51', 'inf');
    expect(await missing(`${LOG.join('')}${bad}\n`)).toBe('missing eval time');
  });

  it('are rejected for any truncated log', async () => {
    const text = LOG.join('');
    const end = text.indexOf(GENERATION) + GENERATION.length;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: end }), async (length) => {
        expect(await missing(text.slice(0, length))).toMatch(/^missing /);
      }),
      { numRuns: 100, examples: [[end], [end - 60], [end - 100]] },
    );
    expect(await missing(text.slice(0, end + 1))).toBeUndefined();
  });

  it('are found after a long prefix of the line', async () => {
    const log = withLine(GENERATION, `${'x'.repeat(800)} ${GENERATION}`);
    expect(await parse(log)).toEqual(RESULT);
  });

  it('are found between very long lines', async () => {
    const noise = `${'x'.repeat(5000)} common_perf_print: eval time = 1.00 ms / 1 runs\n`;
    expect(await parse(noise + LOG.join('') + noise)).toEqual(RESULT);
  });
});

describe('numbers with decimals', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  it('are printed with all decimals', async () => {
    const program = await buildProgram(folder.path, 'format_text', ['kernel/queue', 'text/text']);
    const { stdout } = await execa(program, {
      input: '2 1234\n2 5\n0 12\n3 0\n5 100000\n3 18446744073709551615\n',
    });
    expect(stdout.split('\n')).toEqual([
      ...['12.34', '0.05', '12', '0.000', '1.00000', '18446744073709551.615'],
    ]);
  });
});
