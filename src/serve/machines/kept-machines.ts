import { isDeepStrictEqual } from 'node:util';
import { lookAtFile } from '../../host/host-file.js';
import type { HostFile } from '../../host/host-file.js';
import type { LinuxMachineSpec } from '../../machine/machine.js';
import type { ServedEntry } from '../models/served-entry.js';

/** What of a machine tells which files it was decided by. */
export interface DecidedMachine {
  readonly machine: {
    readonly model: { readonly parts: readonly HostFile[] };
    readonly spec: Pick<LinuxMachineSpec, 'qemu' | 'kernel' | 'initrd'>;
  };
}

interface Kept<T> {
  readonly entry: ServedEntry;
  readonly decided: T;
  /** Those of the model, of the guest and QEMU, as they were. */
  readonly files: readonly HostFile[];
}

/**
 * What machines have been decided on: a model that is asked for again need not be read again to wake its machine, as
 * long as all files are the same.
 */
export class KeptMachines<T extends DecidedMachine> {
  readonly #kept = new Map<string, Kept<T>>();

  /** Has a model decided on anew the next time: what it was decided by did not hold. */
  forget(name: string): void {
    this.#kept.delete(name);
  }

  /** @param decide is asked where there is nothing that still holds; what it throws is thrown */
  async of(entry: ServedEntry, decide: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(entry.name);
    if (kept && (await holds(kept, entry))) return kept.decided;
    this.#kept.delete(entry.name);
    const decided = await decide();
    // Companions have names, too, and are not among these files.
    if (Object.values(entry.companions).every(isNothing)) {
      const { model, spec } = decided.machine;
      const others = await lookAtAll([spec.qemu, spec.kernel, spec.initrd]);
      // As they were when they were read, whatever they are by now.
      const files = others && [...model.parts.map(stampOf), ...others];
      if (files) this.#kept.set(entry.name, { entry, decided, files });
    }
    return decided;
  }
}

async function holds({ entry, files }: Kept<unknown>, asked: ServedEntry): Promise<boolean> {
  if (!isDeepStrictEqual(entry, asked)) return false;
  return isDeepStrictEqual(files, await lookAtAll(files.map(({ path }) => path)));
}

/** The files as they are now; undefined when one is gone. */
const lookAtAll = (paths: readonly string[]): Promise<readonly HostFile[] | undefined> =>
  Promise.all(paths.map(async (path) => stampOf(await lookAtFile(path)))).catch(() => undefined);

const stampOf = ({ path, sizeBytes, mtimeNs }: HostFile): HostFile => ({
  path,
  sizeBytes,
  mtimeNs,
});

const isNothing = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0);
