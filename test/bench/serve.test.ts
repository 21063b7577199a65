import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../bench/serve/options.js';
import { WHERE_GUEST_PROGRAMS_RUN } from '../support/llama-programs.js';

const BENCH = fileURLToPath(new URL('../../bench/serve.ts', import.meta.url));

const bench = (...args: string[]) =>
  execa(process.execPath, ['--import', 'tsx', BENCH, ...args], { reject: false });

describe('the options of bench/serve.ts', () => {
  it('are the usual ones, but for those that are given', () => {
    expect(parseOptions([])).toEqual({
      runs: 7,
      requests: 100,
      clients: [1, 4, 16, 64],
      seconds: 15,
      json: false,
    });
    expect(parseOptions(['--clients', '2', '--seconds', '3', '--json'])).toMatchObject({
      clients: [2],
      seconds: 3,
      json: true,
    });
  });

  it('are small ones where it is to be quick, but for those that are given', () => {
    const quick = parseOptions(['--quick', '--requests', '9']);
    expect(quick).toEqual({ runs: 1, requests: 9, clients: [1, 4], seconds: 1, json: false });
  });

  it.each([
    [['--runs', '0'], '--runs'],
    [['--clients', '4,'], '--clients'],
    [['--seconds', 'ten'], '--seconds'],
    [['--speed', '1'], '--speed'],
  ])('refuse %j', (args, name) => {
    expect(() => parseOptions(args)).toThrow(name);
  });
});

describe('bench/serve.ts', () => {
  it('says what is wrong with an option, and measures nothing', async () => {
    const { exitCode, stdout, stderr } = await bench('--clients', 'many');
    expect(exitCode).toBe(2);
    expect(stderr).toBe("error: --clients takes whole numbers from 1, not 'many'");
    expect(stdout).toBe('');
  });

  it(
    'measures the machine and the server on this host, and prints figures as JSON',
    WHERE_GUEST_PROGRAMS_RUN,
    async () => {
      const { exitCode, stdout, stderr } = await bench('--quick', '--json');
      expect(exitCode, stderr).toBe(0);
      const load = {
        requestsPerS: expect.any(Number) as number,
        tokensPerS: expect.any(Number) as number,
        answerMs: expect.objectContaining({ min: expect.any(Number) as number }) as object,
      };
      const figures = expect.objectContaining({ median: expect.any(Number) as number }) as object;
      const overhead = {
        throughMs: figures,
        directMs: figures,
        addedMs: expect.any(Number) as number,
      };
      const ratio = expect.any(Number) as number;
      expect(JSON.parse(stdout)).toEqual({
        hostLoad: [expect.any(Number), expect.any(Number)],
        firstToken: { asleepMs: figures, awakeMs: figures, wakingMs: figures },
        overhead: { count: overhead, token: overhead },
        loads: [1, 4].map((clients) => ({ clients, zosia: load, native: load, ratio })),
      });
    },
  );
});
