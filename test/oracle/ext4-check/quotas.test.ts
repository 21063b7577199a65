import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { verifyExt4 } from '../../../src/formats/ext4/check/checker.js';
import { writeFields } from '../../../src/formats/fields.js';
import {
  QUOTA_BLOCK_BYTES,
  QUOTA_ENTRY,
  QUOTA_ENTRY_BYTES,
  QUOTA_LEAF_BYTES,
  QUOTA_MAGICS,
} from '../../../src/formats/ext4/layout/quota.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWithE2fsprogs, e2fsck } from '../ext4/programs.js';
import { makeEmpty, makeWithMke2fs, mustRun, populate } from '../ext4-reader/mke2fs.js';

const FIRST_USER = 1000;
const USER_COUNT = 40;

describeWithE2fsprogs('verifyExt4 of quotas, compared with e2fsck', () => {
  const folder = temporaryFolder();
  let sound: Buffer;

  /** Owners, groups and projects of files, so that there are several blocks of entries. */
  const owners = Array.from({ length: USER_COUNT }, (_, index) => {
    const file = `"<${100 + index}>"`;
    const owner = FIRST_USER + index * 700;
    return [`uid ${owner}`, `gid ${owner + 1}`, `projid ${owner + 2}`].map(
      (field) => `sif ${file} ${field}`,
    );
  }).flat();

  beforeAll(async () => {
    await populate(folder.file('contents'));
    const path = folder.file('sound.img');
    await makeWithMke2fs(path, folder.file('contents'), [
      '-t',
      'ext4',
      '-O',
      'quota,project',
      '-b',
      '1024',
    ]);
    mustRun('debugfs', ['-w', '-f', '-', path], { input: `${owners.join('\n')}\n` });
    mustRun('e2fsck', ['-f', '-y', path], { goodStatuses: [0, 1] });
    sound = await readFile(path);
  });

  /** What zosia finds; e2fsck is expected to find the same identifiers. */
  async function check(bytes: Uint8Array): Promise<string[]> {
    const path = folder.file('changed.img');
    await writeFile(path, bytes);
    const { problems } = await verifyExt4(accessBytes(new Uint8Array(bytes)));
    const found = problems.filter(({ code }) => code === 'quota-usage');
    const ours = found.map(({ where }) => where.split(' ')[1]!);
    const { output, status } = e2fsck(path);
    const theirs = [...output.matchAll(/(?:Usage inconsistent for|quota entry) ID (\d+)/g)];
    expect(ours.sort()).toEqual(theirs.map(([, id]) => id!).sort());
    expect(status === 0).toBe(problems.length === 0);
    return problems.map(({ code, where }) => `${code} ${where}`);
  }

  it('accepts quotas that e2fsck wrote', async () => {
    expect(await check(sound)).toEqual([]);
  });

  it('accepts quotas that tune2fs wrote, and reports both groups of a changed file', async () => {
    const path = folder.file('tuned.img');
    await makeEmpty(path, ['-t', 'ext4', '-b', '1024']);
    mustRun('debugfs', ['-w', '-R', `write "${folder.file('contents/large')}" large`, path]);
    mustRun('tune2fs', ['-O', 'quota', path]);
    expect(await check(await readFile(path))).toEqual([]);
    mustRun('debugfs', ['-w', '-R', 'sif large gid 5', path]);
    expect(await check(await readFile(path))).toEqual([
      'quota-usage group 0',
      'quota-usage group 5',
    ]);
  });

  /** Where an entry lies in the file of a kind of quotas. */
  function entryOf(bytes: Buffer, kind: 0 | 1 | 2, id: number): number {
    const magic = Buffer.alloc(4);
    magic.writeUInt32LE(QUOTA_MAGICS[kind]);
    const file = bytes.indexOf(magic);
    for (let at = file; at < bytes.length; at += QUOTA_BLOCK_BYTES) {
      const entry = at + QUOTA_LEAF_BYTES;
      for (let i = 0; i < 14; i++) {
        const place = entry + i * QUOTA_ENTRY_BYTES;
        const isUsed = bytes.readUInt32LE(place + QUOTA_ENTRY.inodesLow.offset) > 0;
        if (bytes.readUInt32LE(place) === id && isUsed) return place;
      }
    }
    throw new Error(`there is no entry of ${id}`);
  }

  it.each([
    ['user', 0, FIRST_USER],
    ['group', 1, FIRST_USER + 701],
    ['project', 2, FIRST_USER + 1402],
    ['user', 0, FIRST_USER + 39 * 700],
  ] as const)('reports %s quotas with wrong counts (%d: %d)', async (kind, number, id) => {
    for (const change of [{ inodesLow: 9 }, { bytesLow: 512 }, { bytesHigh: 1 }]) {
      const bytes = Buffer.from(sound);
      writeFields(QUOTA_ENTRY, bytes, entryOf(bytes, number, id), change);
      expect(await check(bytes)).toEqual([`quota-usage ${kind} ${id}`]);
    }
  });

  it('reports a missing entry, and an entry without files', async () => {
    const bytes = Buffer.from(sound);
    writeFields(QUOTA_ENTRY, bytes, entryOf(bytes, 0, FIRST_USER), { id: 7 });
    expect(await check(bytes)).toEqual(['quota-usage user 7', `quota-usage user ${FIRST_USER}`]);
  });

  it('reports both owners of a file whose owner changed', async () => {
    const path = folder.file('owner.img');
    await writeFile(path, sound);
    mustRun('debugfs', ['-w', '-R', 'sif "<100>" uid 1700', path]);
    const found = await check(new Uint8Array(await readFile(path)));
    expect(found).toEqual([`quota-usage user ${FIRST_USER}`, 'quota-usage user 1700']);
  });

  it('reports a quota file with a wrong magic number or a loop in its tree', async () => {
    const magic = Buffer.alloc(4);
    magic.writeUInt32LE(QUOTA_MAGICS[0]);
    for (const at of [0, 1024]) {
      const bytes = Buffer.from(sound);
      bytes.writeUInt32LE(1, bytes.indexOf(magic) + at);
      const { problems } = await verifyExt4(accessBytes(new Uint8Array(bytes)));
      expect(problems.map(({ code, where }) => `${code} ${where}`)).toEqual([
        'quota-file user quotas',
      ]);
    }
  });
});
