import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { guestFiles } from './modes/guest.js';
import type { Guest } from './modes/guest.js';
import { wakeMessage, withMachine } from './wake/host.js';
import type { MetMachine } from './wake/host.js';

const PROMPT = /\n> $/;
const TERMINAL = { rows: 24, columns: 80, term: 'xterm-256color' };
const CHAT = { wake: true, terminal: TERMINAL, args: ['-n', '200', '--temp', '0'] };
const ON = '\x1b[?2004h';
const OFF = '\x1b[?2004l';

/** llama-cli quotes the file name of `/read` when there is no such file. */
const heard = (text: string): RegExp => new RegExp(`cannot be opened: '${text}'[^]*\\n> $`);

describe.each(ARCHITECTURES)('a machine that is met on %s', (arch) => {
  const folder = temporaryFolder();
  let guest: Guest;
  let disk: string;
  beforeAll(async () => {
    disk = folder.file('model.img');
    expect((await zosia(['image', 'model', EMBEDDED_MODEL, '--out', disk])).exitCode).toBe(0);
    guest = await guestFiles(arch, folder.path);
  });

  const chat = (use: (machine: MetMachine) => Promise<void>): Promise<void> =>
    withMachine(guest, { disk, request: CHAT }, use);

  it('waits at its prompt for the host, whose terminal it takes up then', async () => {
    await chat(async (machine) => {
      await machine.control.shows(/^ready\n$/);
      // Everything is on the console by then, and nothing that depends on who is there.
      expect(await machine.console.shows(PROMPT)).not.toContain(ON);
      machine.type('/read early\r');
      await sleep(2000);
      expect(machine.console.unseen).toBe('');
      expect(machine.control.unseen).toBe('');

      machine.say(wakeMessage({ rows: 30, columns: 20 }));
      await machine.control.shows(/^awake\n$/);
      await machine.console.shows(new RegExp(`\\[\\?2004h[^]*${heard('early').source}`));
      // The window has 20 columns: behind a full row the cursor goes on to the next.
      machine.type('x'.repeat(18));
      await machine.console.shows(/x{18} \r$/);
      machine.type('\x15/poweroff\r');
      expect(await machine.console.shows(/exit status=0/)).toContain(OFF);
      await machine.ended();
    });
  });

  it('powers off when what it is told is no wake message', async () => {
    await chat(async (machine) => {
      await machine.control.shows(/^ready\n$/);
      machine.say(wakeMessage({ magic: 'zosiawk2' }));
      await machine.console.shows(
        /zosia: the host says something else than a wake message\r\n[^]*exit status=1\r\n/,
      );
      await machine.ended();
    });
    await chat(async (machine) => {
      await machine.control.shows(/^ready\n$/);
      machine.hangUp('control');
      await machine.console.shows(/zosia: the host has hung up\r\n[^]*exit status=1\r\n/);
      await machine.ended();
    });
  });

  it('goes on after each leave of a session with what was there', async () => {
    await chat(async (machine) => {
      const { console: screen, control, say, type } = machine;
      const wake = async (message = {}): Promise<void> => {
        say(wakeMessage({ session: true, rows: 24, columns: 80, ...message }));
        await control.shows(/^awake\n$/);
      };
      const left = async (): Promise<string> => {
        await control.shows(/^left\n$/);
        const seen = await screen.shows(/\[\?2004l.\[0m\r\n(?:zosia: the input has ended\r\n)?$/);
        expect(seen).not.toContain('zosia: shutting down');
        return seen;
      };
      await control.shows(/^ready\n$/);
      await wake();
      await screen.shows(/> .\[\?2004h$/);
      type('/read first\r');
      await screen.shows(heard('first'));

      // /poweroff, and what is typed behind it.
      type('/poweroff\rbehind');
      await left();
      await wake();
      await screen.shows(/^.\[\?2004h> $/);
      // The history is there.
      type('\x1b[A');
      await screen.shows(/\/read first$/);
      // The host asks: what was being typed stays, and the cursor goes to its end.
      type('\x1b[Hx\x7f');
      await sleep(1000);
      say('l');
      await left();
      await wake({ columns: 10 });
      await screen.shows(/^.\[\?2004h> \/read fi\r?\n?rst$/);
      type('\r');
      await screen.shows(heard('first'));
      // Ctrl+C, Ctrl+D.
      type('\x03');
      await left();
      await wake();
      await screen.shows(/> $/);
      type('\x04');
      expect(await left()).toContain('zosia: the input has ended');

      // A pipe.
      await wake({ piped: true });
      await screen.shows(/^> .\[\?2004h$/);
      type('/read piped\r\x04');
      await screen.shows(/'piped'[^]*zosia: the input has ended\r\n$/);
      await control.shows(/^left\n$/);

      // In the middle of an answer, which goes on.
      await wake();
      await screen.shows(/> $/);
      type('Tell me a story about a fox\r');
      await screen.shows(/fox\s+\S[^]*[a-z]{3}/);
      say('l');
      const half = await left();
      await wake();
      const rest = await screen.shows(PROMPT);
      expect(rest).toMatch(/^.\[\?2004h/);
      expect(half + rest).toMatch(/[a-z]{3}/);
      type('/poweroff\r');
      await left();

      // The last terminal has no session.
      await wake({ session: false });
      await screen.shows(/> $/);
      type('/poweroff\r');
      await screen.shows(/exit status=0/);
      await machine.ended();
    });
  });
});
