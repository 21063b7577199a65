import { describe, expect, it } from 'vitest';
import { beforeStderr, say } from '../../../src/cli/output/output.js';
import { startProgress } from '../../../src/cli/output/progress.js';
import { progressLines } from '../../../src/cli/output/progress-lines.js';
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

  it('shows how much there is of what has no known end, and no share of it', () => {
    const row = progressRow({ ...fact(5 * MIB), totalBytes: undefined }, 2000, 100);
    expect(row).toMatch(/ ░{24} 5\.0 MiB {2}2\.5 MiB\/s$/);
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

describe('progressLines', () => {
  /** A clock that a test sets, and what is written. */
  function lines() {
    const written: string[] = [];
    const time = { now: 0 };
    const progress = progressLines(
      (line) => void written.push(line),
      () => time.now,
    );
    return { progress, time, written };
  }

  it('writes nothing for what is done in ten seconds', () => {
    const { progress, time, written } = lines();
    for (time.now = 0; time.now < 10_000; time.now += 100) {
      progress.update('kernel', time.now * 1000, 10_000_000);
    }
    progress.stop();
    expect(written).toEqual([]);
  });

  it('writes a line for each tenth, at least ten seconds apart, with rate and time left', () => {
    const { progress, time, written } = lines();
    for (time.now = 0; time.now <= 200_000; time.now += 100) {
      progress.update('phi', (time.now / 1000) * MIB, 200 * MIB);
    }
    expect(written).toHaveLength(10);
    expect(written[0]).toBe('phi: 10% of 200 MiB, 1.0 MiB/s, 3m00s left');
    expect(written.at(-1)).toBe('phi: 100% of 200 MiB, 1.0 MiB/s');
  });

  it('writes a line a minute where hardly anything comes', () => {
    const { progress, time, written } = lines();
    for (time.now = 0; time.now <= 130_000; time.now += 1000) progress.update('phi', 0, 200 * MIB);
    expect(written).toEqual(['phi: 0% of 200 MiB', 'phi: 0% of 200 MiB']);
  });

  it('writes how much there is of what has no known end', () => {
    const { progress, time, written } = lines();
    for (time.now = 0; time.now <= 60_000; time.now += 1000) {
      progress.update('phi', (time.now / 1000) * MIB, undefined);
    }
    expect(written).toEqual(['phi: 60.0 MiB, 1.0 MiB/s']);
  });

  it('writes the rate since a file was begun anew', () => {
    const { progress, time, written } = lines();
    progress.update('phi', 90 * MIB, 200 * MIB);
    for (time.now = 100_000; time.now <= 120_000; time.now += 1000) {
      progress.update('phi', (time.now / 1000 - 100) * MIB, 200 * MIB);
    }
    expect(written.at(-1)).toBe('phi: 10% of 200 MiB, 1.0 MiB/s, 3m00s left');
    expect(written.join()).not.toContain('-');
  });

  it('writes the rate of a second file, and goes on with its lines', () => {
    const { progress, time, written } = lines();
    for (time.now = 0; time.now <= 100_000; time.now += 1000) {
      progress.update('one', Math.min(time.now / 1000, 50) * MIB, 50 * MIB);
      if (time.now > 50_000) progress.update('two', (time.now / 1000 - 50) * MIB, 50 * MIB);
    }
    expect(written.at(-1)).toBe('all 2 files: 91% of 100 MiB, 1013 KiB/s, 9s left');
    expect(written.filter((line) => line.startsWith('all 2 files'))).toHaveLength(4);
  });

  it('writes one line for all files together', () => {
    const { progress, time, written } = lines();
    for (time.now = 0; time.now <= 20_000; time.now += 1000) {
      progress.update('one', (time.now / 1000) * MIB, 20 * MIB);
      progress.update('two', (time.now / 2000) * MIB, 20 * MIB);
    }
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^all 2 files: 36% of 40\.0 MiB, 1\.\d MiB\/s, 1\ds left$/);
  });
});

describe('startProgress', () => {
  it('draws a row for all files while there are several', () => {
    const { stream, shown } = fakeTerminal();
    const progress = startProgress(stream);
    progress.update('kernel', 5 * MIB, 10 * MIB);
    say('so that it is drawn anew');
    progress.update('llama', 0, 10 * MIB);
    expect(shown()).toHaveLength(3);
    expect(shown()[2]).toMatch(/^all 2 files .* 25% of 20\.0 MiB/);
    progress.stop();
    expect(shown()).toHaveLength(2);
  });

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
