import { describe, expect, it } from 'vitest';
import { judgeBoot } from '../../src/perf/verdict.js';

const LINE =
  'zosia: perf tokens=64 seconds=2.50000 tok_per_s=25.600 load_s=1.25000 prompt_tok_per_s=80.125 threads=6 batch_threads=4';
const AROUND = {
  before: 'zosia: init\r\nzosia: perf\r\nzosia: llama_bin=llama-completion\r\n',
  after: '\r\nzosia: perf passed\r\nzosia: shutting down\r\nzosia: exit status=0\r\n',
};
const consoleWith = (line: string): string => AROUND.before + line + AROUND.after;

describe('judgeBoot for a complete result', () => {
  it('returns the result of the guest', () => {
    expect(judgeBoot(consoleWith(LINE), { exitCode: 0 })).toEqual({
      tokens: 64,
      seconds: 2.5,
      tokPerS: 25.6,
      loadSeconds: 1.25,
      promptTokPerS: 80.125,
      threads: 6,
      batchThreads: 4,
    });
  });
});

describe('judgeBoot reports a failure', () => {
  it.each(Array.from({ length: LINE.length - 1 }, (_, index) => index + 1))(
    'for a result that is cut after %i characters',
    (length) => {
      // Cut off wherever: the last field is whole only with the end of the line behind it.
      const cut = `${AROUND.before}${LINE.slice(0, length)}`;
      expect(judgeBoot(cut, { exitCode: 0 })).toMatch(/ended before its guest/);
      if (/batch_threads=\d+$/.test(LINE.slice(0, length))) return;
      expect(judgeBoot(consoleWith(LINE.slice(0, length)), {})).toMatch(/no result|damaged/);
    },
  );

  it.each([
    ['tokens=64', 'tokens=0'],
    ['tokens=64', 'tokens=6.5'],
    ['tokens=64', 'tokens=64 tokens=64'],
    ['seconds=2.50000', 'seconds=0.00000'],
    ['seconds=2.50000', 'seconds=-2.5'],
    ['seconds=2.50000', 'seconds=nan'],
    ['seconds=2.50000', 'seconds=1e9'],
    ['tok_per_s=25.600', 'tok_per_s=0.000'],
    ['tok_per_s=25.600', 'tok_per_s=256.00'],
    ['threads=6', 'threads='],
    ['load_s=1.25000 ', ''],
    ['load_s=1.25000', 'load_s=1,25'],
  ])('when the field %j is %j', (field, other) => {
    const damaged = LINE.replace(field, other);
    expect(damaged).not.toBe(LINE);
    expect(judgeBoot(consoleWith(damaged), {})).toMatch(/^the guest's result is damaged: /);
  });

  it('for two results', () => {
    expect(judgeBoot(consoleWith(`${LINE}\r\n${LINE}`), {})).toBe('the guest printed 2 results');
  });

  it('for no result, and for one in the middle of a line', () => {
    expect(judgeBoot(consoleWith('hello'), {})).toBe('the guest printed no result');
    expect(judgeBoot(consoleWith(`> ${LINE}`), {})).toBe('the guest printed no result');
  });

  it('when it exceeds its time limit, with a result or without', () => {
    expect(judgeBoot(consoleWith(LINE), { timedOutSeconds: 5 })).toBe('not done after 5 s');
  });

  it('when the guest reports one, with its reason', () => {
    const console = `${AROUND.before}zosia: no perf result: too few tokens\r\nzosia: perf failed with status 3\r\nzosia: shutting down\r\nzosia: exit status=3\r\n`;
    expect(judgeBoot(console, {})).toBe(
      'the guest ended with status 3: no perf result: too few tokens',
    );
  });

  it('when QEMU ended before the guest', () => {
    expect(judgeBoot('', { exitCode: 1, stderr: 'qemu: no\nqemu: bad kernel\n' })).toBe(
      'the machine ended before its guest did (qemu: bad kernel)',
    );
    expect(judgeBoot(`${AROUND.before}${LINE}\r\n`, { exitCode: 137 })).toMatch(/exit code is 137/);
  });
});
