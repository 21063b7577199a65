import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { openTerminal } from '../support/terminal.js';
import type { TerminalSession } from '../support/terminal.js';
import { putGuests } from './support/guests.js';

/** llama-cli waits for a line. */
/** In a machine that is woken the mark that it takes pastes comes at once behind it. */
const PROMPT = /\n> (?:.\[\?2004h)?$/;
const ANSWERED = /Generation: [\d.]+ t\/s \]/;

describe('an interactive session', () => {
  const folder = temporaryFolder();
  beforeAll(() => putGuests(folder.path, ['aarch64']));

  /** Boots on a terminal whose settings are printed before and after by stty itself. */
  const boot = (...args: readonly string[]): TerminalSession =>
    openTerminal(
      '/bin/sh',
      [
        '-c',
        'echo "before=$(stty -g)"; "$@"; echo "status=$?"; echo "after=$(stty -g)"; sleep 1',
        'sh',
        ...[process.execPath, CLI, 'up', ...args, '--arch', 'aarch64', '--smp', '1', '-n', '200'],
        // Slow enough for an answer to be stopped.
        ...['--accel', 'tcg'],
      ],
      { cwd: folder.path },
    );

  /** The terminal's settings before zosia starts. */
  const settingsOf = async (terminal: TerminalSession): Promise<string> =>
    /before=(\S+)/.exec(await terminal.shows(/before=\S+\s/))![1]!;

  /** What is shown until zosia has ended with status 0, and left the terminal's settings as they were. */
  async function expectEnd(terminal: TerminalSession, settings: string): Promise<string> {
    const end = await terminal.shows(/after=\S+\s/);
    expect(end).toContain('status=0');
    expect(/after=(\S+)/.exec(end)![1]).toBe(settings);
    return end;
  }

  it('answers beyond its context, stops an answer at Ctrl+C, and ends at /poweroff', async () => {
    const terminal = boot(EMBEDDED_MODEL, '--temp', '0');
    try {
      const settings = await settingsOf(terminal);
      const boots = await terminal.shows(PROMPT);
      expect(boots).toContain('zosia: init');
      expect(boots).toContain('zosia: starting llama-cli (model /models/model.gguf)');

      // Each has over 100 tokens, and the context 512.
      for (const kind of ['fox', 'king', 'duck', 'witch', 'robot']) {
        terminal.type(`Tell me a story about a ${kind}\r`);
        expect(await terminal.shows(ANSWERED)).toMatch(new RegExp(`\\b${kind}\\b[^]* ${kind}\\b`));
        await terminal.shows(PROMPT);
      }

      terminal.type('Tell me a story about a bee\r');
      // It is in the middle of its answer: before that, or after, Ctrl+C ends the session.
      await terminal.shows(/bee\s+\S[^]*[a-z]{3}/);
      terminal.type('\x03');
      await terminal.shows(PROMPT);

      terminal.type('What is zosia?\r');
      expect(await terminal.shows(ANSWERED)).toContain('boots straight into the model');
      await terminal.shows(PROMPT);

      terminal.type('/powerofx\x7ff\r');
      const end = await expectEnd(terminal, settings);
      expect(end).toMatch(/zosia: shutting down\s+zosia: exit status=0\s/);
    } finally {
      terminal.kill();
    }
  });

  it('uses the temperature that its model is made for, and powers off at Ctrl+C on an empty line', async () => {
    const terminal = boot('--append', 'zosia.llama_args=--log-verbosity,5');
    try {
      const settings = await settingsOf(terminal);
      await terminal.shows(PROMPT);
      terminal.type('Hello\r');
      await terminal.shows(/sampler params: [^]* temp = 0\.700/);
      await terminal.shows(ANSWERED);
      await terminal.shows(PROMPT);
      terminal.type('\x03');
      expect(await expectEnd(terminal, settings)).toContain('zosia: exit status=0');
    } finally {
      terminal.kill();
    }
  });

  it('ends the machine when Ctrl+C, or Ctrl+A X, is pressed while it boots', async () => {
    const args = ['up', '--arch', 'aarch64', '--smp', '1', '--accel', 'tcg'];
    // At once, and when the kernel runs already.
    for (const afterMs of [0, 700]) {
      const terminal = openTerminal(process.execPath, [CLI, ...args], { cwd: folder.path });
      try {
        await terminal.shows(/Ctrl\+A X/);
        await sleep(afterMs);
        terminal.type('\x03');
        // Until the terminal is in raw mode, it is a signal; then it is a key, as Ctrl+A X is.
        expect([0, 130]).toContain(await terminal.ended());
      } finally {
        terminal.kill();
      }
    }
    const terminal = boot();
    try {
      const settings = await settingsOf(terminal);
      await terminal.shows(/zosia: init/);
      terminal.type('\x01x');
      await expectEnd(terminal, settings);
    } finally {
      terminal.kill();
    }
  });
});
