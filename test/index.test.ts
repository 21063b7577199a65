import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import * as zosia from '../src/index.js';
import { temporaryFolder } from './support/temporary.js';

const folder = temporaryFolder();

describe('the library', () => {
  it('is what the package exports', async () => {
    const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    const { exports } = JSON.parse(text) as { exports: { '.': { default: string } } };
    const url = new URL(`../${exports['.'].default}`, import.meta.url);
    const built = (await import(url.href)) as object;
    expect(Object.keys(built).sort()).toEqual(Object.keys(zosia).sort());
  });

  it('has something of every room', () => {
    const rooms = {
      image: zosia.writeRaw,
      formats: zosia.planFat,
      artifacts: zosia.prebuiltProgram,
      inspect: zosia.verifyImage,
      recipes: zosia.planEfiDisk,
      machine: zosia.runBootMode,
      doctor: zosia.checkHost,
      toolchain: zosia.buildEfi,
      up: zosia.prepareEfiMachine,
      perf: zosia.tune,
      report: zosia.reportPage,
    };
    for (const [room, entry] of Object.entries(rooms)) expect(entry, room).toBeTypeOf('function');
  });

  it('plans, writes, opens and verifies a disk', async () => {
    const settings = zosia.formatSettings({ ...zosia.DEFAULT_EFI_SETTINGS, steps: 20 });
    const data = zosia.bytesData(Buffer.from(settings));
    const { image } = zosia.planEfiVolume([{ type: 'file', path: '/settings.txt', data }], {
      identity: Buffer.from('a test'),
      epochSeconds: 0,
      partitionTable: 'gpt',
    });
    const path = folder.file('disk.img');
    await zosia.writeRaw(image, path);
    const opened = await zosia.openImage(path);
    try {
      const file = await zosia.openFile(await zosia.openTree(opened), '/settings.txt');
      const text = Buffer.from(await file.read(0, file.sizeBytes)).toString();
      expect(zosia.parseSettings(text).steps).toBe(20);
      expect(await zosia.verifyImage(opened)).toMatchObject({ problemCount: 0 });
    } finally {
      await opened.close();
    }
  });
});
