import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { IS_COMPLETE_HOST } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';
import { GUESTS_OF_HOST_TESTS } from './instant/architectures.js';
import { InstantUser, answersOf, until } from './instant/host.js';

const QUESTION = 'What is zosia?';
const ANSWER = 'boots straight into the model';

describe.each(GUESTS_OF_HOST_TESTS)('machines that are there at once on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepare();
  });

  const expectWhole = async (count: number): Promise<void> => {
    const { stdout, exitCode } = await user.ask(QUESTION);
    expect(exitCode).toBe(0);
    expect(answersOf(stdout)).toContain(ANSWER);
    expect(await user.saved()).toHaveLength(count);
    await user.expectNothingLeft();
  };

  it('leave nothing that is used when zosia is killed while it saves', async () => {
    const start = user.start(['--temp', '0'], QUESTION);
    await until(async () => {
      const [draft] = await user.saved();
      return draft !== undefined && existsSync(join(user.snapshots, draft, 'state'));
    });
    start.kill();
    await until(async () => (await user.machines()).length === 0);
    await expectWhole(1);
  });

  it('stay whole when zosia is killed while it restores', async () => {
    const start = user.start(['--temp', '0'], QUESTION);
    await until(async () => (await user.machines()).some((args) => args.includes('-incoming')));
    start.kill();
    await until(async () => (await user.machines()).length === 0);
    await expectWhole(1);
  });

  it('end at Ctrl+C before the prompt is there', async () => {
    const terminal = user.open(['--temp', '0', '--fresh']);
    await until(async () => (await user.machines()).length === 1);
    terminal.type('\x03');
    expect(await terminal.ended()).toBe(0);
    await user.expectNothingLeft();
    // What was saved for a pipe is another one.
    expect(await user.saved()).toHaveLength(1);
  });

  it('are not kept without room in the budget, or when that is asked for', async () => {
    const small = await user.ask(QUESTION, ['--temp', '0', '-n', '30', '--snapshot-budget', '40']);
    expect(small.stderr).toMatch(/not saved: it takes \d+ MiB, and saved machines may take 40$/m);
    const none = await user.ask(QUESTION, ['--temp', '0', '-n', '30', '--no-snapshot']);
    for (const { stdout } of [small, none]) expect(answersOf(stdout)).toContain('zosia turns');
    expect(await user.saved()).toHaveLength(1);
  });

  it.each([
    ['has too little room', '64m', /not saved: its disk has too little room/],
    ['is filled while it boots', '1200m', /not saved, and is booted anew: its disk is full/],
  ])('answer though the disk %s', async (_, size, note) => {
    const unshare = ['unshare', '--user', '--map-root-user', '--mount', '--fork'];
    const [program, ...flags] = unshare;
    const probe = await execa(program!, [...flags, 'true'], { reject: false });
    if (probe.failed && !IS_COMPLETE_HOST) return;
    const script = [
      'mount -t tmpfs -o size="$1" tmpfs cache/zosia/snapshots || exit 9; shift',
      '(until ls -A cache/zosia/snapshots | grep -q zosia; do sleep 0.1; done',
      ' cat /dev/zero >cache/zosia/snapshots/rest) 2>/dev/null & filler=$!',
      '"$@"; status=$?; kill $filler 2>/dev/null; exit $status',
    ].join('\n');
    const command = user.command(['--temp', '0']);
    const { stdout, stderr } = await execa(
      program!,
      [...flags, '/bin/sh', '-c', script, 'sh', size, ...command],
      {
        cwd: user.folder,
        env: { XDG_CACHE_HOME: join(user.folder, 'cache') },
        input: `${QUESTION}\n`,
        reject: false,
      },
    );
    expect(stderr).toMatch(note);
    expect(answersOf(stdout)).toContain(ANSWER);
  });
});
