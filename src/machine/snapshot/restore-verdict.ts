import { release, version } from 'node:os';
import * as v from 'valibot';
import { ZosiaError } from '../../errors.js';
import { isOutOfResources, isOutOfRoom } from '../../host/system-errors.js';
import { object } from '../../json.js';
import { BAD_VERDICT_LIFETIME_MS } from '../accelerator/accelerator-probe.js';
import type { QemuBinary } from '../qemu/binary.js';
import type { HostFactsCache } from '../qemu/host-facts-cache.js';
import type { HostSpec } from '../qemu/host-spec.js';

/** Whether saved machines can be restored on this host. */
export type RestoreVerdict =
  { readonly usable: true } | { readonly usable: false; readonly reason: string };

/** The machines that a verdict is for. */
export interface VerdictSubject {
  readonly machine: Pick<HostSpec, 'arch' | 'accel' | 'cpuModel'>;
  readonly binary: QemuBinary;
  /** The machine type with its version. */
  readonly machineType: string;
}

/** The verdict kept from before, unless it was a bad one of more than a day ago; nothing is run. */
export const peekRestore = (
  subject: VerdictSubject,
  cache: HostFactsCache,
): Promise<RestoreVerdict | undefined> =>
  cache.peek('restore', verdictKey(subject), VERDICT, ({ usable }) =>
    usable ? Infinity : BAD_VERDICT_LIFETIME_MS,
  );

/** Keeps a verdict: the probe's, or what a machine has come to since. */
export const rememberRestore = (
  subject: VerdictSubject,
  cache: HostFactsCache,
  verdict: RestoreVerdict,
): Promise<void> => cache.put('restore', verdictKey(subject), verdict);

/** As the C library says it of ENOMEM, and QEMU passes it on. */
const OUT_OF_MEMORY = /cannot allocate memory/i;

/** Whether something failed for want of room, memory, files or processes: that says nothing of QEMU. */
export const isShortage = (error: unknown): boolean =>
  isOutOfRoom(error) ||
  (error instanceof Error && OUT_OF_MEMORY.test(error.message)) ||
  isOutOfResources(error) ||
  (error instanceof ZosiaError && error.code === 'ZOSIA_DISK_FULL');

const verdictKey = ({ machine, binary, machineType }: VerdictSubject): readonly unknown[] => {
  const { arch, accel, cpuModel } = machine;
  const { path, sizeBytes, mtimeMs } = binary;
  return [
    [arch, accel.name, accel.options ?? '', cpuModel, machineType],
    [path, sizeBytes, mtimeMs],
    [release(), version()],
  ];
};

const VERDICT = v.union([
  object({ usable: v.literal(true) }),
  object({ usable: v.literal(false), reason: v.string() }),
]) satisfies v.GenericSchema<unknown, RestoreVerdict>;
