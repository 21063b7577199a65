import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { WHERE_LINUX_RUNS, buildProgram } from './programs.js';

const PARTS = [
  ...['text/text', 'kernel/file', 'kernel/procfs', 'kernel/queue'],
  ...['console/console', 'console/output_filter'],
  ...['process/child', 'process/confinement', 'process/exit_gate'],
];

describe('init, running a program', WHERE_LINUX_RUNS, () => {
  const folder = temporaryFolder();
  let runChild: string;
  let lateTalker: string;
  beforeAll(async () => {
    [runChild, lateTalker] = await Promise.all([
      buildProgram(folder.path, 'run_child', PARTS),
      buildProgram(folder.path, 'late_talker', ['kernel/queue', 'text/text']),
    ]);
  });

  async function run(...command: string[]): Promise<string> {
    return (await execa(runChild, command, { stripFinalNewline: false })).stdout;
  }

  it('loses the output of a thread that prints after exit, when init does not hold the exit', async () => {
    const { stdout, exitCode } = await execa(lateTalker, { reject: false });
    expect({ stdout, exitCode }).toEqual({ stdout: 'early words', exitCode: 7 });
  });

  it('holds the exit of a program until all its threads have printed', async (context) => {
    // Init is root; another user may hold exits only of what can gain no privileges.
    const isRoot = process.getuid!() === 0;
    const command = isRoot ? [] : ['setpriv', '--no-new-privs'];
    const [program, ...args] = [...command, runChild, lateTalker];
    const { stdout: output } = await execa(program, args, { stripFinalNewline: false });
    context.skip(output.startsWith('no gate\n'), 'no seccomp user notification on this host');
    expect(output).toBe('early words\nlate words\nstatus 7\n');
  });

  it('reads all of a large output', async () => {
    const path = folder.file('large');
    const text = Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join('');
    await writeFile(path, text);
    expect((await run('/bin/cat', path)).replace(/^no gate\n/, '')).toBe(`${text}status 0\n`);
  });

  it.each([
    [['/bin/sh', '-c', 'exit 3'], 'status 3'],
    [['/bin/sh', '-c', 'kill -KILL $$'], 'status 137'],
    [['/bin/sh', '-c', 'kill -SEGV $$'], 'status 139'],
    [['/no/such/program'], 'status 127'],
  ])('reports the exit status of %j', async (command, status) => {
    expect((await run(...command)).trimEnd().split('\n').at(-1)).toBe(status);
  });
});
