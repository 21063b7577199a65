import { readFile, readdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { execa } from 'execa';
import { parseResults, SCRIPT_RESULTS_HEADER } from '../../../src/perf/results.js';
import { until } from '../../machine/support/processes.js';
import { makeFakeGuest } from '../../perf/fake-guest.js';
import { CLI, zosia } from '../../support/cli.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();
let env: Record<string, string> = {};

/** A folder with all that `zosia perf run` boots, but nothing that boots: QEMU is not the real one. */
beforeAll(async () => {
  await makeFakeGuest(folder.file('qemu'));
  for (const name of ['Image', 'initrd', 'disk']) {
    await writeFile(folder.file(name), Buffer.alloc(4096, `${name}\0`));
  }
  env = {
    PATH: `${folder.file('qemu')}:${process.env.PATH ?? ''}`,
    KERNEL_IMAGE: folder.file('Image'),
    INITRD_IMAGE: folder.file('initrd'),
    MODEL_DISK_IMAGE: folder.file('disk'),
    ZOSIA_CACHE: folder.file('cache'),
  };
});

const MACHINE = ['--arch', 'aarch64', '--accel', 'tcg'];
const perf = (command: string, args: readonly string[], more: Record<string, string> = {}) =>
  zosia(['perf', command, ...args], { cwd: folder.path, env: { ...env, ...more } });
const run = (args: readonly string[], more: Record<string, string> = {}) =>
  perf('run', [...MACHINE, ...args], more);
const resultsIn = async (name: string) =>
  parseResults(await readFile(folder.file(name), 'utf8'), name);

describe('zosia perf run', () => {
  it('prints a table and a line for each run', async () => {
    const { stdout, stderr, exitCode } = await run(['--threads', '3', '--runs', '2']);
    expect(stdout).toMatch(/^disk, aarch64, tcg, \d+ CPUs?\n/);
    expect(stdout).toMatch(/^ +3 +3 +- +2 +0 +30\.0 /m);
    expect(stderr).toMatch(/^3 threads, run 2: 30\.0 tok\/s \(64 tokens in 2\.13 s/m);
    expect(exitCode).toBe(0);
  });

  it('fails at the first run that is below the minimum', async () => {
    const args = ['--threads', '2', '--min-tok-s', '20.5', '--runs', '3', '--json'];
    const { stdout, stderr, exitCode } = await run(args);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [{ tokPerS: 20, ok: false }],
      ok: false,
      interrupted: false,
    });
    expect(stderr).toContain('too slow');
  });

  const MATRIX = '# four lines\n1||\n2|3|-b,256\n||--crash\n4||\n';

  it('measures a matrix of four lines, one of which fails, and the CSV can be read back', async () => {
    await writeFile(folder.file('four.matrix'), MATRIX);
    const logs = () => readdir(folder.file('artifacts/perf-logs')).catch(() => []);
    const logCount = (await logs()).length;
    const results = ['--results', 'four.csv'];
    const args = ['--matrix', 'four.matrix', '--no-fail-fast', ...results];
    const { stdout, stderr, exitCode } = await run(args);
    expect(exitCode).toBe(1);
    expect(await resultsIn('four.csv')).toMatchObject([
      { threads: 1, batchThreads: 1, args: '', tokens: 64, tokPerS: 10, ok: true },
      { threads: 2, batchThreads: 3, args: '-b,256', tokPerS: 20, ok: true },
      {
        threads: undefined,
        args: '--crash',
        tokPerS: undefined,
        seconds: undefined,
        ok: false,
        error: expect.stringContaining('killed by signal 11'),
      },
      { threads: 4, tokPerS: 40, ok: true, arch: 'aarch64', accel: 'tcg', model: 'disk' },
    ]);
    expect(stdout).toMatch(/--crash +0 +1 +-/);
    const log = /its console is in (.*\.log)/.exec(stderr)?.[1];
    expect(await readFile(log!, 'utf8')).toContain('killed by signal 11');
    // The logs of good runs are not kept unless requested.
    expect(await logs()).toHaveLength(logCount + 1);
  });

  it('stops at the line that fails by default', async () => {
    await writeFile(folder.file('four.matrix'), MATRIX);
    const args = ['--matrix', 'four.matrix', '--results', 'fast.csv', '--log-dir', 'logs'];
    expect((await run(args)).exitCode).toBe(1);
    expect(await resultsIn('fast.csv')).toHaveLength(3);
    expect(await readdir(folder.file('logs'))).toHaveLength(3);
  });

  it('reads its options from variables, which options override', async () => {
    await writeFile(folder.file('var.matrix'), '1||\n||--crash\n2||\n');
    const variables = {
      PERF_MATRIX_FILE: 'var.matrix',
      PERF_FAIL_FAST: '0',
      PERF_RUNS: '2',
      PERF_TOKENS: '16',
      PERF_TIMEOUT: '30',
      PERF_RESULTS: 'var.csv',
      PERF_LOG_DIR: 'var-logs',
      PERF_MIN_TOK_S: '',
    };
    await run([], variables);
    const records = await resultsIn('var.csv');
    expect(records).toHaveLength(6);
    expect(records[0]).toMatchObject({ tokens: 16, tokPerS: 10 });
    expect(await readdir(folder.file('var-logs'))).toHaveLength(6);

    const single = { PERF_THREADS: '4', PERF_BATCH_THREADS: '3', PERF_LLAMA_ARGS: '-b,256' };
    const { stdout } = await run(['--threads', '5', '--json'], { ...single, PERF_PROFILE: 'none' });
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [{ threads: 5, batchThreads: 3, args: '-b,256' }],
    });
  });

  it('measures the default profile, reduced to the host, and the profiles of a file', async () => {
    const usual = await run(['--json', '--smp', '2']);
    expect(usual.stderr).toContain('cut down');
    expect(JSON.parse(usual.stdout)).toMatchObject({
      runs: [{ threads: 2, args: '-b,256,-c,1024', tokens: 128, cpus: 2 }],
    });
    const none = await run(['--json'], { PERF_PROFILE: 'none' });
    expect(JSON.parse(none.stdout)).toMatchObject({ runs: [{ args: '', tokens: 64 }] });
    await writeFile(
      folder.file('zosia.perf.json'),
      '{"profiles": {"mine": {"cpus": 1, "threads": 1, "tokens": 7, "llamaArgs": ["-b", "8"]}}}',
    );
    const mine = await run(['--json', '--profile', 'mine']);
    expect(JSON.parse(mine.stdout)).toMatchObject({
      runs: [{ threads: 1, args: '-b,8', tokens: 7, cpus: 1 }],
    });
  });

  it('reports that a matrix replaces the setting of a profile', async () => {
    await writeFile(folder.file('one.matrix'), '1||\n');
    const args = ['--matrix', 'one.matrix', '--json', '--smp', '6'];
    const { stdout, stderr } = await run([...args, '--profile', 'phi35_fast']);
    expect(stderr).toContain('those of the profile phi35_fast are not');
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ threads: 1, args: '', tokens: 128 }] });
    expect((await run([...args, '--profile', 'none'])).stderr).not.toContain('the profile');
  });

  it.each([
    [['--matrix', 'bad.matrix'], {}, /^error: bad\.matrix, line 2: "x"/m],
    [['--matrix', 'none.matrix'], {}, /none\.matrix does not exist/],
    [['--matrix', 'bad.matrix', '--threads', '2'], {}, /the matrix bad\.matrix says what/],
    [['--profile', 'fastest'], {}, /no profile "fastest"/],
    [['--llama-args', 'a b'], {}, /^error: --llama-args: "a b"/m],
    [['--results', 'foreign.csv'], {}, /foreign\.csv does not begin with the header of results/],
    [[], { PERF_LOOP_SLEEP: 'long' }, /^error: PERF_LOOP_SLEEP cannot be long/m],
    [[], { PERF_LLAMA_ARGS: 'a b' }, /^error: PERF_LLAMA_ARGS: "a b"/m],
    [[], { PERF_FAIL_FAST: 'no' }, /^error: PERF_FAIL_FAST cannot be no\nhint: {2}Give 1 or 0/m],
    [[], { PERF_TIMEOUT: '-3' }, /^error: PERF_TIMEOUT cannot be -3/m],
    [[], { PERF_TIMEOUT: 'soon' }, /^error: PERF_TIMEOUT cannot be soon/m],
    [[], { PERF_LOOP: '2' }, /^error: PERF_LOOP cannot be 2/m],
    [[], { PERF_RUNS: 'some' }, /^error: PERF_RUNS cannot be some/m],
    [[], { PERF_LOOP: 'yes' }, /^error: PERF_LOOP cannot be yes/m],
    [[], { SMP: 'x' }, /^error: SMP cannot be x/m],
  ])('rejects %j with %j before anything is booted', async (args, more, said) => {
    await writeFile(folder.file('bad.matrix'), '1||\nx||\n');
    await writeFile(folder.file('foreign.csv'), 'date,rate\n');
    const { stdout, stderr, exitCode } = await run(args, more);
    expect(stderr).toMatch(said);
    expect(stderr).toMatch(/^hint: /m);
    expect(stdout).toBe('');
    const isUsage = /^error: (?:.* cannot |the matrix .* says|\S+: "a b")/m.test(stderr);
    expect(exitCode).toBe(isUsage ? 2 : 1);
  });

  it('appends to a file of the original scripts, and reports once which columns it lacks', async () => {
    await writeFile(folder.file('scripts.csv'), SCRIPT_RESULTS_HEADER);
    const args = ['--threads', '2', '--runs', '2', '--results', 'scripts.csv'];
    const { stderr, exitCode } = await run(args);
    expect(exitCode).toBe(0);
    expect(
      stderr.match(/scripts\.csv has the columns that it began with: how long loading took/g),
    ).toHaveLength(1);
    const lines = (await readFile(folder.file('scripts.csv'), 'utf8')).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^[^,]*Z,2,2,,64,3\.2,20,1$/);
    expect(await resultsIn('scripts.csv')).toMatchObject([{ tokPerS: 20 }, { tokPerS: 20 }]);
  });

  it.each([
    ['--threads', '0'],
    ['--threads', '513'],
    ['--tokens', '1000001'],
    ['--runs', '0'],
    ['--min-tok-s', '-1'],
    ['--timeout', '0'],
  ])('rejects %s %s as wrong usage', async (option, value) => {
    expect((await run([option, value])).exitCode).toBe(2);
  });

  it('prints the commands with --dry-run, and boots nothing', async () => {
    const args = ['--threads', '2', '--llama-args', '-b,256', '--dry-run'];
    const { stdout, exitCode } = await run(args);
    expect(stdout).toMatch(/qemu-system-aarch64.* zosia\.perf=1 .*zosia\.llama_args=-b,256/);
    expect(exitCode).toBe(0);
  });

  it('reports a missing model and a missing disk', async () => {
    const { stderr, exitCode } = await run([], { MODEL_DISK_IMAGE: '' });
    expect(stderr).toMatch(/no model was named, and no model disk is built/);
    expect(exitCode).toBe(1);
  });
});

describe('zosia perf run, interrupted', () => {
  /** Runs until `count` runs are in the CSV, then presses Ctrl+C. */
  async function interrupt(args: readonly string[], csv: string, count: number) {
    const running = execa(
      process.execPath,
      [CLI, 'perf', 'run', ...MACHINE, ...args, '--results', csv],
      { cwd: folder.path, env, reject: false, stdin: 'ignore' },
    );
    await until(async () => (await resultsIn(csv)).length >= count);
    running.kill('SIGINT');
    return running;
  }

  it('ends a loop with a summary, as a success', async () => {
    const args = ['--threads', '2', '--loop'];
    const { stdout, exitCode } = await interrupt(args, 'loop.csv', 3);
    const records = await resultsIn('loop.csv');
    expect(records.map(({ run: round }) => round)).toEqual(records.map((_, index) => index + 1));
    expect(stdout).toMatch(new RegExp(`^ +2 +2 +- +${records.length} +0 +20\\.0 `, 'm'));
    expect(exitCode).toBe(0);
  });

  it('ends a loop with failed runs as a failure', async () => {
    const args = ['--llama-args', '--crash', '--loop', '--no-fail-fast'];
    const { exitCode, stdout } = await interrupt(args, 'failing.csv', 2);
    expect(stdout).toContain('--crash');
    expect(exitCode).toBe(1);
  });

  it('ends the running machine, and fails when the measurement had a fixed number of runs', async () => {
    await writeFile(folder.file('hang.matrix'), '1||\n||--hang\n');
    const args = ['--matrix', 'hang.matrix'];
    const { exitCode, stdout } = await interrupt(args, 'hang.csv', 1);
    expect(stdout).toMatch(/^ +1 +1 +- +1 +0 +10\.0 /m);
    expect(await resultsIn('hang.csv')).toHaveLength(1);
    expect(exitCode).toBe(130);
  });
});

describe('a disk that is full when a second run is added to the results', () => {
  /** Loaded before zosia: makes the second line that begins with a time fail as on a full disk. */
  const FULL_DISK = `
import { open } from 'node:fs/promises';
const file = await open(process.execPath);
const handle = Object.getPrototypeOf(file);
await file.close();
const { write } = handle;
let runs = 0;
handle.write = function (bytes, ...rest) {
  if (/^[0-9]{4}-/.test(bytes) && ++runs > 1) throw Object.assign(new Error(), { code: 'ENOSPC' });
  return write.call(this, bytes, ...rest);
};
`;
  let onFullDisk: Record<string, string> = {};
  beforeAll(async () => {
    await writeFile(folder.file('full-disk.mjs'), FULL_DISK);
    onFullDisk = { NODE_OPTIONS: `--import=${pathToFileURL(folder.file('full-disk.mjs')).href}` };
  });

  it('ends a loop with the summary and reports the runs that were lost', async () => {
    const args = ['--threads', '2', '--loop', '--results', 'full.csv'];
    const { stdout, stderr, exitCode } = await run(args, onFullDisk);
    expect(stderr).toMatch(
      /^zosia: run 2 with 2 threads is not in full\.csv; the summary has it$/m,
    );
    expect(stderr).toMatch(/^error: no room to write full\.csv\nhint: {2}Name another file/m);
    expect(stdout).toMatch(/^ +2 +2 +- +2 +0 +20\.0 /m);
    expect(await resultsIn('full.csv')).toHaveLength(1);
    expect(exitCode).toBe(1);
  });

  it('ends tuning with the measurements so far, also as JSON', async () => {
    const args = [...MACHINE, '--json', '--results', 'full-tune.csv'];
    const { stdout, exitCode } = await perf('tune', args, onFullDisk);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{}, {}], interrupted: true, ok: false });
    expect(exitCode).toBe(1);
  });
});

describe('zosia perf matrix', () => {
  it('prints a matrix or writes it to a file, which perf run accepts', async () => {
    const lists = [
      '--threads',
      '1 2',
      '--llama-args',
      'default -b,256',
      '--batch-threads',
      'default',
    ];
    const { stdout } = await perf('matrix', lists);
    const lines = '# threads|batch threads|llama.cpp arguments\n1||\n1||-b,256\n2||\n2||-b,256\n';
    expect(stdout).toBe(lines);
    const written = await perf('matrix', ['--out', 'new.matrix'], {
      PERF_MATRIX_THREADS: '1,2',
      PERF_MATRIX_BATCH_THREADS: 'default',
      PERF_MATRIX_ARGS: 'default -b,256',
    });
    expect(written).toMatchObject({ stdout: '', stderr: 'wrote new.matrix (4 settings)\n' });
    expect(await readFile(folder.file('new.matrix'), 'utf8')).toBe(lines);
    const { stdout: json } = await run(['--matrix', 'new.matrix', '--json']);
    expect((JSON.parse(json) as { runs: unknown[] }).runs).toHaveLength(4);
  });

  it('has thread counts around the number of processors', async () => {
    const { stdout } = await perf('matrix', []);
    expect(stdout.split('\n').length).toBeGreaterThan(4);
  });
});

describe('zosia perf tune', () => {
  it('finds the fastest setting, prints the number of boots, and saves it as a profile', async () => {
    const lists = ['--threads', '1 2 4', '--llama-args', 'default --crash -b,256'];
    const args = [...MACHINE, ...lists, '--batch-threads', 'default 3'];
    const { stdout, stderr, exitCode } = await perf('tune', [
      ...args,
      ...['--save-profile', 'found', '--profiles', 'found.json', '--results', 'tune.csv'],
    ]);
    expect(stdout).toMatch(
      /^fastest: {2}4 threads.*: 40\.0 tok\/s, median of 2 runs, from 40\.0 to/m,
    );
    expect(stdout).toMatch(/^boots: {4}\d+; a matrix of all 18 settings, one run each, takes 18$/m);
    const boots = Number(/^boots: +(\d+);/m.exec(stdout)![1]);
    expect(boots).toBeLessThanOrEqual(9);
    expect(stderr).toContain('measured 2 of 3 times; give more --boots');
    expect(await resultsIn('tune.csv')).toHaveLength(boots);
    expect(stderr).toContain('kept as the profile found in found.json');
    expect(exitCode).toBe(0);

    const again = await run(['--profile', 'found', '--profiles', 'found.json', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ runs: [{ tokPerS: expect.any(Number) }] });
  });

  it('uses no more boots than allowed', async () => {
    const { stdout } = await perf('tune', [
      ...[...MACHINE, '--threads', '1 2', '--llama-args', 'default', '--boots', '2', '--json'],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      winner: { threads: 2, count: 1, median: 20 },
      bootCount: 2,
      runs: [{}, {}],
    });
  });

  it('fails when no setting gives a result', async () => {
    const args = [...MACHINE, '--threads', '1', '--llama-args', '--crash'];
    const { stderr, exitCode } = await perf('tune', args);
    expect(stderr).toMatch(
      /^error: no boot gave a result\nhint: {2}The last console is in .*\.log/m,
    );
    expect(exitCode).toBe(1);
  });

  it('rejects an invalid profile name before it boots', async () => {
    const { stderr, exitCode } = await perf('tune', [...MACHINE, '--save-profile', 'none']);
    expect(stderr).toContain('the profile none is built in');
    expect(exitCode).toBe(1);
  });
});

describe('zosia perf report', () => {
  it('summarizes files of both kinds as a table, as JSON and as a page', async () => {
    const old = `${SCRIPT_RESULTS_HEADER}2026-01-02T03:04:05Z,8,8,"-b,256",64,3.2,20,1\n`;
    await writeFile(folder.file('old.csv'), old);
    await run(['--threads', '3', '--results', 'new.csv']);
    const args = ['old.csv', 'new.csv', '--html', 'page.html'];
    const { stdout, stderr, exitCode } = await perf('report', args);
    expect(stdout).toMatch(/^unknown machine\n.*\n +8 +8 +-b,256 +1 +0 +20\.0 /m);
    expect(stdout).toMatch(/^disk, aarch64, tcg/m);
    expect(stderr).toBe('wrote page.html\n');
    expect(exitCode).toBe(0);
    expect(await readFile(folder.file('page.html'), 'utf8')).toMatch(/^<!doctype html>/);

    const { stdout: json } = await perf('report', ['old.csv', '--json']);
    expect(JSON.parse(json)).toMatchObject([
      {
        title: 'unknown machine',
        settings: [{ threads: 8, runCount: 1, summary: { median: 20 } }],
      },
    ]);
  });

  it.each([
    ['none.csv', '', /none\.csv does not exist/],
    ['empty.csv', SCRIPT_RESULTS_HEADER, /there are no runs in empty\.csv/],
    ['torn.csv', `${SCRIPT_RESULTS_HEADER}2026-01-02T03:04:05Z,8,8`, /torn\.csv, line 2: 3 fields/],
  ])('rejects %s', async (name, text, message) => {
    if (text !== '') await writeFile(folder.file(name), text);
    const { stderr, exitCode } = await perf('report', [name]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(1);
  });
});
