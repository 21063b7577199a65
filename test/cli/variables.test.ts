import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { VariableOption } from '../../src/cli/variable-option.js';
import { ROOT } from '../docs/pages.js';
import { makeFakeGuest } from '../perf/fake-guest.js';
import { zosia } from '../support/cli.js';
import { wholeProgram } from '../support/commands.js';
import { temporaryFolder } from '../support/temporary.js';

const program = await wholeProgram();

/** `perf run`, and `run` for the machine that is meant without its name. */
function commandOf(words: string): Command {
  let command = program;
  for (const word of words.split(' ')) {
    command = command.commands.find((each) => each.name() === word)!;
  }
  return command.commands.find((each) => each.name() === 'linux') ?? command;
}

/** Each variable with its option and command, as `docs/variables.md` has them. */
async function documented(): Promise<string[]> {
  const text = await readFile(`${ROOT}docs/variables.md`, 'utf8');
  const rows = text.matchAll(/^\| `([A-Z_]+)` \| `(--[a-z-]+)` \| (.*) \|$/gm);
  return [...rows].flatMap(([, name, long, commands]) =>
    [...commands!.matchAll(/`([a-z ]+)`/g)].map(
      ([, words]) => `${name!} ${long!} ${pathOf(commandOf(words!))}`,
    ),
  );
}

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : '';

function known(command: Command = program): string[] {
  const own = command.options.flatMap((option) =>
    option instanceof VariableOption
      ? Object.keys(option.variables).map((name) => `${name} ${option.long!} ${pathOf(command)}`)
      : [],
  );
  return [...own, ...command.commands.flatMap((child) => known(child))];
}

describe('docs/variables.md', () => {
  it('lists every variable of every command', async () => {
    expect((await documented()).sort()).toEqual(known().sort());
  });
});

describe('each variable of the original scripts', () => {
  const folder = temporaryFolder();
  let env: Record<string, string> = {};
  beforeAll(async () => {
    await makeFakeGuest(folder.file('qemu'));
    for (const name of ['Image', 'initrd', 'disk', 'other']) {
      await writeFile(folder.file(name), Buffer.alloc(4096, `${name}\0`));
    }
    await writeFile(folder.file('one.matrix'), '3|2|-b,128\n');
    await mkdir(folder.file('empty'));
    env = {
      PATH: `${folder.file('qemu')}:${process.env.PATH ?? ''}`,
      ZOSIA_CACHE: folder.file('cache'),
      KERNEL_IMAGE: folder.file('Image'),
      INITRD_IMAGE: folder.file('initrd'),
      MODEL_DISK_IMAGE: folder.file('disk'),
      QEMU_ACCEL: 'tcg',
    };
  });

  const outputOf = async (args: readonly string[], more: Record<string, string>) => {
    const { stdout, stderr } = await zosia(args, { cwd: folder.path, env: { ...env, ...more } });
    return stdout + stderr;
  };

  const RUN = ['run', '--arch', 'aarch64', '--dry-run'];
  let withoutMore = '';
  beforeAll(async () => {
    withoutMore = await outputOf(RUN, {});
  });

  it.each([
    ['KERNEL_IMAGE', 'other', /-kernel \S*other /],
    ['INITRD_IMAGE', 'other', /-initrd \S*other /],
    ['MODEL_DISK_IMAGE', 'other', /filename=\S*other /],
    ['RAM_MB', '777', /-m 777/],
    ['SMP', '3', /-smp 3/],
    ['QEMU_ACCEL', 'tcg,thread=single', /-accel tcg,thread=single/],
    ['QEMU_CPU', 'cortex-a57', /-cpu cortex-a57/],
    ['QEMU_SERIAL', 'mon:stdio', /-serial mon:stdio/],
    ['APPEND_EXTRA', 'zosia.ci=1', /zosia\.ci=1/],
    ['ZOSIA_USE_UEFI', '1', /if=pflash|-bios /],
    ['ZOSIA_USE_UEFI', 'yes', /^error: ZOSIA_USE_UEFI cannot be yes/m],
    ['TIMEOUT_SECS', 'soon', /^error: TIMEOUT_SECS cannot be soon/m],
  ])('%s=%s is used by zosia run', async (name, value, said) => {
    expect(await outputOf(RUN, { [name]: value })).toMatch(said);
    expect(withoutMore).not.toMatch(said);
  });

  const PERF = ['perf', 'run', '--arch', 'aarch64', '--dry-run'];
  it.each([
    ['PERF_PROFILE', 'none', /zosia\.perf\.tokens=64/],
    ['PERF_THREADS', '5', /zosia\.llama_threads=5/],
    ['PERF_BATCH_THREADS', '7', /zosia\.llama_batch_threads=7/],
    ['PERF_LLAMA_ARGS', '-b,64', /zosia\.llama_args=-b,64/],
    ['PERF_TOKENS', '17', /zosia\.perf\.tokens=17/],
    ['PERF_MATRIX_FILE', 'one.matrix', /zosia\.llama_threads=3 zosia\.llama_batch_threads=2/],
    ['KERNEL_IMAGE', 'other', /-kernel \S*other /],
    ['PERF_RUNS', 'x', /^error: PERF_RUNS cannot be x/m],
    ['PERF_LOOP', 'x', /^error: PERF_LOOP cannot be x/m],
    ['PERF_LOOP_SLEEP', 'x', /^error: PERF_LOOP_SLEEP cannot be x/m],
    ['PERF_MIN_TOK_S', 'x', /^error: PERF_MIN_TOK_S cannot be x/m],
    ['PERF_FAIL_FAST', 'x', /^error: PERF_FAIL_FAST cannot be x/m],
    ['PERF_TIMEOUT', 'x', /^error: PERF_TIMEOUT cannot be x/m],
    ['PERF_LOG', 'empty', /^error: empty is a folder\nhint: {2}Name a file/m],
  ])('%s=%s is used by zosia perf run', async (name, value, said) => {
    expect(await outputOf(PERF, { [name]: value })).toMatch(said);
  });

  it('PERF_RUNS, PERF_RESULTS, PERF_LOG and PERF_LOG_DIR set where the results of runs go', async () => {
    const more = {
      PERF_THREADS: '3',
      PERF_RUNS: '2',
      PERF_RESULTS: 'all.csv',
      PERF_LOG: 'last.log',
      PERF_LOG_DIR: 'logs',
    };
    const text = await outputOf(['perf', 'run', '--arch', 'aarch64'], more);
    expect(text).toContain('3 threads, run 2');
    expect((await readFile(folder.file('all.csv'), 'utf8')).trim().split('\n')).toHaveLength(3);
    expect(await readFile(folder.file('last.log'), 'utf8')).toContain('zosia: perf');
    expect(await readdir(folder.file('logs'))).toHaveLength(2);
  });

  it('accepts commas and semicolons in the lists of a matrix', async () => {
    const matrix = await outputOf(['perf', 'matrix'], {
      PERF_MATRIX_THREADS_LIST: '4,6,8',
      PERF_MATRIX_BATCH_THREADS_LIST: '2,3',
      PERF_MATRIX_ARGS_LIST: '-b,256,-c,2048;-b,512,-c,2048',
    });
    const lines = matrix.trim().split('\n').slice(1);
    expect(lines).toHaveLength(12);
    expect(lines.slice(0, 3)).toEqual([
      '4|2|-b,256,-c,2048',
      '4|2|-b,512,-c,2048',
      '4|3|-b,256,-c,2048',
    ]);
  });

  it('OUT_PATH is the path of a matrix', async () => {
    await outputOf(['perf', 'matrix'], { OUT_PATH: 'here.matrix' });
    expect(await readFile(folder.file('here.matrix'), 'utf8')).toMatch(/^# threads/);
  });

  it('is overridden by its option, and counts as not set when it is empty', async () => {
    expect(await outputOf([...RUN, '--ram', '888'], { RAM_MB: '777' })).toMatch(/-m 888/);
    expect(await outputOf(RUN, { RAM_MB: '' })).not.toMatch(/error/);
  });
});
