import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { checkKernel } from '../../../src/machine/linux/check-kernel.js';
import { readPrebuiltKernel } from '../../../src/recipes/guest-kernel.js';
import { temporaryFolder } from '../../support/temporary.js';

const folder = temporaryFolder();

async function check(contents: string | Uint8Array): Promise<void> {
  const path = folder.file('kernel');
  await writeFile(path, contents);
  await checkKernel(path);
}

describe('checkKernel', () => {
  it('refuses a text', async () => {
    await expect(check('This is no kernel.\n'.repeat(9))).rejects.toMatchObject({
      code: 'ZOSIA_KERNEL_DAMAGED',
      message: `${folder.file('kernel')} is a text, not a kernel`,
    });
  });

  it('takes a bzImage that is whole, and refuses one that is cut short', async () => {
    const whole = await readPrebuiltKernel('x86_64');
    await check(whole);
    await expect(check(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({
      code: 'ZOSIA_KERNEL_DAMAGED',
      message: expect.stringContaining('cut short'),
    });
  });

  it('takes whatever else may boot', async () => {
    const image = await readPrebuiltKernel('aarch64');
    await check(image);
    await check(gzipSync(image.subarray(0, 4096)));
    await check(Buffer.from('\x7fELF'.padEnd(700, '\0'), 'latin1'));
    await check(Buffer.alloc(700, 0xd5));
  });
});
