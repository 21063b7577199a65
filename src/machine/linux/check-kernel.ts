import { ZosiaError } from '../../errors.js';
import { KERNEL_HEADER_BYTES } from '../../formats/linux/kernel-image.js';
import { kernelProblem } from '../../formats/linux/kernel-problem.js';
import { accessFile } from '../../host/access-file.js';
import { option, wording } from '../../wording.js';

/**
 * Refuses a file that no machine boots, for what it begins with.
 *
 * @throws ZosiaError `ZOSIA_KERNEL_DAMAGED`, and as `accessFile`
 */
export async function checkKernel(path: string): Promise<void> {
  const file = await accessFile(path);
  try {
    const head = await file.read(0, Math.min(file.sizeBytes, KERNEL_HEADER_BYTES));
    const problem = kernelProblem(head, file.sizeBytes);
    if (problem === undefined) return;
    throw new ZosiaError('ZOSIA_KERNEL_DAMAGED', `${path} ${problem}`, {
      hint: [
        wording`Name an arm64 Image, or an x86_64 bzImage or vmlinux, with ${option('kernel')}.`,
        'Name an arm64 Image, or an x86_64 bzImage or vmlinux.',
      ],
    });
  } finally {
    await file.close();
  }
}
