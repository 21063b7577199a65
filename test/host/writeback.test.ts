import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Writeback } from '../../src/host/writeback.js';

const MUCH = 2 ** 28;

/** A file whose every `datasync` waits to be ended by the test. */
function slowFile(): { file: FileHandle; ends: ((error?: Error) => void)[] } {
  const ends: ((error?: Error) => void)[] = [];
  const datasync = (): Promise<void> =>
    new Promise((resolve, reject) => {
      ends.push((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  return { file: { datasync } as FileHandle, ends };
}

describe('Writeback', () => {
  it('starts no datasync for little data, and one at a time for much', async () => {
    const { file, ends } = slowFile();
    const writeback = new Writeback(file, 'linux');
    writeback.wrote(1000);
    expect(ends).toHaveLength(0);
    for (let count = 0; count < 3; count++) writeback.wrote(MUCH);
    expect(ends).toHaveLength(1);
    ends[0]!();
    await writeback.settle();
    writeback.wrote(1);
    expect(ends).toHaveLength(2);
  });

  it('does nothing on macOS, where each datasync would flush the cache of the drive', () => {
    const { file, ends } = slowFile();
    const writeback = new Writeback(file, 'darwin');
    for (let count = 0; count < 3; count++) writeback.wrote(MUCH);
    expect(ends).toHaveLength(0);
  });

  it('waits for the datasync in progress', async () => {
    const { file, ends } = slowFile();
    const writeback = new Writeback(file, 'linux');
    writeback.wrote(MUCH);
    let isSettled = false;
    const settled = writeback.settle().then(() => {
      isSettled = true;
    });
    await setImmediate();
    expect(isSettled).toBe(false);
    ends[0]!();
    await settled;
    expect(() => {
      writeback.check();
    }).not.toThrow();
  });

  it('throws the error of a datasync at the next write and at the end', async () => {
    const { file, ends } = slowFile();
    const writeback = new Writeback(file, 'linux');
    writeback.wrote(MUCH);
    ends[0]!(new Error('EIO'));
    await writeback.settle();
    expect(() => {
      writeback.wrote(1);
    }).toThrow('EIO');
    expect(() => {
      writeback.check();
    }).toThrow('EIO');
  });
});
