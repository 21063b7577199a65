import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMatrix, parseMatrix } from '../../src/perf/matrix.js';
import {
  enumerateSpace,
  parseArgsList,
  parseThreadList,
  parseWaitList,
  settingAt,
  threadsAround,
  usualSpace,
} from '../../src/perf/space.js';
import { formatSetting } from '../../src/perf/setting.js';
import { zosiaError } from '../support/errors.js';

describe('a matrix', () => {
  it('has a setting on each line that is neither empty nor a comment', () => {
    const text =
      '\ufeff# header\r\n\n6|4|-b,256,-c,1024\n |  | \n8||\n  # more\n||--poll,0|1\n4 spin||\nsleep|2|\n';
    expect(parseMatrix(text, 'm')).toEqual([
      { threads: 6, batchThreads: 4, llamaArgs: ['-b', '256', '-c', '1024'] },
      { llamaArgs: [] },
      { threads: 8, llamaArgs: [] },
      { llamaArgs: ['--poll', '0|1'] },
      { threads: 4, wait: 'spin', llamaArgs: [] },
      { batchThreads: 2, wait: 'sleep', llamaArgs: [] },
    ]);
  });

  it.each([
    ['6|4', /line 2: "6\|4" is not threads/],
    ['4 doze||', /line 2: "4 doze" is no number of threads/],
    ['six|4|', /line 2: "six" is no number of threads from 1 to 512/],
    ['0||', /line 2: "0"/],
    ['513||', /line 2: "513"/],
    ['|1.5|', /line 2: "1\.5"/],
    ['1||a b', /line 2: "a b"/],
  ])('is rejected with the line %j', (line, message) => {
    const parse = (): unknown => parseMatrix(`1||\n${line}\n`, 'perf.matrix');
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^perf\.matrix, /);
  });

  it('is rejected without a setting, and with too many', () => {
    expect(() => parseMatrix('# nothing\n', 'm')).toThrow(zosiaError('ZOSIA_PERF_BAD_MATRIX'));
    expect(() => parseMatrix('||\n'.repeat(10_001), 'm')).toThrow(/more than 10000/);
  });

  const count = fc.option(fc.integer({ min: 1, max: 512 }), { nil: undefined });
  const wait = fc.constantFrom(undefined, 'sleep' as const, 'spin' as const);
  const args = fc.array(fc.stringMatching(/^[!#-~]{1,8}$/), { maxLength: 4 });

  it('can be read back after it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(count, count, args, wait), { minLength: 1 }), (points) => {
        const settings = points.map((point) => settingAt(...point));
        expect(parseMatrix(formatMatrix(settings), 'm')).toEqual(settings);
      }),
    );
  });
});

describe('the settings to choose from', () => {
  it('contain every combination once, without equivalent ones', () => {
    const space = {
      threads: [2, 4],
      batchThreads: [undefined, 4],
      waits: [undefined],
      llamaArgs: [[], ['-b', '256']],
    };
    // Four threads with four for batches is four threads with the default.
    expect(formatMatrix(enumerateSpace(space)).trimEnd().split('\n').slice(1)).toEqual([
      ...['2||', '2||-b,256', '2|4|', '2|4|-b,256'],
      ...['4||', '4||-b,256'],
    ]);
  });

  it('contain both ways to wait when there is more than one thread', () => {
    const space = { ...usualSpace(2), llamaArgs: [[]] };
    expect(enumerateSpace(space).map(formatSetting)).toEqual([
      ...['1||', '1|2|', '1 spin|2|'],
      ...['2||', '2 spin||'],
    ]);
  });

  it.each([
    [1, [1]],
    [2, [1, 2]],
    [3, [1, 2, 3]],
    [8, [4, 7, 8]],
  ])('have, for a host with %i processors, the thread counts %j', (cpuCount, threads) => {
    expect(threadsAround(cpuCount)).toEqual(threads);
    expect(usualSpace(cpuCount).threads).toEqual(threads);
  });

  it('are parsed from lists', () => {
    expect(parseThreadList(['4', '6', '8', 'default'], 'x')).toEqual([4, 6, 8, undefined]);
    expect(parseArgsList(['default', '-b,256', '--poll,0'], 'x')).toEqual([
      [],
      ['-b', '256'],
      ['--poll', '0'],
    ]);
  });

  it('are parsed from a list of ways to wait', () => {
    expect(parseWaitList(['spin', 'sleep', 'default'], 'x')).toEqual(['spin', 'sleep', undefined]);
    for (const words of [[], ['spin', 'twice']])
      expect(() => parseWaitList(words, '--wait')).toThrow(zosiaError('ZOSIA_PERF_BAD_LIST'));
  });

  it.each([[[]], [['4', 'x']], [['0']], [['513']], [['-1']], [['4.5']]])(
    'cannot be parsed from %j',
    (words) => {
      expect(() => parseThreadList(words, '--threads')).toThrow(zosiaError('ZOSIA_PERF_BAD_LIST'));
    },
  );

  it.each([
    [['0'], 'Give whole numbers from 1 to 512; default leaves the matter to the guest.'],
    [[], 'Give at least one value; default leaves the matter to the guest.'],
  ])('are rejected for %j, with a hint that names valid values', (words, hint) => {
    expect(() => parseThreadList(words, '--threads')).toThrow(expect.objectContaining({ hint }));
  });

  it('cannot be parsed from an empty list of arguments', () => {
    expect(() => parseArgsList([], '--llama-args')).toThrow(/^--llama-args: the list is empty/);
  });
});
