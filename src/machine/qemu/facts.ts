import { join } from 'node:path';
import { execa } from 'execa';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import { isFile } from '../../host/host-file.js';
import { object } from '../../json.js';
import type { HostFactsCache } from './host-facts-cache.js';
import type { QemuBinary } from './binary.js';

/** Firmware that does no more than start a kernel: x86 machines find it under this name in QEMU's own folders. */
export const QBOOT = 'qboot.rom';

/** What a QEMU program can do. */
export interface QemuFacts {
  /** Major and minor version. */
  readonly version: readonly [number, number];
  /** Whether it was built with seccomp, so that `-sandbox on` works. */
  readonly hasSandbox: boolean;
  /** Whether it can end with the process that started it (`-run-with`, QEMU 10.2 and later). */
  readonly canExitWithParent: boolean;
  /** Whether it comes with {@link QBOOT}. */
  readonly hasQboot: boolean;
  /** As `-accel help` lists them: "tcg", "kvm", "hvf". */
  readonly accelerators: readonly string[];
}

/**
 * Asks a QEMU program for its facts, once for each version of the program.
 *
 * @throws ZosiaError `ZOSIA_QEMU_UNUSABLE` when it does not even tell its version
 */
export function qemuFacts(binary: QemuBinary, cache: HostFactsCache): Promise<QemuFacts> {
  return cache.get('qemu', factsKey(binary), QEMU_FACTS, () => askQemu(binary.path));
}

/** The facts kept from before; nothing is run. */
export const peekQemuFacts = (
  binary: QemuBinary,
  cache: HostFactsCache,
): Promise<QemuFacts | undefined> => cache.peek('qemu', factsKey(binary), QEMU_FACTS);

const factsKey = ({ path, sizeBytes, mtimeMs }: QemuBinary): readonly unknown[] => [
  path,
  sizeBytes,
  mtimeMs,
];

async function askQemu(path: string): Promise<QemuFacts> {
  const ask = (...args: string[]) =>
    execa(path, args, { stdin: 'ignore', reject: false, timeout: 20_000 });
  const [version, sandboxed, runWith, plain, folders] = await Promise.all([
    ask('--version'),
    ask('-sandbox', 'on', '-accel', 'help'),
    ask('-run-with', 'help'),
    ask('-accel', 'help'),
    ask('-L', 'help'),
  ]);
  const parsed = parseVersion(version.stdout);
  if (!parsed) {
    throw new ZosiaError('ZOSIA_QEMU_UNUSABLE', `${path} does not run`, {
      hint: 'Start it by hand to see why; zosia doctor --install installs a good one.',
      cause: version,
    });
  }
  return {
    version: parsed,
    hasSandbox: !sandboxed.failed,
    // Having listed what it knows, QEMU exits with 1, as it does where it does not know -run-with.
    canExitWithParent: /^\s*exit-with-parent=/m.test(runWith.stdout),
    hasQboot: await isInAnyOf(
      folders.stdout.split('\n').filter((line) => line !== ''),
      QBOOT,
    ),
    accelerators: parseAccelerators(plain.stdout),
  };
}

async function isInAnyOf(folders: readonly string[], name: string): Promise<boolean> {
  const found = await Promise.all(folders.map((folder) => isFile(join(folder.trim(), name))));
  return found.includes(true);
}

/** Reads the first line of `--version`: "QEMU emulator version 7.2.22 (Debian …)". */
export function parseVersion(text: string): readonly [number, number] | undefined {
  const found = /^QEMU emulator version (\d+)\.(\d+)/m.exec(text);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

/** Reads `-accel help`: a heading, then one name on each line. */
export function parseAccelerators(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[a-z]+$/.test(line));
}

const QEMU_FACTS = object({
  version: v.tuple([v.number(), v.number()]),
  hasSandbox: v.boolean(),
  canExitWithParent: v.boolean(),
  hasQboot: v.boolean(),
  accelerators: v.array(v.string()),
}) satisfies v.GenericSchema<unknown, QemuFacts>;
