import { expect, it } from 'vitest';
import { planExt4 } from '../../../src/formats/ext4/plan.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { LAYOUTS } from '../../formats/ext4/layouts.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWithE2fsprogs, e2fsck } from './programs.js';

describeWithE2fsprogs('the golden layouts', () => {
  const folder = temporaryFolder();

  it.each(LAYOUTS)('$name: e2fsck finds nothing', async ({ entries, options }) => {
    const disk = folder.file('disk.img');
    await writeRaw(planExt4(entries, options), disk);
    expect(e2fsck(disk)).toMatchObject({ status: 0 });
  });
});
