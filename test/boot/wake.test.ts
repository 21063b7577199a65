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
});
