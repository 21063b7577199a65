import { checkGguf } from '../../formats/gguf/check.js';
import type { Findings } from '../findings.js';
import type { ImageTree } from '../node.js';
import { walkTree } from '../walk.js';
import { reported } from './model.js';
import type { VerifiedModel } from './model.js';

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
    const gguf = await reported(findings, path, async () => checkGguf(await node.open(), path));
    if (!gguf) continue;
    const { sizeBytes } = node;
    models.push({ format: 'gguf', path, sizeBytes, tensorCount: gguf.tensors.length });
  }
  return models;
}
