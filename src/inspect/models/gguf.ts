import { ZosiaError } from '../../errors.js';
import { checkGguf } from '../../formats/gguf/check.js';
import type { Findings } from '../findings.js';
import type { ImageTree } from '../node.js';
import { walkTree } from '../walk.js';

/** A GGUF in the image that is whole. */
export interface VerifiedModel {
  readonly path: string;
  readonly sizeBytes: number;
  readonly tensorCount: number;
}

/** Checks that every `*.gguf` is one, and whole. */
export async function checkGgufModels(
  tree: ImageTree,
  findings: Findings,
  signal?: AbortSignal,
): Promise<VerifiedModel[]> {
  const models: VerifiedModel[] = [];
  const checked = new Set<number>();
  for await (const { names, node } of walkTree(tree, await tree.lookUp('/', false))) {
    signal?.throwIfAborted();
    const isModel = node.type === 'file' && /\.gguf$/i.test(names.at(-1) ?? '');
    if (!isModel || checked.has(node.id)) continue;
    checked.add(node.id);
    const path = `/${names.join('/')}`;
    try {
      const { tensors } = await checkGguf(await node.open(), path);
      models.push({ path, sizeBytes: node.sizeBytes, tensorCount: tensors.length });
    } catch (error) {
      if (!(error instanceof ZosiaError)) throw error;
      const code = error.code
        .replace(/^ZOSIA_/, '')
        .toLowerCase()
        .replaceAll('_', '-');
      findings.add({ check: 'model', code, where: path, message: error.message });
    }
  }
  return models;
}
