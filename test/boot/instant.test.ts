import { copyFile, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { IS_COMPLETE_HOST } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';
import { GUESTS_OF_HOST_TESTS } from './instant/architectures.js';
import { InstantUser, answersOf, until } from './instant/host.js';

const QUESTION = 'What is zosia?';
const ANSWER = 'boots straight into the model';
const STORY = 'Tell me a story about a fox';

describe.each(ARCHITECTURES)('a machine that is there at once on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepare();
  });

  it('is saved once by two first starts at the same time, which both answer', async () => {
    const both = await Promise.all([user.ask(QUESTION), user.ask(QUESTION)]);
    for (const { stdout, exitCode } of both) {
      expect(exitCode).toBe(0);
      expect(answersOf(stdout)).toContain(ANSWER);
    }
    expect(await user.saved()).toHaveLength(1);
    await user.expectNothingLeft();
  });

  it('is woken for a terminal, whose size it takes up and whose early keys it has once', async () => {
    // On a terminal llama-cli has colours, and so another machine than at a pipe.
    const cold = user.open(['--temp', '0'], { rows: 30, columns: 100 });
    await cold.shows(/\[\?2004h/);
    cold.type('/poweroff\r');
    expect(await cold.ended()).toBe(0);
    const saved = await user.saved();
    expect(saved).toHaveLength(2);
    const terminal = user.open(['--temp', '0'], { rows: 12, columns: 20 });
    try {
      // Before there is a machine at all.
      terminal.type('/read é中\r');
      await until(async () => (await user.machines()).length === 1);
      expect((await user.machines())[0]).toContain('-incoming');
      const shown = await terminal.shows(/cannot be opened: 'é中'[^]*\n> /);
      expect(shown.match(/cannot be opened/g)).toHaveLength(1);
      // Behind a full row of 20 columns the cursor goes on to the next.
      terminal.type('x'.repeat(18));
      await terminal.shows(/x{18} \r/);
      terminal.type('\x15/poweroff\r');
      await terminal.shows(/exit status=0/);
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.kill();
    }
    expect(await user.saved()).toEqual(saved);
    await user.expectNothingLeft();
  });

  it('draws random numbers of its own each time it is woken, unless it has a seed', async () => {
    const drawn = ['--temp', '0.8', '-n', '40'];
    const seeded = [...drawn, '--seed', '7'];
    const tell = async (args: readonly string[]): Promise<string> =>
      answersOf((await user.ask(STORY, args)).stdout);
    await tell(drawn);
    expect(await tell(drawn)).not.toBe(await tell(drawn));
    const first = await tell(seeded);
    expect(first).toContain('fox');
    expect(await tell(seeded)).toBe(first);
  });
});

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

  it('are others when the model is another, though it is as long or as old', async () => {
    const model = folder.file('model.gguf');
    await copyFile(EMBEDDED_MODEL, model);
    const old = await stat(model);
    const ask = async (): Promise<number> => {
      const { stdout } = await user.ask(QUESTION, ['--temp', '0'], model);
      expect(answersOf(stdout)).toContain(ANSWER);
      return (await user.saved()).length;
    };
    expect(await ask()).toBe(2);
    await utimes(model, old.atime, new Date(1e12));
    expect(await ask()).toBe(3);
    await writeFile(model, Buffer.concat([await readFile(model), Buffer.alloc(4096)]));
    await utimes(model, old.atime, new Date(1e12));
    expect(await ask()).toBe(4);
    expect(await ask()).toBe(4);
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
