import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runRequest } from '../../src/cli/options/linux.js';
import type { LinuxFlags } from '../../src/cli/options/linux.js';
import { splitArguments } from '../../src/machine/llama-server/arguments.js';
import { NGRAM_SPECULATIONS } from '../../src/recipes/ngram-speculation.js';
import { speculationArguments } from '../../src/recipes/speculation.js';
import { ROOT } from '../docs/pages.js';
import { LlamaPrograms, WHERE_GUEST_PROGRAMS_RUN } from '../support/llama-programs.js';
import { temporaryFolder } from '../support/temporary.js';

type Program = 'llama-cli' | 'llama-server' | 'llama-completion';

/** Every option of a text that there is. */
const FLAGS: LinuxFlags = {
  threads: 2,
  tokens: 5,
  temp: 0.5,
  seed: 7n,
  system: 'Be kind.',
  chatTemplate: 'chatml',
  topP: 0.9,
  topK: 5,
  minP: 0.1,
  jsonSchema: '{"type": "integer"}',
  reasoning: 'off',
  speculate: 'ngram-simple',
};

/** The functions of guest/init that say how a program is called, and those that they call. */
const IN_THE_GUEST: Readonly<Record<Program, readonly string[]>> = {
  'llama-cli': ['llama_chat_command', 'add_no_warm_up', 'begin', 'add_asked'],
  'llama-server': ['llama_server_command', 'add_no_warm_up', 'begin', 'add_asked'],
  'llama-completion': ['llama_perf_command', 'begin', 'add_asked'],
};

const optionsIn = (words: readonly string[]): string[] =>
  words.filter((word) => /^--?[a-z]/.test(word));

describe('of the options that zosia gives llama.cpp', WHERE_GUEST_PROGRAMS_RUN, () => {
  const folder = temporaryFolder();
  const help = new Map<Program, string>();
  let asked: readonly string[];
  let inTheGuest: string;

  beforeAll(async () => {
    const programs = await LlamaPrograms.unpack(folder.file('root'));
    for (const program of Object.keys(IN_THE_GUEST) as Program[]) {
      const { stdout, exitCode } = await programs.start(program, ['--help']);
      expect(exitCode, program).toBe(0);
      help.set(program, Buffer.from(stdout).toString());
    }
    const { args } = await runRequest(FLAGS, ['--ctx-size', '512', '--fit', 'off']);
    const speculation = { hasDraft: true, ngram: FLAGS.speculate };
    asked = [...args, ...speculationArguments(speculation), '--color', 'off'];
    inTheGuest = await readFile(join(ROOT, 'guest/init/llama/llama.c'), 'utf8');
  });

  /** The names that a program has for its options; one that was removed is no option any more. */
  function known(program: Program): Set<string> {
    const entries = help
      .get(program)!
      .split(/\n(?=-)/)
      .filter((entry) => !entry.includes('has been removed'));
    return new Set(
      entries.flatMap((entry) => entry.split('\n')[0]!.match(/(?<![\w-])--?[a-z][\w-]*/gi) ?? []),
    );
  }

  function givenByGuest(program: Program): string[] {
    return IN_THE_GUEST[program].flatMap((name) => {
      const [, body = ''] =
        new RegExp(`^[^\\n]* \\*?${name}\\([^]*?\\) \\{\\n([^]*?)^\\}`, 'm').exec(inTheGuest) ?? [];
      expect(body, name).not.toBe('');
      return [...body.matchAll(/"(--?[a-z][a-z-]*)"/g)].map(([, option]) => option!);
    });
  }

  it('llama-cli knows all that a chat is given', () => {
    const given = [...optionsIn(asked), ...givenByGuest('llama-cli')];
    expect(given).toEqual(expect.arrayContaining(['--system-prompt', '--json-schema', '-m']));
    const names = known('llama-cli');
    expect(given.filter((option) => !names.has(option))).toEqual([]);
  });

  it('llama-server knows all that is not of one request', () => {
    const { server, sampling, systemPrompt, thinks } = splitArguments(asked);
    const names = known('llama-server');
    const given = [...optionsIn(server), ...givenByGuest('llama-server')];
    expect(given.filter((option) => !names.has(option))).toEqual([]);
    // What is of one request does not make another machine to be saved.
    expect(optionsIn(server)).toEqual([
      '--ctx-size',
      '--fit',
      '--chat-template',
      '--threads',
      '--spec-draft-model',
      '--spec-type',
    ]);
    expect({ systemPrompt, thinks }).toEqual({ systemPrompt: 'Be kind.', thinks: false });
    expect(sampling).toEqual({
      n_predict: 5,
      temperature: 0.5,
      seed: 7,
      top_k: 5,
      top_p: 0.9,
      min_p: 0.1,
      json_schema: { type: 'integer' },
    });
  });

  it('llama-completion knows all that a measurement is given', () => {
    const names = known('llama-completion');
    expect(givenByGuest('llama-completion').filter((option) => !names.has(option))).toEqual([]);
  });

  it('those for speculation have the values that both programs list', () => {
    for (const program of ['llama-cli', 'llama-server'] as const) {
      const [, list = ''] = /^--spec-type (\S+)/m.exec(help.get(program)!) ?? [];
      // So that a draft and n-grams may guess together.
      expect(help.get(program)).toMatch(/^--spec-type .*\n +comma-separated list/m);
      const types = list.split(',');
      expect(types).toEqual(expect.arrayContaining(['draft-simple', ...NGRAM_SPECULATIONS]));
      const ngrams = types.filter((type) => type.startsWith('ngram'));
      expect([...NGRAM_SPECULATIONS].sort()).toEqual(ngrams.sort());
    }
  });
});
