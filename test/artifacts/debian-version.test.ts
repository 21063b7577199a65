import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../src/artifacts/debian-version.js';
import { describeWithPrograms } from '../support/programs.js';

describe('compareVersions', () => {
  it.each([
    ['1.0-1', '1.0-2'],
    ['9.9-1', '10.0-1'],
    ['1.0~rc1-1', '1.0-1'],
    ['1.0-1', '1.0+dfsg-1'],
    ['2.0-1', '1:1.0-1'],
    ['1.0-1', '1.0-1+b1'],
    ['1.0a', '1.0+'],
  ])('puts %s before %s', (lower, higher) => {
    expect(compareVersions(lower, higher)).toBeLessThan(0);
    expect(compareVersions(higher, lower)).toBeGreaterThan(0);
  });

  it('takes versions for the same that differ in leading zeros alone', () => {
    expect(compareVersions('0:1.01-0', '1.1')).toBe(0);
  });
});

describeWithPrograms(['dpkg'], 'compareVersions and dpkg', () => {
  it('have the same opinion of any two versions', async () => {
    const part = fc.stringMatching(/^[0-9][0-9a-zA-Z.+~]{0,6}$/);
    const version = fc
      .tuple(fc.option(fc.nat({ max: 3 })), part, fc.option(part))
      .map(([epoch, upstream, revision]) => {
        const start = epoch === null ? '' : `${epoch}:`;
        return `${start}${upstream}${revision === null ? '' : `-${revision}`}`;
      });
    const check = fc.asyncProperty(version, version, async (a, b) => {
      const sign = Math.sign(compareVersions(a, b));
      const relation = { '-1': 'lt', '0': 'eq', '1': 'gt' }[String(sign)]!;
      const { exitCode } = await execa('dpkg', ['--compare-versions', a, relation, b], {
        reject: false,
      });
      expect(exitCode, `${a} ${relation} ${b}`).toBe(0);
    });
    await fc.assert(check, { numRuns: 60 });
  });
});
