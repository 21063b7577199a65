import { describe, expect, it } from 'vitest';
import { finding, Findings } from '../../src/formats/findings.js';

describe('Findings', () => {
  it('separates errors and warnings, each with its check and place', () => {
    const findings = new Findings();
    findings.add('inode-checksum', 'inode 12', 'its checksum does not match');
    findings.warn('label', '/', 'it has two labels');
    findings.add('model-cut', '/model.gguf', 'it is cut short', 'model');
    expect(findings).toMatchObject({
      problems: [
        {
          check: 'structure',
          severity: 'error',
          code: 'inode-checksum',
          where: 'inode 12',
          message: 'its checksum does not match',
        },
        { check: 'model', severity: 'error', where: '/model.gguf' },
      ],
      warnings: [{ check: 'structure', severity: 'warning', code: 'label', where: '/' }],
      problemCount: 2,
    });
  });

  it('counts errors beyond the limit, and keeps none of them', () => {
    const findings = new Findings(2);
    for (const block of [1, 2, 3, 4]) findings.add('block-shared', `block ${block}`, 'twice');
    expect(findings.problems.map(({ where }) => where)).toEqual(['block 1', 'block 2']);
    expect(findings.problemCount).toBe(4);
  });

  it('adds the findings of a parser with the place that the caller gives', () => {
    const findings = new Findings(10, 'partition table');
    findings.addAll('partition 2', [finding('partition-place', 'it ends past the disk')]);
    expect(findings.problems).toEqual([
      {
        check: 'partition table',
        severity: 'error',
        code: 'partition-place',
        where: 'partition 2',
        message: 'it ends past the disk',
      },
    ]);
  });

  it('adds the report of another check, with its count of problems', () => {
    const other = new Findings(1, 'partition table');
    other.add('a', 'here', 'one');
    other.add('b', 'there', 'two');
    other.warn('c', 'there', 'three');
    const findings = new Findings();
    findings.addReport(other, other.problemCount);
    expect(findings.problems).toMatchObject([{ check: 'partition table', code: 'a' }]);
    expect(findings.warnings).toMatchObject([{ check: 'partition table', code: 'c' }]);
    expect(findings.problemCount).toBe(2);
  });
});
