import { execa } from 'execa';
import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parseDescriptor } from '../../src/formats/vmdk/descriptor.js';
import { temporaryFolder } from '../support/temporary.js';
import { describeWithPrograms } from '../support/programs.js';

const BASE = [
  '# Disk DescriptorFile',
  'version=1',
  'CID=1',
  'parentCID=ffffffff',
  'createType="monolithicFlat"',
  'RW 8 FLAT "d.img" 0',
  '',
].join('\n');
const vmfs = BASE.replace('monolithicFlat', 'vmfs');

/** What others write: each read by QEMU as one disk of eight sectors. */
const READ: readonly (readonly [string, string])[] = [
  ['plain', BASE],
  ['CRLF', BASE.replaceAll('\n', '\r\n')],
  ['no content id', BASE.replace('CID=1\n', '')],
  ['filled up with NUL', `${BASE}${'\0'.repeat(2000)}`],
  ['an extent after a NUL', `${BASE}\0RW 8 FLAT "d.img" 0\n`],
  ['words after the offset', BASE.replace('" 0', '" 0 partition-uuid device-id')],
  ['no blank before the offset', BASE.replace('" 0', '"0')],
  ['tabs', BASE.replace('RW 8 FLAT ', 'RW\t8\tFLAT\t')],
  ['blanks before', BASE.replace('RW', '   RW')],
  ['VMFS', vmfs.replace('FLAT', 'VMFS').replace('" 0', '"')],
  ['vmfs with FLAT', vmfs],
  ['twoGbMaxExtentFlat', BASE.replace('monolithicFlat', 'twoGbMaxExtentFlat')],
  ['a comment first', `# by hand\n${BASE}`],
  ['no first comment', BASE.replace('# Disk DescriptorFile\n', '')],
  ['another first comment', BASE.replace('Disk DescriptorFile', 'DiskDescriptorFile')],
  ['version 2', BASE.replace('version=1', 'version=2')],
  ['an encoding', BASE.replace('CID=1', 'encoding="windows-1252"\nCID=1')],
  ['zeros before the length', BASE.replace('RW 8', 'RW 008')],
  ['a sign before the length', BASE.replace('RW 8', 'RW +8')],
];

/** Refused by QEMU. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['FLAT without an offset', BASE.replace('" 0', '"')],
  ['VMFS with an offset', vmfs.replace('FLAT', 'VMFS')],
  ['no kind', BASE.replace('createType="monolithicFlat"\n', '')],
  ['a kind in other case', BASE.replace('monolithicFlat', 'MonolithicFlat')],
  ['a kind that is not known', BASE.replace('monolithicFlat', 'custom')],
];

/** Ignored by QEMU, for which the disk is shorter then: refused, but not with advice to use QEMU. */
const LEFT_OUT: readonly (readonly [string, RegExp])[] = [
  ['RW 8 ZERO', /truncate -s 4096 zeros\.img.*RW 8 FLAT "zeros\.img" 0/],
  ['NOACCESS 8 FLAT "d.img" 0', /truncate -s 4096/],
  ['RDONLY 8 FLAT "d.img" 0', /RW in place of RDONLY/],
];

describeWithPrograms(['qemu-img'], 'a VMDK descriptor, compared with qemu-img', () => {
  const folder = temporaryFolder();

  async function sizeForQemu(text: string): Promise<number | undefined> {
    await writeFile(folder.file('d.img'), Buffer.alloc(4096));
    await writeFile(folder.file('x.vmdk'), text);
    const args = ['info', '--output=json', '-f', 'vmdk', folder.file('x.vmdk')];
    const { exitCode, stdout } = await execa('qemu-img', args, { reject: false });
    if (exitCode !== 0) return undefined;
    return (JSON.parse(stdout) as { 'virtual-size': number })['virtual-size'];
  }

  it.each(READ)('is read: %s', async (_, text) => {
    expect(await sizeForQemu(text)).toBe(4096);
    const extent = { sectorCount: 8, name: 'd.img', fileSector: 0 };
    expect(parseDescriptor(text).extents).toEqual([extent]);
  });

  it.each(REFUSED)('is refused: %s', async (_, text) => {
    expect(await sizeForQemu(text)).toBeUndefined();
    expect(() => parseDescriptor(text)).toThrow(/VMDK/);
  });

  it.each(LEFT_OUT)(
    'is refused with advice if qemu-img would ignore a line: %s',
    async (line, hint) => {
      const text = `${BASE}${line}\n`;
      expect(await sizeForQemu(text)).toBe(4096);
      let error: unknown;
      try {
        parseDescriptor(text);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'ZOSIA_VMDK_UNSUPPORTED' });
      const { hint: said } = error as { hint: string };
      expect(said).toMatch(hint);
      expect(said).not.toContain('qemu-img convert');
    },
  );
});
