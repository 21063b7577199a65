import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { verifyExt4 } from '../../../../src/formats/ext4/check/checker.js';
import { openExt4 } from '../../../../src/formats/ext4/reader/reader.js';
import { planExt4 } from '../../../../src/formats/ext4/plan.js';
import { openPlan } from '../../../../src/host/image-reader.js';
import { makeImage } from '../../../../src/image/image.js';

/** A file of any size, without its data: neither the check nor the map of a file looks at them. */
async function withModel(
  sizeBytes: number,
  use: (source: ReturnType<typeof openPlan>) => Promise<void>,
): Promise<void> {
  const source = { kind: 'file', path: '/nowhere', offset: 0 } as const;
  const data = makeImage(sizeBytes, [{ offset: 0, length: sizeBytes, source }]);
  const image = planExt4([{ type: 'file', path: '/model.gguf', data }], { label: 'ZOSIA_MODEL' });
  const metadata = image.segments.filter((segment) => segment.source.kind === 'bytes');
  const access = openPlan(makeImage(image.sizeBytes, metadata));
  try {
    await use(access);
  } finally {
    await access.close();
  }
}

/** All bitmaps together take half a GiB. */
const SMALL_BYTES = 64 << 20;

setFlagsFromString('--expose-gc');
const startCollection = runInNewContext('gc') as () => void;

/** The second collection waits for the memory of the first to be given back. */
function collectGarbage(): void {
  startCollection();
  startCollection();
}

/** Returns a function that returns how much the buffers in use have grown since. */
function watchBuffers(): () => number {
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const grown = (): number => process.memoryUsage().arrayBuffers - before;
  return () => {
    // How many are waiting to be collected depends on the load of the host.
    if (grown() >= SMALL_BYTES) collectGarbage();
    return grown();
  };
}

it.each([
  ['100 GiB', 100 * 2 ** 30],
  ['16 TiB less a block', (2 ** 32 - 1) * 4096],
])('checks, maps and reads a file of %s within 64 MiB of buffers', async (_name, sizeBytes) => {
  await withModel(sizeBytes, async (access) => {
    const grownBytes = watchBuffers();
    let mostBytes = 0;
    const source = {
      sizeBytes: access.sizeBytes,
      async read(offset: number, length: number) {
        mostBytes = Math.max(mostBytes, grownBytes());
        return access.read(offset, length);
      },
    };
    const { problems, summary } = await verifyExt4(source);
    expect(problems).toEqual([]);
    expect(summary).toMatchObject({ fileCount: 1, directoryCount: 2 });
    expect(mostBytes).toBeLessThan(SMALL_BYTES);

    const reader = await openExt4(source);
    const extents = [];
    for await (const extent of reader.fileExtents('/model.gguf')) extents.push(extent);
    // The planner puts a file in one run, and the reader joins its extents.
    expect(extents).toHaveLength(1);
    const file = await reader.open('/model.gguf');
    expect(file.sizeBytes).toBe(sizeBytes);
    const end = Buffer.from(await file.read(file.sizeBytes - 8, 8));
    expect(end.equals(Buffer.alloc(8))).toBe(true);
  });
});
