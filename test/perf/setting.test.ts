import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contextTokensIn,
  describeSetting,
  formatLlamaArgs,
  formatSetting,
  parseLlamaArgs,
  settingArguments,
} from '../../src/perf/setting.js';
import { zosiaError } from '../support/errors.js';

/** Arguments that the kernel command line can carry. */
const argument = fc.stringMatching(/^[!#-~]{1,12}$/);

describe('arguments between commas', () => {
  it.each([
    ['', []],
    ['-b,256,-c,1024', ['-b', '256', '-c', '1024']],
    ['--tensor-split,3\\,1', ['--tensor-split', '3,1']],
    ['a\\\\,b', ['a\\', 'b']],
    ['a\\b', ['a\\b']],
  ])('are parsed: %j as %j', (text, args) => {
    expect(parseLlamaArgs(text, 'here')).toEqual(args);
  });

  it('can be parsed back after they are formatted', () => {
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 8 }), (args) => {
        expect(parseLlamaArgs(formatLlamaArgs(args), 'here')).toEqual(args);
      }),
    );
  });

  it.each(['-b,,256', ',', '-p,two words', '-p,"x', 'é', '-p,\t', 'x'.repeat(1025)])(
    'are rejected with the place of the error: %j',
    (text) => {
      expect(() => parseLlamaArgs(text, 'm.matrix, line 3')).toThrow(
        zosiaError('ZOSIA_PERF_BAD_ARGS'),
      );
      expect(() => parseLlamaArgs(text, 'm.matrix, line 3')).toThrow(/^m\.matrix, line 3: /);
    },
  );
});

describe('a setting', () => {
  const setting = { threads: 6, batchThreads: 4, llamaArgs: ['-b', '256'] };

  it('is formatted as a line of a matrix, as words, and as arguments', () => {
    expect(formatSetting(setting)).toBe('6|4|-b,256');
    expect(formatSetting({ llamaArgs: [] })).toBe('||');
    expect(describeSetting(setting)).toBe('6 threads, 4 for batches, -b 256');
    expect(describeSetting({ threads: 1, llamaArgs: [] })).toBe('1 thread');
    const spun = { threads: 6, wait: 'spin', llamaArgs: [] } as const;
    expect(formatSetting(spun)).toBe('6 spin||');
    expect(describeSetting(spun)).toBe('6 threads that spin');
    expect(describeSetting({ wait: 'sleep', llamaArgs: [] })).toBe('default threads that sleep');
    expect(settingArguments(setting)).toEqual([
      ...['--threads', '6', '--threads-batch', '4'],
      ...['-b', '256'],
    ]);
    expect(settingArguments({ llamaArgs: [] })).toEqual([]);
  });

  it.each([
    [['-c', '1024'], 1024],
    [['--ctx-size', '512', '-c', '2048'], 2048],
    [['-b', '256'], undefined],
    [['-c'], undefined],
    [['-c', '0'], undefined],
    [['-c', 'x'], undefined],
  ])('has, with the arguments %j, a context of %j', (args, tokens) => {
    expect(contextTokensIn(args)).toBe(tokens);
  });
});
