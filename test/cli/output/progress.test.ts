import { describe, expect, it } from 'vitest';
import { beforeStderr, say } from '../../../src/cli/output/output.js';
import { startProgress } from '../../../src/cli/output/progress.js';
import { progressRow } from '../../../src/cli/output/progress-row.js';
import { widthOf } from '../../../src/cli/output/width.js';

const MIB = 1 << 20;
const fact = (doneBytes: number, name = 'llama.cpp-tools') => ({
  name,
  doneBytes,
  totalBytes: 10 * MIB,
  began: { doneBytes: 0, at: 0 },
});

describe('progressRow', () => {
  it('shows the speed and the remaining time once they are known', () => {
    expect(progressRow(fact(5 * MIB), 2000, 100)).toMatch(
      / 50% of 10\.0 MiB {2}2\.5 MiB\/s {2}2s left$/,
    );
    expect(progressRow(fact(MIB), 100, 100)).toMatch(/ 10% of 10\.0 MiB$/);
    expect(progressRow(fact(0), 9000, 100)).toMatch(/ {2}0% of 10\.0 MiB$/);
    expect(progressRow(fact(10 * MIB), 2000, 100)).not.toContain('left');
  });

  it.each([100, 80, 60, 40, 20])('is never wider than %i columns', (columns) => {
    const names = ['a-very-long-name-of-a-package-indeed', '语言模型'.repeat(9)];
    for (const done of [0, 3 * MIB, 10 * MIB]) {
      for (const name of names) {
        const row = progressRow(fact(done, name), 5000, columns);
        expect(widthOf(row)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

/** A terminal that only moves up, to the left, and erases below: what it shows in the end. */
function fakeTerminal() {
  let lines = [''];
  const write = (text: string): boolean => {
    // eslint-disable-next-line no-control-regex
    for (const part of text.split(/(\u001b\[\d*[AJ]|[\r\n])/)) {
      const last = lines.length - 1;
      if (part.endsWith('A')) lines = lines.slice(0, lines.length - Number.parseInt(part.slice(2)));
      else if (part === '\n') lines.push('');
      else if (part === '\r') lines[last] = '';
      else if (!part.startsWith('\u001b')) lines[last] = lines[last]! + part;
    }
    return true;
  };
  return {
    stream: { isTTY: true, columns: 100, rows: 30, write } as unknown as NodeJS.WriteStream,
    shown: () => lines.filter((line) => line !== ''),
  };
}

describe('startProgress', () => {
  it('leaves one row for each item when it has ended', async () => {
    const { stream, shown } = fakeTerminal();
    const progress = startProgress(stream);
    for (const done of [0, 4, 9.6, 10]) {
      for (const name of ['kernel', 'llama']) progress.update(name, done * MIB, 10 * MIB);
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    progress.stop();
    progress.stop();
    progress.update('kernel', 0, MIB);
    expect(shown()).toHaveLength(2);
    expect(shown()[0]).toMatch(/^kernel .*100% of 10\.0 MiB/);
    expect(shown()[1]).toMatch(/^llama .*100% of 10\.0 MiB/);
    beforeStderr(undefined);
  });

  it('is cleared while other lines are printed', () => {
    const { stream, shown } = fakeTerminal();
    const progress = startProgress(stream);
    progress.update('kernel', MIB, 10 * MIB);
    expect(shown()).toHaveLength(1);
    say('from a test');
    expect(shown()).toEqual([]);
    progress.stop();
    expect(shown()).toHaveLength(1);
  });
});
