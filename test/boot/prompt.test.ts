import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { CLI } from '../support/cli.js';
import { convertStoryModel } from '../support/story-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { openTerminal } from '../support/terminal.js';
import type { TerminalSession } from '../support/terminal.js';
import { describeWithWeights } from '../support/weights.js';
import { putGuests } from './support/guests.js';

/** llama-cli waits for a line. */
const PROMPT = /\n> $/;
const ANSWERED = /Generation: [\d.]+ t\/s \]/;

describeWithWeights('an interactive session', () => {
  const folder = temporaryFolder();
  let model = '';
  beforeAll(async () => {
    model = await convertStoryModel(folder.path);
    await putGuests(folder.path, ['aarch64']);
  });

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

  it('prompts, answers, stops an answer at Ctrl+C, ends at /poweroff, and restores the terminal', async () => {
    const terminal = boot(model);
    try {
      const before = /before=(\S+)/.exec(await terminal.shows(/before=\S+\s/))![1]!;
      const boots = await terminal.shows(PROMPT);
      expect(boots).toContain('zosia: init');
      expect(boots).toContain('zosia: starting llama-cli (model /models/model.gguf)');

      terminal.type('Hello\r');
      expect(await terminal.shows(ANSWERED)).toMatch(/[a-z]{3}/);
      await terminal.shows(PROMPT);

      terminal.type('Tell me a story\r');
      // It is in the middle of its answer: before that, or after, Ctrl+C ends the session.
      await terminal.shows(/story\s+\S[^]*[a-z]{3}/);
      terminal.type('\x03');
      await terminal.shows(PROMPT);

      terminal.type('/powerofx\x7ff\r');
      const end = await terminal.shows(/after=\S+\s/);
      expect(end).toMatch(/zosia: shutting down\s+zosia: exit status=0\s/);
      expect(end).toContain('status=0');
      expect(/after=(\S+)/.exec(end)![1]).toBe(before);
    } finally {
      terminal.kill();
    }
  });

  it('talks to the built-in model for longer than its context, and shuts down at Ctrl+C while it waits', async () => {
    const terminal = boot('--temp', '0');
    try {
      await terminal.shows(PROMPT);
      // Each has over 100 tokens, and the context 512.
      for (const kind of ['fox', 'king', 'duck', 'witch', 'robot', 'bee']) {
        terminal.type(`Tell me a story about a ${kind}\r`);
        expect(await terminal.shows(ANSWERED)).toMatch(new RegExp(`\\b${kind}\\b[^]* ${kind}\\b`));
        await terminal.shows(PROMPT);
      }
      terminal.type('What is zosia?\r');
      expect(await terminal.shows(ANSWERED)).toContain('boots straight into the model');
      await terminal.shows(PROMPT);
      terminal.type('\x03');
      expect(await terminal.shows(/after=\S+\s/)).toContain('zosia: exit status=0');
    } finally {
      terminal.kill();
    }
  });

  it('has the temperature that its model is made for', async () => {
    const terminal = boot('--append', 'zosia.llama_args=--log-verbosity,5');
    try {
      await terminal.shows(PROMPT);
      terminal.type('Hello\r');
      await terminal.shows(/sampler params: [^]* temp = 0\.700/);
      terminal.type('\x01x');
      await terminal.shows(/after=\S+\s/);
    } finally {
      terminal.kill();
    }
  });

  it('ends the machine at Ctrl+C while it boots', async () => {
    const args = ['up', model, '--arch', 'aarch64', '--smp', '1', '--accel', 'tcg'];
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
  });

  it('ends the machine at Ctrl+A X', async () => {
    const terminal = boot(model);
    try {
      await terminal.shows(/zosia: init/);
      terminal.type('\x01x');
      expect(await terminal.shows(/after=\S+\s/)).toContain('status=0');
    } finally {
      terminal.kill();
    }
  });
});
