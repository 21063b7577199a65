/**
 * A program that uses each part of the core of the library, in Node.js and bundled in a browser. It imports
 * nothing but the core.
 */
import {
  accessBytes,
  accessImage,
  checkCpio,
  checkExt4,
  checkFat,
  checkGguf,
  GPT_TYPE,
  gunzip,
  gzip,
  openExt4,
  openFat,
  planCpio,
  planExt4,
  planFat,
  planGguf,
  planGpt,
  planVmdk,
  readCpio,
  readGguf,
  readPartitionTable,
  readVmdk,
  sha256,
  sliceAccess,
} from '../../src/library/core.js';
import type { Image, RandomAccess } from '../../src/library/core.js';

const TEXT = 'planned in a browser: é, 中\n';

const whole = (source: RandomAccess): Promise<Uint8Array> => source.read(0, source.sizeBytes);
const bytesOf = (image: Image): Promise<Uint8Array> => whole(accessImage(image));
const digestOf = async (image: Image): Promise<string> => sha256(await bytesOf(image));
const textOf = async (source: RandomAccess): Promise<string> =>
  new TextDecoder().decode(await whole(source));

/** Plans, reads back and checks an image of each format; what comes out is the same everywhere. */
export async function exerciseCore(): Promise<Record<string, unknown>> {
  const entries = [{ type: 'file', path: 'etc/motd', data: TEXT }] as const;

  const ext4 = planExt4(entries, { label: 'BROWSER' });
  await checkExt4(accessImage(ext4));
  const ext4Reader = await openExt4(accessImage(ext4));

  const fat = planFat([{ type: 'file', path: 'motd.txt', data: TEXT }], { label: 'BROWSER' });
  const partition = { image: fat, typeGuid: GPT_TYPE.efiSystem, name: 'EFI' };
  const disk = accessImage(planGpt([partition]));
  const table = await readPartitionTable(disk);
  const [found] = table!.partitions;
  const volume = sliceAccess(disk, found!.offset, fat.sizeBytes);
  await checkFat(volume);
  const fatReader = await openFat(volume);

  const cpio = await bytesOf(planCpio(entries));
  const packed = await gzip(cpio);
  const unpacked: number[] = [];
  for await (const piece of gunzip(accessBytes(packed), { maxBytes: 1 << 20 })) {
    unpacked.push(...piece);
  }
  const { memberCount } = await checkCpio(accessBytes(packed));
  const members: string[] = [];
  for await (const { path, sizeBytes } of readCpio(accessBytes(packed))) {
    members.push(`${path} ${sizeBytes}`);
  }

  const tensors = [
    { name: 'output.weight', dimensions: [2, 2], type: 'F32', data: new Uint8Array(16) },
  ];
  const metadata = { 'general.architecture': { type: 'string', value: 'llama' } } as const;
  const gguf = accessImage(planGguf({ metadata, tensors }));
  await checkGguf(gguf, 'model.gguf');

  const vmdk = planVmdk(ext4, { extentName: (path) => path, metadataName: 'disk.meta' });
  const metadataFile = await bytesOf(vmdk.metadata);
  const descriptor = accessBytes(new TextEncoder().encode(vmdk.descriptor));
  const vmdkDisk = await readVmdk(descriptor, (path) =>
    Promise.resolve({ path, sizeBytes: metadataFile.length }),
  );
  const readBack = accessImage(vmdkDisk, ({ offset }, skip, length) =>
    Promise.resolve(metadataFile.subarray(offset + skip, offset + skip + length)),
  );

  return {
    ext4: await digestOf(ext4),
    ext4Uuid: ext4.uuid,
    ext4File: await textOf(await ext4Reader.open('/etc/motd')),
    disk: sha256(await whole(disk)),
    fatFile: await textOf(await fatReader.open('/motd.txt')),
    cpio: sha256(cpio),
    packed: sha256(packed),
    unpacked: sha256(Uint8Array.from(unpacked)),
    memberCount,
    members,
    tensors: (await readGguf(gguf)).tensors.map(({ name }) => name),
    vmdk: sha256(vmdk.descriptor),
    vmdkDisk: sha256(await whole(readBack)),
  };
}
