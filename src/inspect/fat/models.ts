import type { Findings } from '../../formats/findings.js';
import { checkGgufModels, GgufNodes } from '../models/gguf.js';
import { checkLlama2cModel } from '../models/llama2c.js';
import type { VerifiedModel } from '../models/model.js';
import type { GgufPartition } from '../models/partitions.js';
import type { ImageTree } from '../node.js';

export interface FatModelsOptions {
  /** Partitions of the same disk that are to be GGUFs, by their type. */
  readonly ggufPartitions?: readonly GgufPartition[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Checks every GGUF on a FAT volume, and what the settings of the EFI machine name. */
export async function checkFatModels(
  tree: ImageTree,
  findings: Findings,
  { ggufPartitions: partitions, signal }: FatModelsOptions,
): Promise<VerifiedModel[]> {
  const found = await GgufNodes.of(tree, signal);
  const others = { fileCount: found.nodes.size, partitions };
  return [
    ...(await checkGgufModels(found, findings, signal)),
    ...(await checkLlama2cModel(tree, findings, others)),
  ];
}
