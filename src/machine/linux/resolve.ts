import { availableParallelism } from 'node:os';
import type { HostFolders } from '../../host/host-folders.js';
import type { HostSpec, MachineDisk } from '../qemu/host-spec.js';
import { QBOOT } from '../qemu/facts.js';
import type { QemuFacts } from '../qemu/facts.js';
import { isFile } from '../../host/host-file.js';
import { describeDisk, requireFile } from '../qemu/machine-files.js';
import { chosenFirmware } from '../firmware/choose.js';
import { hostFreeMiB } from '../qemu/memory.js';
import { quickProcessors } from '../qemu/macos.js';
import type { ModelMemory } from '../qemu/memory.js';
import { hostChoices, resolveHost, sessionConsole } from '../resolve-host.js';
import type { HostOptions } from '../resolve-host.js';
import { defaultSize } from './default-size.js';
import { defaultThreads } from './default-threads.js';
import { checkKernel } from './check-kernel.js';
import { checkLeastRam } from './least-memory.js';
import type { LinuxMachineSpec } from './spec.js';
import { waitFlags } from './wait-policy.js';
import type { WaitPolicy } from './wait-policy.js';

/** What a user may say about a machine with a Linux guest. */
export interface LinuxMachineOptions extends HostOptions {
  /** Paths; those of {@link defaults} unless given. */
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  /** Path of the model disk. */
  readonly disk?: string | undefined;
  /** Added to the kernel command line. */
  readonly append?: string | undefined;
  /** How llama.cpp's threads wait for one another; as the guest does by itself unless given. */
  readonly wait?: WaitPolicy | undefined;
  /** Whether UEFI firmware starts the kernel, instead of QEMU. */
  readonly uefi?: boolean | undefined;
  /** With `uefi`: other firmware than what the host has, as `namedFirmware` reads it. */
  readonly firmware?: string | undefined;
  /** What the model needs. Unless the RAM is given, it follows from this, and must fit the host. */
  readonly model?: ModelMemory | undefined;
  /** The memory that it shares with other machines, in MiB: it gets no more than its model needs. */
  readonly sharedMiB?: number | undefined;
  /** zosia's own kernel and initramfs, which have usually just been built. */
  readonly defaults: { readonly kernel: string; readonly initrd: string };
  /** A real run makes them first, and the disk: none need be there, and the disk will be a VMDK. */
  readonly arePlanned?: boolean | undefined;
}

const builtBy = 'zosia up';
const KERNEL = { what: 'kernel', option: 'kernel', builtBy };
const INITRAMFS = { what: 'initramfs', option: 'initrd', builtBy };
const DISK = { what: 'model disk', option: 'disk', builtBy };

/**
 * qboot instead of SeaBIOS, which looks for disks to boot from before it starts the kernel that QEMU has. Under
 * TCG, which takes long over that; with KVM and HVF it has not been tried.
 */
const quickBios = ({ arch, accel }: HostSpec, { hasQboot }: QemuFacts): string | undefined =>
  arch === 'x86_64' && accel.name === 'tcg' && hasQboot ? QBOOT : undefined;

/** @throws ZosiaError `ZOSIA_FILE_NOT_FOUND` unless there is a file at a path, and as `checkKernel` */
export async function requireKernel(path: string): Promise<void> {
  await requireFile(path, KERNEL);
  await checkKernel(path);
}

/**
 * Decides everything about a machine with a Linux guest.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`,
 *   `ZOSIA_RAM_TOO_SMALL`, and those of `findQemu`, `qemuFacts` and `resolveAccelerator`
 */
export async function resolveLinuxMachine(
  options: LinuxMachineOptions,
  folders: HostFolders,
): Promise<LinuxMachineSpec> {
  const { defaults, append = '', arePlanned = false } = options;
  const { kernel = defaults.kernel, initrd = defaults.initrd, disk: diskPath } = options;
  const choices = hostChoices(options);

  if (!arePlanned) {
    await requireKernel(kernel);
    await requireFile(initrd, INITRAMFS);
  }
  let disk: MachineDisk | undefined;
  if (diskPath !== undefined) {
    disk = arePlanned ? { path: diskPath, format: 'vmdk' } : await describeDisk(diskPath, DISK);
  }
  const firmware = options.uefi
    ? await chosenFirmware(options.arch, options.firmware, folders)
    : undefined;
  const [freeMiB, quickCpus] = await Promise.all([hostFreeMiB(), quickProcessors()]);
  const host = { freeMiB, cpus: availableParallelism(), quickCpus };
  const { sharedMiB } = options;
  const size = defaultSize(options.model, host, { ...choices, sharedMiB });
  const areOwn = kernel === defaults.kernel && initrd === defaults.initrd;
  const areThere = !arePlanned || ((await isFile(kernel)) && (await isFile(initrd)));
  const tight = areThere
    ? await checkLeastRam(size.ramMiB, {
        kernel,
        initrd,
        areOwn,
        startsFirmware: firmware !== undefined,
      })
    : [];

  const { spec, facts } = await resolveHost(
    choices,
    { ...size, notes: [...tight, ...size.notes] },
    folders,
    { startsFirmware: firmware !== undefined, signal: options.signal },
  );
  const threads = defaultThreads(spec.accel.name, spec.cpus, options.model?.weightBytes);
  return {
    ...spec,
    firmware,
    bios: firmware === undefined ? quickBios(spec, facts) : undefined,
    kernel,
    initrd,
    isForeign: initrd === defaults.initrd ? undefined : (true as const),
    disk,
    // Of two flags of one name the last counts: what a user adds wins over the default.
    append: [
      ...(threads === undefined ? [] : [`zosia.llama_threads=${threads}`]),
      append,
      ...waitFlags(options.wait),
    ]
      .join(' ')
      .trim(),
    console: sessionConsole(options.serial),
  };
}
