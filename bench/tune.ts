import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { formatMatrix } from '../src/perf/matrix.js';
import type { WaitPolicy } from '../src/machine/machine.js';
import { formatSetting, makeSetting, parseLlamaArgs } from '../src/perf/setting.js';
import type { Setting } from '../src/perf/setting.js';
import { median } from '../src/perf/statistics.js';
import { CLI } from '../test/support/cli.js';
import { convertCheckpoint } from '../test/support/convert-checkpoint.js';
import { STORIES_260K } from '../test/support/weight-files.js';

/**
 * What `zosia perf tune` finds beside what a matrix of the same settings finds with one run of each, and
 * how many boots each of them takes. The best of single runs was lucky, and a host is busier at one time
 * than at another: so both findings are measured again, in turns, and their ratio is what counts.
 *
 *     npm run bench:tune -- [--arch aarch64] [--runs 3] [--tokens 16]
 */
const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: 'aarch64' },
    runs: { type: 'string', default: '3' },
    tokens: { type: 'string', default: '16' },
  },
});

const SPACE = [
  ['--threads', '1 2'],
  ['--batch-threads', 'default 2'],
  ['--wait', 'sleep spin'],
  ['--llama-args', 'default -b,64 -fa,off'],
].flat();

interface Run {
  readonly tokPerS: number;
  readonly threads: number;
  readonly batchThreads: number;
  readonly args: string;
  readonly wait: '' | WaitPolicy;
}

async function compare(folder: string): Promise<void> {
  const model = await convertCheckpoint(folder, STORIES_260K);
  const machine = [model, '--arch', values.arch, '--smp', '2', '--tokens', values.tokens];
  const perf = async (...args: string[]): Promise<string> =>
    (await execa(process.execPath, [CLI, 'perf', ...args], { cwd: folder })).stdout;
  const runMatrix = async (name: string, ...options: string[]): Promise<readonly Run[]> => {
    const printed = await perf('run', ...machine, '--matrix', name, ...options, '--json');
    return (JSON.parse(printed) as { runs: Run[] }).runs;
  };

  await perf('matrix', ...SPACE, '--out', 'all.matrix');
  const runs = await runMatrix('all.matrix');
  const best = runs.reduce((a, b) => (b.tokPerS > a.tokPerS ? b : a));
  const tuned = JSON.parse(await perf('tune', ...machine, ...SPACE, '--json')) as {
    readonly winner: Setting;
    readonly bootCount: number;
  };

  const { threads, batchThreads, args, wait } = best;
  const llamaArgs = parseLlamaArgs(args, 'the fastest run');
  const matrixBest = makeSetting(threads, batchThreads, llamaArgs, wait === '' ? undefined : wait);
  const findings: readonly Setting[] = [tuned.winner, matrixBest];
  await writeFile(join(folder, 'two.matrix'), formatMatrix(findings));
  const again = (await runMatrix('two.matrix', '--runs', values.runs)).map((run) => run.tokPerS);
  const [ofTune, ofMatrix] = findings.map((_, turn) =>
    median(again.filter((_, index) => index % findings.length === turn)),
  );
  const [tune, matrix] = findings.map(formatSetting);
  console.log(`${values.arch}, ${values.tokens} tokens, each finding a median of ${values.runs}`);
  console.log(`  tune    ${tune}: ${ofTune!.toFixed(1)} tokens/s, ${tuned.bootCount} boots`);
  console.log(`  matrix  ${matrix}: ${ofMatrix!.toFixed(1)} tokens/s, ${runs.length} boots`);
  console.log(`  ${(ofTune! / ofMatrix!).toFixed(2)} of the matrix's tokens/s`);
}

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  await compare(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
