import { availableParallelism } from 'node:os';
import type { Environment } from '../qemu/binary.js';
import type { ConsoleTarget } from '../qemu/host-spec.js';
import { openDisk, requireFile } from '../qemu/machine-files.js';
import { hostFreeMiB } from '../qemu/memory.js';
import { quickProcessors } from '../qemu/macos.js';
import type { ModelMemory } from '../qemu/memory.js';
import { hostChoices, resolveHost, sessionConsole } from '../resolve-host.js';
import type { HostOptions } from '../resolve-host.js';
import { variable } from '../qemu/variables.js';
import { defaultSize } from './default-size.js';
import { defaultThreads } from './default-threads.js';
import { checkLeastRam } from './least-memory.js';
import type { MachineSpec } from './spec.js';
import { waitFlags } from './wait-policy.js';
import type { WaitPolicy } from './wait-policy.js';

/** What a user may say about a machine. What is not said comes from the environment, then the defaults. */
export interface MachineOptions extends HostOptions {
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly disk?: string | undefined;
  /** Added to the kernel command line. */
  readonly append?: string | undefined;
  /** How llama.cpp's threads wait for one another; as the guest does by itself unless given. */
  readonly wait?: WaitPolicy | undefined;
  /** Whether the machine answers one prompt on a port of its own. */
  readonly answerPort?: boolean | undefined;
  /** What the model needs. Unless the RAM is given, it follows from this, and must fit the host. */
  readonly model?: ModelMemory | undefined;
  /** What holds when neither a flag nor a variable says otherwise: usually what has just been built. */
  readonly defaults: {
    readonly kernel: string;
    readonly initrd: string;
    readonly disk?: string | undefined;
  };
}

const builtBy = 'zosia up';
const KERNEL = { what: 'kernel', flag: '--kernel', builtBy };
const INITRAMFS = { what: 'initramfs', flag: '--initrd', builtBy };
const DISK = { what: 'model disk', flag: '--disk', builtBy };

/**
 * Decides everything about a machine with a Linux guest. A flag wins over its variable: `RAM_MB`, `SMP`,
 * `APPEND_EXTRA`, `QEMU_ACCEL`, `QEMU_CPU`, `QEMU_SERIAL`, `KERNEL_IMAGE`, `INITRD_IMAGE`,
 * `MODEL_DISK_IMAGE`; a variable wins over the default.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_MODEL_TOO_LARGE_FOR_HOST`,
 *   `ZOSIA_RAM_TOO_SMALL`, and those of `findQemu`, `qemuFacts` and `resolveAccelerator`
 */
export async function resolveMachine(
  options: MachineOptions,
  env: Environment,
): Promise<MachineSpec> {
  const { defaults, answerPort = false } = options;
  const kernel = options.kernel ?? variable(env, 'KERNEL_IMAGE') ?? defaults.kernel;
  const initrd = options.initrd ?? variable(env, 'INITRD_IMAGE') ?? defaults.initrd;
  const diskPath = options.disk ?? variable(env, 'MODEL_DISK_IMAGE') ?? defaults.disk;
  const choices = hostChoices(options, env);

  await requireFile(kernel, KERNEL);
  await requireFile(initrd, INITRAMFS);
  const disk = diskPath === undefined ? undefined : await openDisk(diskPath, DISK);
  const [freeMiB, quickCpus] = await Promise.all([hostFreeMiB(), quickProcessors()]);
  const host = { freeMiB, cpus: availableParallelism(), quickCpus };
  const size = defaultSize(options.model, host, choices);
  const areOwn = kernel === defaults.kernel && initrd === defaults.initrd;
  const tight = await checkLeastRam(size.ramMiB, { kernel, initrd, areOwn });

  const { spec } = await resolveHost(
    choices,
    { ...size, notes: [...tight, ...size.notes] },
    env,
    options.signal,
  );
  const console: ConsoleTarget = answerPort
    ? { to: 'file', path: 'console.log' }
    : sessionConsole(env);
  const append = options.append ?? variable(env, 'APPEND_EXTRA') ?? '';
  const threads = defaultThreads(spec.accel.name, spec.cpus, options.model?.weightBytes);
  return {
    ...spec,
    ...{ kernel, initrd },
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
    ...{ console, answerPort },
  };
}
