import { execa } from 'execa';
import { expect, it } from 'vitest';
import { decompress } from '../../../src/formats/compression/decompress.js';
import { unpackCpio } from '../../../src/formats/cpio/root/unpack.js';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import { tarTree } from '../../../src/formats/tar/tree.js';
import { openPlan } from '../../../src/host/image-reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { describeWithPrograms } from '../../support/programs.js';
import { octal, tarHeader } from '../tar/build.js';

/** Takes many times as long to unpack as others may wait for their turn. */
const MUCH = 1 << 27;
const reason = new Error('cancelled');

async function packed(program: string, begin: Uint8Array): Promise<RandomAccess> {
  const zeros = `{ cat; head -c ${MUCH} /dev/zero; } | ${program}`;
  const { stdout } = await execa('sh', ['-c', zeros], { input: begin, encoding: 'buffer' });
  return accessBytes(stdout);
}

/** Aborts as soon as anything else has its turn; nothing here waits for a file. */
function soon(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(reason);
  }, 0);
  return controller.signal;
}

describeWithPrograms(
  ['gzip', 'xz', 'zstd'],
  'unpacking from memory ends when it is cancelled',
  () => {
    it.each([
      ['gzip', 'gzip -1'],
      ['xz', 'xz -0'],
      ['zstd', 'zstd -1'],
    ] as const)('%s, alone and as an archive', async (compression, program) => {
      const source = await packed(program, tarHeader({ size: octal(MUCH) }));
      // Loads what it is unpacked with, which is waiting.
      for await (const piece of decompress(compression, source, { maxBytes: MUCH })) {
        if (piece.length > 0) break;
      }
      const unpack = async (signal: AbortSignal): Promise<number> => {
        let bytes = 0;
        const limits = { maxBytes: 2 * MUCH, signal };
        for await (const piece of decompress(compression, source, limits)) bytes += piece.length;
        return bytes;
      };
      await expect(unpack(soon())).rejects.toBe(reason);
      await expect(tarTree(source, { maxBytes: MUCH, signal: soon() })).rejects.toBe(reason);
    });

    it('an initramfs', async () => {
      const plan = planCpio([{ path: '/large', type: 'file', data: new Uint8Array(MUCH) }]);
      const bytes = await openPlan(plan).read(0, plan.sizeBytes);
      const { stdout } = await execa('gzip', ['-1'], { input: bytes, encoding: 'buffer' });
      await expect(unpackCpio(accessBytes(stdout), { signal: soon() })).rejects.toBe(reason);
    });
  },
);
