import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { temporaryFolder } from '../support/temporary.js';
import { InstantUser, answersOf, until } from './instant/host.js';

const QUESTION = 'What is zosia?';
const ANSWER = 'boots straight into the model';

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
});
