import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { prebuiltProgram } from '../../../src/artifacts/prebuilt.js';
import type { PrebuiltProgram } from '../../../src/artifacts/prebuilt.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { APPLICATION_PATHS } from '../../../src/recipes/efi/entries.js';
import { bytesData } from '../../../src/image/file-data.js';

/**
 * Writes a disk that either architecture boots, with files that zosia itself might refuse to put there.
 *
 * @param files what lies in the root beside the application, by name
 */
export async function writeEfiDisk(
  path: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  program: PrebuiltProgram = 'llama2.efi',
): Promise<void> {
  const file = (path: string, bytes: string | Uint8Array) => {
    return { type: 'file' as const, path, data: bytesData(Buffer.from(bytes as string)) };
  };
  const applications = ARCHITECTURES.map(async (arch) =>
    file(APPLICATION_PATHS[arch], await prebuiltProgram(arch, program)),
  );
  const entries = [
    ...(await Promise.all(applications)),
    ...Object.entries(files).map(([name, bytes]) => file(`/${name}`, bytes)),
  ];
  await writeRaw(planFat(entries, { esp: true }), path);
}
