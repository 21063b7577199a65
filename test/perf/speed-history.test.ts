import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { historyPath, hostMark, readSpeeds, rememberSpeed } from '../../src/perf/speed-history.js';
import { speedWith } from '../prepare/samples.js';
import { temporaryFolder } from '../support/temporary.js';

describe('the history of speeds', () => {
  const folder = temporaryFolder();

  it('is empty where nothing was measured', async () => {
    expect(await readSpeeds(folder.file('none'))).toEqual([]);
  });

  it('gives back what was remembered, in order', async () => {
    const cache = folder.file('cache');
    const speeds = [speedWith(), speedWith({ model: 'größer', quantisation: undefined })];
    for (const speed of speeds) await rememberSpeed(cache, speed);
    expect(await readSpeeds(cache)).toEqual(speeds);
  });

  it('passes over other hosts, and lines that are damaged', async () => {
    const cache = folder.file('shared');
    await rememberSpeed(cache, speedWith());
    const path = historyPath(cache);
    const line = await readFile(path, 'utf8');
    await appendFile(path, line.replace(hostMark(), '0'.repeat(16)));
    await appendFile(path, 'no JSON\n{}\n');
    await appendFile(path, line.replace('"tokPerS":10', '"tokPerS":-10'));
    await appendFile(path, line.slice(0, 40));
    expect(await readSpeeds(cache)).toEqual([speedWith()]);
  });

  it('forgets the oldest when it has grown', async () => {
    const cache = folder.file('long');
    await rememberSpeed(cache, speedWith());
    const path = historyPath(cache);
    const line = await readFile(path, 'utf8');
    await writeFile(path, line.repeat(Math.ceil(300_000 / line.length)));
    const before = (await stat(path)).size;
    await rememberSpeed(cache, speedWith({ model: 'newest' }));
    expect((await stat(path)).size).toBeLessThan(before / 2);
    const speeds = await readSpeeds(cache);
    expect(speeds.length).toBeGreaterThan(100);
    expect(speeds.at(-1)).toMatchObject({ model: 'newest' });
  });
});
