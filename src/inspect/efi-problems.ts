import { ZosiaError } from '../errors.js';
import { Findings } from '../formats/findings.js';
import type { Finding } from '../formats/findings.js';
import { openVolume } from '../formats/fat/reader/volume.js';
import { SETTINGS_PATH } from '../formats/llama2c/settings/file.js';
import { checkFatModels } from './fat/models.js';
import { fatTree } from './fat/tree.js';
import type { ImageTree } from './node.js';
import type { OpenImage } from './open-image.js';
import { checkGgufPartitions, ggufPartitions } from './models/gguf-partitions.js';

/**
 * What keeps the EFI machine from running the model of a disk: what is wrong with GGUFs that are partitions, and, on a
 * volume with settings, with what these name. A volume that is damaged is left to verifying.
 */
export async function efiModelProblems(
  image: Pick<OpenImage, 'disk' | 'table' | 'content'>,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const { content } = image;
  const findings = new Findings();
  await checkGgufPartitions(image, findings, signal);
  if (content.kind !== 'fat') return findings.problems;
  try {
    const tree = fatTree(await openVolume(content.source));
    if (await hasSettings(tree)) {
      await checkFatModels(tree, findings, { ggufPartitions: ggufPartitions(image), signal });
    }
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
  }
  return findings.problems;
}

async function hasSettings(tree: ImageTree): Promise<boolean> {
  try {
    return (await tree.lookUp(SETTINGS_PATH, true)).type === 'file';
  } catch (error) {
    if (error instanceof ZosiaError && error.code.endsWith('_NO_SUCH_PATH')) return false;
    throw error;
  }
}
