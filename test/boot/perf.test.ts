import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseResults } from '../../src/perf/results.js';
import { CLI, zosia } from '../support/cli.js';
import { convertStoryModel } from '../support/story-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { describeWithWeights } from '../support/weights.js';

const BOOT_MS = 240_000;

interface Run {
  readonly tokPerS: number;
  readonly threads: number;
  readonly args: string;
}

describeWithWeights('zosia perf', () => {
  const folder = temporaryFolder();
  let model = '';
  beforeAll(async () => {
    model = await convertStoryModel(folder.path);
  });

  const perf = (...args: string[]) => zosia(['perf', ...args], { cwd: folder.path });

  it.each(['aarch64', 'x86_64'])(
    "says of %s what llama.cpp's own clock says",
    async (arch) => {
      const { stdout, exitCode } = await perf(
        ...['run', model, '--arch', arch, '--smp', '1', '--tokens', '48'],
        ...['--llama-args', '-b,64,-c,256', '--log-dir', arch, '--json'],
      );
      expect(exitCode).toBe(0);
      const { runs } = JSON.parse(stdout) as { runs: (Run & { logPath: string })[] };
      expect(runs).toMatchObject([{ ok: true, tokens: 48, threads: 1, args: '-b,64,-c,256' }]);
      const log = await readFile(folder.file(runs[0]!.logPath), 'utf8');
      const own = /\beval time = +([\d.]+) ms \/ +48 runs/.exec(log);
      const ownRate = (48 / Number(own![1])) * 1000;
      expect(Math.abs(runs[0]!.tokPerS / ownRate - 1)).toBeLessThan(0.03);
    },
    BOOT_MS,
  );

  it(
    'keeps the console of a guest that cannot do what it is asked to',
    async () => {
      const { stdout, stderr, exitCode } = await perf(
        ...['run', model, '--arch', 'aarch64', '--llama-args', '--no-such-argument', '--json'],
      );
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ runs: [{ ok: false }] });
      expect(JSON.parse(stdout)).not.toHaveProperty('runs.0.tokPerS');
      const log = /its console is in (.*\.log)/.exec(stderr)?.[1];
      expect(await readFile(log!, 'utf8')).toMatch(/zosia: exit status=[1-9]/);
    },
    BOOT_MS,
  );

  it(
    'tunes as well as a matrix, in half its boots',
    async () => {
      const space = [
        ...['--threads', '1 2', '--batch-threads', 'default 2'],
        ...['--llama-args', 'default -b,64 -fa,off --poll,0'],
      ];
      const machine = ['--arch', 'aarch64', '--smp', '2', '--tokens', '16', '--json'];
      await perf('matrix', ...space, '--out', 'all.matrix');
      const all = await perf('run', model, '--matrix', 'all.matrix', ...machine);
      const { runs } = JSON.parse(all.stdout) as { runs: Run[] };
      expect(runs).toHaveLength(12);

      const tuned = await perf('tune', model, ...space, '--boots', '6', ...machine);
      const { winner, bootCount } = JSON.parse(tuned.stdout) as {
        winner: { median: number };
        bootCount: number;
      };
      expect(bootCount).toBeLessThanOrEqual(6);
      // Under emulation, on processors shared with others, the same setting varies by a third and more;
      // settings here differ by up to fifty times.
      const best = Math.max(...runs.map(({ tokPerS }) => tokPerS));
      expect(winner.median).toBeGreaterThan(best / 2);
    },
    4 * BOOT_MS,
  );
});

/** Every command of the guide: variables, then the arguments of `zosia`. */
async function guideCommands(): Promise<{ text: string; variables: string; args: string[] }[]> {
  const path = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
  const guide = await readFile(path, 'utf8');
  const blocks = [...guide.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, block]) => block!);
  return blocks.flatMap((block) =>
    [...block.matchAll(/^\$ ((?:[A-Z_]+=\S+ )*)zosia (.*)$/gm)].map(([text, variables, rest]) => ({
      text,
      variables: variables!,
      args: [...rest!.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word),
    })),
  );
}

describeWithWeights('the guide to performance', () => {
  const folder = temporaryFolder();

  it(
    'has commands that work, in their order',
    async () => {
      await convertStoryModel(folder.path);
      const commands = await guideCommands();
      expect(commands.length).toBeGreaterThan(6);
      for (const { text, variables, args } of commands) {
        const words = args.map((word) => (word === 'model.gguf' ? 'stories260K.gguf' : word));
        // One processor: under emulation more of them are much slower.
        const env = {
          SMP: '1',
          ...Object.fromEntries(
            variables
              .trim()
              .split(' ')
              .map((each) => each.split('=')),
          ),
        } as Record<string, string>;
        const exitCode = args.includes('--loop')
          ? await runUntilInterrupted(words, env)
          : (await zosia(words, { cwd: folder.path, env })).exitCode;
        expect(exitCode, text).toBe(0);
      }
      const made = ['perf.csv', 'perf.html', 'perf.matrix', 'perf-logs', 'zosia.perf.json'];
      expect(await readdir(folder.path)).toEqual(expect.arrayContaining(made));
    },
    4 * BOOT_MS,
  );

  /** Presses Ctrl+C when a run has been added to the results. */
  async function runUntilInterrupted(
    args: readonly string[],
    env: Record<string, string>,
  ): Promise<number | undefined> {
    const countRuns = async (): Promise<number> =>
      parseResults(await readFile(folder.file('perf.csv'), 'utf8'), 'perf.csv').length;
    const before = await countRuns();
    const options = { cwd: folder.path, env, reject: false, stdin: 'ignore' } as const;
    const running = execa(process.execPath, [CLI, ...args], options);
    const timer = setInterval(() => {
      void countRuns().then((count) => {
        if (count > before) running.kill('SIGINT');
      });
    }, 500);
    const { exitCode } = await running;
    clearInterval(timer);
    return exitCode;
  }
});

describe('the guide', () => {
  it('names every command of zosia perf, and every variable', async () => {
    const commands = new Set((await guideCommands()).map(({ args }) => args.slice(0, 2).join(' ')));
    expect([...commands].sort()).toEqual([
      ...['perf matrix', 'perf report', 'perf run', 'perf tune'],
    ]);
    const path = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
    const guide = await readFile(path, 'utf8');
    for (const command of ['run', 'matrix']) {
      const { stdout } = await zosia(['perf', command, '--help']);
      for (const [variable] of stdout.matchAll(/PERF_[A-Z_]+/g)) {
        expect(guide, variable).toContain(variable);
      }
    }
  });
});
