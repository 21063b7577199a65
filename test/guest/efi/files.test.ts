import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { FILE_SOURCES } from './file-sources.js';
import { buildWatchedProgram } from './programs.js';

const folder = temporaryFolder();

describe('reading a file of 5 GiB', () => {
  let program: string;
  beforeAll(async () => {
    program = await buildWatchedProgram(folder.path, 'read_files', FILE_SOURCES, 'memory');
  });
  const read = async (offset: number, size: number, ...trouble: string[]): Promise<string> =>
    (await execa(program, [String(offset), String(size), ...trouble])).stdout;
  const MIB = 2 ** 20;
  const SIZE = 5 * 2 ** 30;

  it('gives it as it is, in large pieces, on both sides of 4 GiB', async () => {
    expect(await read(2 ** 32 - 1000, 9 * MIB)).toBe('right, 4194304, 3');
    expect(await read(SIZE - 1, 1)).toBe('right, 1, 1');
  });

  it.each([
    ['a device error', 7],
    ['a bad size of the buffer', 4],
    ['too few resources', 9],
    ['an invalid parameter', 2],
  ])('goes on in smaller pieces after %s', async (_, status) => {
    const because = `status=${status}`;
    expect(await read(0, 4 * MIB, `max=${MIB}`, because)).toBe('right, 1048576, 6');
    expect(await read(2 ** 32 - 5, MIB, 'max=65536', because)).toBe('right, 65536, 20');
    expect(await read(7, MIB / 8, 'max=512', because)).toMatch(/^right, 512, /);
  });

  it('goes on where less came than was asked for', async () => {
    expect(await read(3, 5 * MIB, 'short=10007')).toMatch(/^right/);
  });

  it('takes a way by low memory where the device does not reach the buffer', async () => {
    expect(await read(2 ** 32, MIB, 'high')).toMatch(/^right, 65536, /);
  });

  it('ends at what cannot be read at all, and says where and why', async () => {
    const failure = await read(0, MIB, 'bad=500000');
    const [, at, reason] = /beyond (\d+) of its 5368709120 bytes \((.*)\)$/.exec(failure)!;
    expect(Number(at)).toBeGreaterThan(500_000 - 512);
    expect(Number(at)).toBeLessThanOrEqual(500_000);
    expect(reason).toBe('the firmware says: device error');
    expect(await read(0, MIB, 'max=10', 'status=13')).toMatch(/says: media changed\)$/);
  });

  it('is not tried behind its end', async () => {
    const failure = 'models/large.gguf ends after 5368709120 bytes, and is to be longer';
    expect(await read(SIZE - 1, 2)).toBe(failure);
    expect(await read(SIZE + 1, 0)).toBe(failure);
  });
});

describe('writing a file', () => {
  let program: string;
  beforeAll(async () => {
    const sources = [...FILE_SOURCES, 'efi/firmware/file_write.c'];
    program = await buildWatchedProgram(folder.path, 'write_file', sources, 'memory');
  });
  const write = async (...disk: string[]): Promise<string[]> =>
    (await execa(program, ['chats/a.txt', 'text', ...disk])).stdout.split('\n');

  it('makes it', async () => {
    expect(await write('llama2.cfg=x')).toEqual(['llama2.cfg 1 other', 'chats/a.txt 4000 new']);
  });

  it('replaces it, and what a write that was cut short has left', async () => {
    const files = ['chats/a.txt=old', `chats/a.txt.new=${'long'.repeat(2000)}`];
    expect(await write(...files)).toEqual(['chats/a.txt 4000 new']);
  });

  it('does without renaming', async () => {
    expect(await write('no-rename', 'chats/a.txt=old')).toEqual(['chats/a.txt 4000 new']);
  });

  it('goes on in smaller pieces', async () => {
    expect(await write('max=600')).toEqual(['chats/a.txt 4000 new']);
  });

  it.each([
    ['read-only', 'the disk is read-only'],
    ['room=3999', 'the disk is full'],
  ])('fails where the disk is %s, and keeps the old one', async (trouble, reason) => {
    expect(await write('chats/a.txt=old', trouble)).toEqual([
      `chats/a.txt cannot be written: ${reason}`,
      'chats/a.txt 3 other',
    ]);
  });

  it('fails where it does not reach the disk, and keeps the old one', async () => {
    for (const trouble of ['no-flush', 'max=100']) {
      expect(await write('chats/a.txt=old', trouble)).toEqual([
        'chats/a.txt cannot be written (the firmware says: device error)',
        'chats/a.txt 3 other',
      ]);
    }
  });

  it('fails where there is no disk', async () => {
    expect(await write('no-disk')).toEqual(['there is no disk to write chats/a.txt to']);
  });
});
