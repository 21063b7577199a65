import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { withLoggedRun } from '../../src/toolchain/logged-run.js';
import type { RunStep } from '../../src/toolchain/logged-run.js';
import { zosiaError } from '../support/errors.js';
import { onHost } from '../support/host.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const logPath = (): string => folder.file('build.log');

const build = <T>(use: (run: RunStep) => Promise<T>, lines: string[] = []): Promise<T> =>
  onHost((builder) =>
    withLoggedRun(
      {
        builder,
        what: 'the program',
        purpose: 'build',
        logPath: logPath(),
        env: { MINE: 'mine', OTHER: 'mine' },
        onLine: (line) => lines.push(line),
        firstError: (log) => log.split('\n').find((line) => line.startsWith('error')),
      },
      use,
    ),
  );

it('keeps one log of all steps, and hands on each line', async () => {
  const lines: string[] = [];
  const result = await build(async (run) => {
    await run('sh', ['-c', 'echo "$MINE $OTHER"; mkdir sub'], { env: { OTHER: 'other' } });
    await run('sh', ['-c', 'exec 2>&1; echo warning >&2; basename "$PWD"'], { cwd: 'sub' });
    return 'made';
  }, lines);
  expect(result).toBe('made');
  expect(lines).toEqual(['mine other', 'warning', 'sub']);
  expect(await readFile(logPath(), 'utf8')).toBe('mine other\nwarning\nsub\n');
});

it('fails with the first error of all steps, keeps the log, and begins it anew', async () => {
  const failure = build(async (run) => {
    await run('sh', ['-c', 'echo "error 1"']);
    await run('sh', ['-c', 'echo "error 2"; exit 1']);
  });
  await expect(failure).rejects.toThrow(zosiaError('ZOSIA_BUILD_FAILED'));
  await expect(failure).rejects.toMatchObject({
    message: 'the program was not built: error 1',
    hint: `The whole log is ${logPath()}. zosia doctor --for build says whether something is missing.`,
  });
  expect(await readFile(logPath(), 'utf8')).toBe('error 1\nerror 2\n');
  await build((run) => run('true', []));
  expect(await readFile(logPath(), 'utf8')).toBe('');
});

it('says that a program is not there, where nothing was printed', async () => {
  await expect(build((run) => run('no-such-program', []))).rejects.toThrow('no-such-program');
});
