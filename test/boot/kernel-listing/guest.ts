import { once } from 'node:events';
import { appendFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Architecture } from '../../../src/artifacts/architectures.js';
import { fetchComponents } from '../../../src/artifacts/fetch.js';
import type { MappedDisk } from '../../../src/formats/device-mapper/table.js';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import {
  linuxArguments,
  resolveLinuxMachine,
  withRunInitrd,
} from '../../../src/machine/machine.js';
import { LinuxConsole } from '../../../src/machine/linux/console.js';
import { startControlled } from '../../../src/machine/qemu/controlled.js';
import { readKernelPackage } from '../../../src/recipes/kernel-package.js';
import { compileWithInit } from '../../support/init-program.js';
import { parseListing } from './listing.js';
import type { Listing } from './listing.js';
import { HOST } from '../../support/host.js';

const SOURCE_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = ['init', 'tree', 'entry', 'content', 'sha256', 'report', 'delivery'];
/** What it shares with the init that ships, and what that needs. */
const INIT_PARTS = [
  ...['text/text', 'kernel/file', 'kernel/procfs', 'kernel/queue'],
  ...['console/console', 'console/output_filter', 'request/request'],
  ...['process/child', 'process/confinement', 'process/exit_gate'],
  ...['model/disk', 'model/mapped_disk', 'model/owner_map', 'model/model'],
  ...['machine/modules', 'machine/mounts', 'machine/power', 'kernel/virtio_port'],
];

const RAM_MIB = 256;
const TIMEOUT_SECONDS = 240;

/** A machine that lists the disks it is given, or what it unpacked. */
export interface ListingGuest {
  readonly arch: Architecture;
  readonly kernel: string;
  readonly initrd: string;
}

/** Compiles the listing init and puts it, with the kernel and its modules, into `folder`. */
export async function buildListingGuest(arch: Architecture, folder: string): Promise<ListingGuest> {
  const [kernelPackage] = await fetchComponents({
    arch,
    components: ['kernel'],
    cacheDir: HOST.cacheDirectory,
  });
  const { kernel, modules } = await readKernelPackage(kernelPackage!.path);
  const sources = SOURCES.map((name) => join(SOURCE_DIRECTORY, `${name}.c`));
  const init = await compileWithInit(arch, sources, INIT_PARTS);
  const list = modules.map(({ path }) => `${path}\n`).join('');
  const initramfs = planCpio([
    { path: '/init', type: 'file', mode: 0o755, data: init },
    { path: '/dev/console', type: 'character-device', major: 5, minor: 1, mode: 0o600 },
    { path: '/etc/zosia/modules', type: 'file', mode: 0o644, data: Buffer.from(list) },
    ...modules.map(({ path, bytes }) => ({
      path,
      type: 'file' as const,
      mode: 0o644,
      data: bytes,
    })),
  ]);
  const guest = { arch, kernel: join(folder, `${arch}-kernel`), initrd: join(folder, arch) };
  await writeFile(guest.kernel, kernel);
  await writeRaw(initramfs, guest.initrd);
  return guest;
}

/**
 * Boots the guest on a disk and takes its listing.
 *
 * @param ranges where the disk's file systems lie, each "START LENGTH" in sectors; none: all of it is one
 */
export async function listDisks(
  guest: ListingGuest,
  disk: string | MappedDisk,
  ranges: readonly string[],
): Promise<Listing> {
  const mapped = typeof disk === 'string' ? undefined : disk;
  return withRunInitrd({ ...guest, disk: mapped }, { args: ranges }, (initrd) =>
    takeListing(guest, { initrd, disk }),
  );
}

/**
 * Boots the guest with `archives` behind its own initramfs and takes the listing of a folder, after the
 * kernel has unpacked what it takes of them.
 *
 * @param archives the bytes of the rest of the initrd, which begins at a multiple of four
 */
export async function listUnpacked(
  guest: ListingGuest,
  archives: Uint8Array,
  folder: string,
): Promise<Listing> {
  return withRunInitrd(guest, { args: [folder] }, async (initrd) => {
    const { size } = await stat(initrd);
    await appendFile(initrd, new Uint8Array(-size & 3));
    await appendFile(initrd, archives);
    return takeListing(guest, { initrd });
  });
}

async function takeListing(
  { arch, kernel }: ListingGuest,
  { initrd, disk }: { readonly initrd: string; readonly disk?: string | MappedDisk },
): Promise<Listing> {
  const pieces: Uint8Array[] = [];
  const machine = await resolveLinuxMachine(
    {
      arch,
      ramMiB: RAM_MIB,
      cpus: 1,
      defaults: { kernel, initrd },
      ...(typeof disk === 'string' ? { disk } : {}),
    },
    HOST,
  );
  const spec = {
    ...machine,
    ...(typeof disk === 'object' ? { disk } : {}),
    console: { to: 'stdio' },
    ports: ['zosia.listing'],
  } as const;
  const qemu = startControlled(
    { ...spec, args: linuxArguments(spec) },
    { portCount: 1, signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) },
  );
  const console = new LinuxConsole();
  qemu.stdout.on('data', (bytes: Uint8Array) => console.feed(bytes));
  qemu.ports[0]!.on('data', (bytes: Uint8Array) => pieces.push(bytes));
  await Promise.all([qemu.ended, once(qemu.stdout, 'close'), once(qemu.ports[0]!, 'close')]);
  if (console.exitStatus !== 0) throw new Error(`the guest could not list:\n${console.tail}`);
  return parseListing(Buffer.concat(pieces).toString('latin1'));
}
