import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import * as core from '../../src/library/core.js';
import * as host from '../../src/library/host.js';
import * as machine from '../../src/library/machine.js';
import * as perf from '../../src/library/perf.js';
import * as recipes from '../../src/library/recipes.js';
import { temporaryFolder } from '../support/temporary.js';

interface Door {
  readonly types: string;
  readonly default: string;
}

const ROOT = new URL('../../', import.meta.url);
const DOORS = {
  ...{ '.': core, './host': host, './recipes': recipes, './machine': machine, './perf': perf },
};

const built = async (): Promise<Map<string, string>> => {
  const text = await readFile(new URL('package.json', ROOT), 'utf8');
  const { exports } = JSON.parse(text) as { exports: Record<string, Door | string> };
  const doors = Object.entries(exports).filter(([, door]) => typeof door !== 'string');
  return new Map(doors.map(([name, door]) => [name, new URL((door as Door).default, ROOT).href]));
};

/** Runs a module in a process of its own. @returns what it prints, as JSON */
async function run(code: string): Promise<unknown> {
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', code]);
  return JSON.parse(stdout);
}

describe('the package', () => {
  it('exports its documented entry points, and no more', async () => {
    expect([...(await built()).keys()]).toEqual(Object.keys(DOORS));
  });

  it.each(Object.entries(DOORS))('exports what its source exports: %s', async (name, door) => {
    const url = (await built()).get(name)!;
    const names = await run(`console.log(JSON.stringify(Object.keys(await import('${url}'))))`);
    expect((names as string[]).sort()).toEqual(Object.keys(door).sort());
  });

  it('throws the same class of errors from all its entry points', async () => {
    const urls = await built();
    const caught = await run(`
      const { ZosiaError } = await import('${urls.get('.')!}');
      const { openImage } = await import('${urls.get('./host')!}');
      const { loadProfile } = await import('${urls.get('./perf')!}');
      const { readModel } = await import('${urls.get('./recipes')!}');
      const errors = [openImage('/no/such'), readModel('/no/such.gguf', '/no/such')];
      const caught = await Promise.all(errors.map((each) => each.catch((error) => error)));
      console.log(JSON.stringify(caught.map((error) => error instanceof ZosiaError)));
    `);
    expect(caught).toEqual([true, true]);
  });

  it('adds no listener to the process that imports it', async () => {
    const urls = await built();
    const [before, after] = (await run(`
      const listeners = () =>
        process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
      const before = listeners();
      for (const url of ${JSON.stringify([...urls.values()])}) await import(url);
      console.log(JSON.stringify([before, listeners()]));
    `)) as [unknown, unknown];
    expect(after).toEqual(before);
  });
});

describe('the library', () => {
  const folder = temporaryFolder();

  it('plans, writes, opens, reads and verifies an image', async () => {
    const image = core.planExt4(
      [{ type: 'file', path: 'etc/motd', data: 'grüß dich\n', mode: 0o444 }],
      { label: 'motd', epochSeconds: 1_700_000_000 },
    );
    const path = folder.file('disk.img');
    await host.writeRaw(image, path);
    const opened = await host.openImage(path);
    try {
      expect(await opened.readText('/etc/motd')).toBe('grüß dich\n');
      expect(Buffer.from(await opened.readFile('etc/motd')).toString()).toBe('grüß dich\n');
      const paths: string[] = [];
      for await (const file of opened.list()) paths.push(`${file.mode} ${file.path}`);
      expect(paths).toEqual(['0755 /etc', '0444 /etc/motd', '0700 /lost+found']);
      await expect(opened.readFile('/etc/motd', { maxBytes: 3 })).rejects.toMatchObject({
        code: 'ZOSIA_FILE_TOO_LARGE',
      });
      await expect(opened.readFile('/etc')).rejects.toMatchObject({ code: 'ZOSIA_NOT_A_FILE' });
      expect(await host.verifyImage(opened)).toMatchObject({ problemCount: 0 });
    } finally {
      await opened[Symbol.asyncDispose]();
      await opened.close();
    }
    const access = await host.accessFile(path);
    await using fs = await core.openExt4(access);
    const { label, uuid, blockSizeBytes, blockCount, freeBlockCount } = fs.superblock;
    expect(image).toMatchObject({ label, uuid, blockSizeBytes, blockCount, freeBlockCount });
  });

  it('returns the chosen settings of a FAT volume and of a partition table', async () => {
    const volume = core.planFat([{ type: 'file', path: 'a', data: 'b' }], { label: 'boot' });
    const { type, volumeId, clusterSizeBytes, clusterCount } = (
      await core.openFat(core.accessImage(volume))
    ).bootSector;
    expect(volume).toMatchObject({ type, volumeId, clusterSizeBytes, clusterCount, label: 'BOOT' });
    const disk = core.planGpt([
      { image: volume, typeGuid: core.GPT_TYPE.efiSystem, name: 'EFI system partition' },
    ]);
    const table = await core.readPartitionTable(core.accessImage(disk));
    expect(table?.partitions.map(({ offset, sizeBytes }) => ({ offset, sizeBytes }))).toEqual(
      disk.partitions.map(({ offset, sizeBytes }) => ({ offset, sizeBytes })),
    );
  });

  it('throws in a check, and reports problems in a verification', async () => {
    const image = core.planFat([{ type: 'file', path: 'a', data: 'b' }]);
    const ext4 = core.planExt4([], { label: 'x' });
    await expect(core.checkFat(core.accessImage(image))).resolves.toMatchObject({ fileCount: 1 });
    await expect(core.checkExt4(core.accessImage(ext4))).resolves.toMatchObject({ fileCount: 0 });
    const damage = async (planned: core.Image, offset: number) => {
      const access = core.accessImage(planned);
      const bytes = (await access.read(0, planned.sizeBytes)).slice();
      bytes[offset]! ^= 0xff;
      return core.accessBytes(bytes);
    };
    const fat = await damage(image, image.segments[1]!.offset);
    expect((await core.verifyFat(fat)).problems.length).toBeGreaterThan(0);
    await expect(core.checkFat(fat)).rejects.toMatchObject({ code: 'ZOSIA_FAT_CORRUPT' });
    const descriptors = ext4.segments.find(({ label }) => label === 'group descriptors')!;
    const broken = await damage(ext4, descriptors.offset + 12);
    expect((await core.verifyExt4(broken)).problems.length).toBeGreaterThan(0);
    await expect(core.checkExt4(broken)).rejects.toMatchObject({ code: 'ZOSIA_EXT4_CORRUPT' });
  });
});
