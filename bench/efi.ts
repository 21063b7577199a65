import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHITECTURES } from '../src/artifacts/architectures.js';
import { LlamaPrograms } from '../test/support/llama-programs.js';
import { compareEmulated } from './efi/emulated.js';
import { compareNatively } from './efi/native.js';

/**
 * How fast the engine of the EFI machine is beside llama.cpp, on models of random weights: natively, both as
 * programs of this host, with half a billion of them, a prompt of 128 tokens and 64 that are generated; and
 * under QEMU's emulation, the EFI machine and the Linux guest on the same processors, with some millions of
 * them and 32 tokens. The runs take turns, so that whatever else the host does slows all of them alike: the
 * ratios are to be trusted more than the figures.
 *
 *     npm run bench:efi -- [--where native --where tcg] [--runs 3] [--type Q8_0 --type Q4_K]
 *         [--threads 1 --threads 2] [--products NAME] [--variant NAME]
 *         [--arch ARCH ...] [--cpus 1] [--cpu MODEL ...]
 *
 * Natively, `--variant` is llama.cpp's code for a kind of processor, such as haswell, and `--products` the
 * engine's for an instruction set; else both take the best that this processor has. Under emulation, `--cpu` is
 * QEMU's model of a processor; else both machines have the one that they have by default.
 */
const { values } = parseArgs({
  options: {
    where: { type: 'string', multiple: true, default: ['native', 'tcg'] },
    runs: { type: 'string', default: '3' },
    type: { type: 'string', multiple: true, default: ['Q8_0', 'Q4_K'] },
    threads: { type: 'string', multiple: true, default: ['1', '2'] },
    products: { type: 'string' },
    variant: { type: 'string' },
    arch: { type: 'string', multiple: true, default: [...ARCHITECTURES] },
    cpus: { type: 'string', default: '1' },
    cpu: { type: 'string', multiple: true },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'zosia-bench-'));
try {
  const llama = await LlamaPrograms.unpack(join(folder, 'llama'));
  const common = { folder, types: values.type, runs: Number(values.runs) };
  if (values.where.includes('native')) {
    const { threads, products, variant } = values;
    await compareNatively(llama, { ...common, threads, products, variant });
  }
  if (values.where.includes('tcg')) {
    const { arch: architectures, cpus, cpu: cpuModels = [undefined] } = values;
    await compareEmulated(llama, { ...common, architectures, cpus, cpuModels });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
