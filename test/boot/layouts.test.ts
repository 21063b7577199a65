import { copyFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLI, zosia } from '../support/cli.js';
import { EMBEDDED_MODEL, embeddedReference } from '../support/embedded-model.js';
import { splitModel } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { openTerminal } from '../support/terminal.js';
import type { TerminalSession } from '../support/terminal.js';
import { putGuests } from './support/guests.js';

/** llama-cli waits for input. */
const PROMPT = /\n> /;

const QUESTION = 'What is zosia?';

describe('a model disk in the guest', () => {
  const folder = temporaryFolder();
  const run = (...args: string[]) => zosia(args, { cwd: folder.path });
  const answerOn = (disk: string) =>
    run(
      ...['run', '--arch', 'aarch64', '--disk', disk],
      ...['--prompt', QUESTION, '-n', '60', '--temp', '0'],
    );
  const chatOn = (disk: string): TerminalSession =>
    openTerminal(process.execPath, [CLI, 'run', '--arch', 'aarch64', '--disk', disk], {
      cwd: folder.path,
    });
  let session: TerminalSession | undefined;
  let model = '';
  let answer = '';
  let parts: string[] = [];

  beforeAll(async () => {
    model = folder.file('model.gguf');
    await copyFile(EMBEDDED_MODEL, model);
    answer = (await embeddedReference(folder.path)).answer(QUESTION);
    expect(answer.length).toBeGreaterThan(60);
    parts = await splitModel(model, 3);
    await writeFile(folder.file('bad.gguf'), 'not what llama.cpp wants');
    await putGuests(folder.path, ['aarch64']);
  });
  afterEach(() => {
    session?.kill();
    session = undefined;
  });

  it('runs a split model, named by any of its parts, in two machines on one disk at once', async () => {
    const disk = folder.file('split.vmdk');
    const written = await run('image', 'model', parts[2]!, '--format', 'vmdk', '--out', disk);
    expect(written.exitCode).toBe(0);
    session = chatOn(disk);
    expect(await session.shows(PROMPT)).toContain('-00001-of-00003.gguf');

    const { stdout, exitCode } = await answerOn(disk);
    expect(stdout).toBe(`${answer}\n`);
    expect(exitCode).toBe(0);

    session.type('/poweroff\r');
    await session.shows(/zosia: exit status=0/);
  });

  it('applies every adapter on the disk', async () => {
    const disk = folder.file('adapter.img');
    const added = ['--add', `${folder.file('bad.gguf')}:/lora-1.gguf`];
    expect((await run('image', 'model', model, '--out', disk, ...added)).exitCode).toBe(0);
    const { stdout, stderr, exitCode } = await answerOn(disk);
    expect(stderr).toContain("failed to load lora adapter '/models/lora-1.gguf'");
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it('passes a projector to the chat, and not to the program that cannot use one', async () => {
    const disk = folder.file('projector.img');
    const added = ['--add', `${folder.file('bad.gguf')}:/mmproj.gguf`];
    expect((await run('image', 'model', model, '--out', disk, ...added)).exitCode).toBe(0);
    session = chatOn(disk);
    const seen = await session.shows(/failed to load multimodal model, '\/models\/mmproj\.gguf'/);
    expect(seen).toContain('zosia: starting llama-cli (model /models/model.gguf)');

    const { stdout, exitCode } = await answerOn(disk);
    expect(stdout).toBe(`${answer}\n`);
    expect(exitCode).toBe(0);
  });

  it('gives a machine the memory that the model on the disk needs', async () => {
    const out = folder.file('memory.vmdk');
    await run('image', 'model', parts[0]!, '--format', 'vmdk', '--out', out);
    const dryRun = ['run', '--arch', 'aarch64', '--disk', out, '--dry-run'];
    const small = await run(...dryRun);
    expect(small.stdout).toContain(' -m 576M ');
    const { stdout } = await run(...dryRun, '--ctx', '1000000');
    expect(Number(/ -m (\d+)M /.exec(stdout)?.[1])).toBeGreaterThan(1000);
    expect((await run(...dryRun, '--ram', '777')).stdout).toContain(' -m 777M ');
  });

  it('is not booted when a file that it refers to has changed', async () => {
    const disk = folder.file('changed.vmdk');
    await run('image', 'model', parts[0]!, '--format', 'vmdk', '--out', disk);
    await writeFile(parts[1]!, ' ', { flag: 'a' });
    const { stdout, stderr, exitCode } = await answerOn(disk);
    expect(stderr).toMatch(/^error: .*00002-of-00003\.gguf has \d+ bytes instead of \d+\nhint: /);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
  });
});
