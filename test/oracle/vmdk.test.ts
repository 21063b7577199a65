import { execa } from 'execa';
import { truncate, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { planVmdk } from '../../src/formats/vmdk/writer.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Image, Segment } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const MIB = 1 << 20;
const GIB = 2 ** 30;

describeWithPrograms(['qemu-img'], 'QEMU with a VMDK', () => {
  const folder = temporaryFolder();

  const write = async (image: Image, name: string): Promise<string> => {
    const { descriptor, metadata } = planVmdk(image, {
      extentName: (path) => path.slice(folder.path.length + 1),
      metadataName: `${name}-metadata.bin`,
    });
    await writeRaw(metadata, folder.file(`${name}-metadata.bin`));
    await writeFile(folder.file(`${name}.vmdk`), descriptor);
    return folder.file(`${name}.vmdk`);
  };

  const compare = (vmdk: string, raw: string): Promise<{ stdout: string; exitCode?: number }> =>
    execa('qemu-img', ['compare', '-f', 'vmdk', '-F', 'raw', vmdk, raw], { reject: false });

  const modelAt = (offset: number, length: number, fileOffset = 0): Segment => ({
    offset,
    length,
    source: { kind: 'file', path: folder.file('a módel.gguf'), offset: fileOffset },
  });

  it('finds the same bytes as in the raw image', async () => {
    const contents = Buffer.from(
      Array.from({ length: 3 * MIB + 77 }, (_, i) => (i * 7 + (i >> 8)) & 255),
    );
    await writeFile(folder.file('a módel.gguf'), contents);
    const image = makeImage(6 * MIB, [
      bytesSegment(0, new Uint8Array(5000).fill(3)),
      modelAt(MIB, contents.length - 512, 512),
      bytesSegment(5 * MIB + 100, new Uint8Array(10).fill(4)),
    ]);
    const vmdk = await write(image, 'same');
    await writeRaw(image, folder.file('same.img'));
    expect(await compare(vmdk, folder.file('same.img'))).toMatchObject({ exitCode: 0 });

    const other = Buffer.from(contents);
    other[2 * MIB] = other[2 * MIB]! ^ 1;
    await writeFile(folder.file('a módel.gguf'), other);
    expect(await compare(vmdk, folder.file('same.img'))).toMatchObject({ exitCode: 1 });
  });

  it('opens a disk that refers to 50 GiB', async () => {
    await writeFile(folder.file('a módel.gguf'), '');
    await truncate(folder.file('a módel.gguf'), 50 * GIB);
    const image = makeImage(50 * GIB + 4 * MIB, [
      bytesSegment(0, new Uint8Array([1])),
      modelAt(2 * MIB, 50 * GIB),
    ]);
    const vmdk = await write(image, 'large');
    const { stdout } = await execa('qemu-img', ['info', '--output=json', vmdk]);
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'vmdk',
      'virtual-size': 50 * GIB + 4 * MIB,
    });
  });
});
