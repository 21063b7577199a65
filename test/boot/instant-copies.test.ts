import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { temporaryFolder } from '../support/temporary.js';
import { GUESTS_OF_HOST_TESTS } from './instant/architectures.js';
import { tellAtOnce } from './instant/copies.js';
import { InstantUser, until } from './instant/host.js';

const STORY = 'Tell me a story about a fox';

/** Tells the time of the guest's clock, in whole seconds and UTC, as an error. */
const CLOCK = [
  "{% if messages[0].content == 'What time is it?' %}",
  "{{ raise_exception('it is ' + strftime_now('%Y-%m-%dT%H:%M:%SZ')) }}",
  '{% endif %}{% for message in messages %}{{ message.content }}{% endfor %}',
].join('');

describe.each(ARCHITECTURES)('a copy of a saved machine on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepare();
    await writeFile(folder.file('clock.jinja'), CLOCK);
  });

  it("has the host's time, however long ago it was saved", async () => {
    for (const pauseMs of [0, 5000]) {
      await sleep(pauseMs);
      const beforeMs = Date.now();
      const { stderr } = await user.ask('', [
        ...['--prompt', 'What time is it?', '--chat-template', 'clock.jinja'],
      ]);
      const afterMs = Date.now();
      const [, told] = /it is (\S+Z)/.exec(stderr) ?? [];
      const toldMs = Date.parse(told ?? stderr);
      expect(toldMs + 1000, `${stderr}${new Date(beforeMs).toISOString()}`).toBeGreaterThan(
        beforeMs - 1000,
      );
      expect(toldMs, `${stderr}${new Date(afterMs).toISOString()}`).toBeLessThan(afterMs + 1000);
    }
    expect(await user.saved()).toHaveLength(1);
  });

  it('answers a prompt otherwise each time, and leaves what was saved as it was', async () => {
    const asked = ['--prompt', STORY, '--temp', '0.8', '-n', '60'];
    const tell = async (): Promise<string> => {
      const { stdout, stderr, exitCode } = await user.ask('', asked);
      expect(exitCode, stderr).toBe(0);
      return stdout;
    };
    await tell();
    const saved = await user.saved();
    const ram = await user.ramDigests();
    expect(await tell()).not.toBe(await tell());
    expect(await user.saved()).toEqual(saved);
    // What they wrote was their own.
    expect(await user.ramDigests()).toEqual(ram);
  });

  it('has the size of a terminal that was resized while it was woken', async () => {
    const cold = user.open();
    await cold.shows(/\[\?2004h/);
    cold.type('/poweroff\r');
    expect(await cold.ended()).toBe(0);
    const terminal = user.open(['--temp', '0'], { rows: 30, columns: 100 });
    try {
      // It has been given the size by then, and has not gone on.
      await until(async () => (await user.machines()).some((args) => args.includes('-incoming')));
      terminal.resize(20, 12);
      terminal.type('x'.repeat(18));
      // Behind a full row of 20 columns the cursor goes on to the next.
      await terminal.shows(/x{18} \r/);
      terminal.type('\x15/poweroff\r');
      expect(await terminal.ended()).toBe(0);
    } finally {
      terminal.kill();
    }
  });
});

describe.each(GUESTS_OF_HOST_TESTS)('copies of a saved machine at once on %s', (arch) => {
  const folder = temporaryFolder();
  let user: InstantUser;
  beforeAll(async () => {
    user = new InstantUser(arch, folder.path);
    await user.prepare();
  });

  it('tell a story each, and one story when they have one seed', async () => {
    expect((await tellAtOnce(user, 3)).size).toBe(3);
    expect((await tellAtOnce(user, 2, '--seed', '7')).size).toBe(1);
  });
});
