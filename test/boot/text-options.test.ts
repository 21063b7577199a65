import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLI, zosia } from '../support/cli.js';
import { convertCheckpoint } from '../support/convert-checkpoint.js';
import { openTerminal } from '../support/terminal.js';
import { temporaryFolder } from '../support/temporary.js';
import { STORIES_260K, WITH_WEIGHTS } from '../support/weights.js';
import { putGuests } from './support/guests.js';

const arch = hostArchitecture();
const PROMPT = /\n> (?:.\[\??\d*[A-Za-z]|\r|> )*$/;
const SCHEMA =
  '{"type":"object","properties":{"n":{"type":"integer","maximum":9,"minimum":0}},"required":["n"]}';

describe('options of the text', () => {
  const folder = temporaryFolder();
  const machine = ['--arch', arch, '--smp', '1', '--accel', 'tcg', '--no-snapshot'];
  beforeAll(() => putGuests(folder.path, [arch]));

  it('speculate with a draft and from the text so far without another answer at temperature 0', async () => {
    const asked = ['up', '--prompt', 'Tell me a story', '--temp', '0', '-n', '60', ...machine];
    const plain = await zosia(asked, { cwd: folder.path });
    const speculation = ['--draft', 'zosia-tiny', '--speculate', 'ngram-simple'];
    const drafted = await zosia([...asked, ...speculation], { cwd: folder.path });
    expect(drafted.exitCode, drafted.stderr).toBe(0);
    expect(plain.stdout.length).toBeGreaterThan(60);
    expect(drafted.stdout).toBe(plain.stdout);
  });

  it('make every answer of a chat JSON of a schema, with a draft on the disk of the model', async () => {
    await zosia(['image', 'model', 'zosia-tiny', '--draft', 'zosia-tiny', '--format', 'vmdk'], {
      cwd: folder.path,
    });
    const options = ['--json-schema', SCHEMA, '--temp', '0', '-n', '60', ...machine];
    const terminal = openTerminal(process.execPath, [CLI, 'run', ...options], { cwd: folder.path });
    try {
      await terminal.shows(/\n> /);
      for (const question of ['Hello', 'Tell me a story']) {
        terminal.type(`${question}\r`);
        const answer = (await terminal.shows(PROMPT)).replaceAll('\r', '');
        const [json = ''] = /\{[^{}]*\}/.exec(answer) ?? [];
        expect(JSON.parse(json), answer).toEqual({ n: expect.any(Number) as number });
      }
    } finally {
      terminal.kill();
    }
  });

  it(
    'are for a model without a template those of a text that it goes on from, in a chat, too',
    WITH_WEIGHTS,
    async () => {
      const model = await convertCheckpoint(folder.path, STORIES_260K);
      const options = ['up', model, '--temp', '0', '-n', '20', ...machine];
      const terminal = openTerminal(process.execPath, [CLI, ...options], { cwd: folder.path });
      try {
        expect(await terminal.shows(/\n> /)).toContain('the model has no chat template');
        terminal.type('Once upon a time\r');
        const answer = await terminal.shows(PROMPT);
        expect(answer).toContain('there was a little girl named Lily');
      } finally {
        terminal.kill();
      }
    },
  );
});
