import { posix } from 'node:path';
import type { Findings } from '../findings.js';
import type { ImageNode, ImageTree } from '../node.js';
import { walkTree } from '../walk.js';
import { kindOf } from './kind.js';
import { reported } from './model.js';
import type { VerifiedModel } from './model.js';
import { partCountOf, readModelPart, readModelParts } from './parts.js';
import type { ModelFolder, ModelPart } from './parts.js';

/**
 * Checks that every `*.gguf` is one, and whole, that the parts of a split model are all there, and that
 * llama.cpp would load what is a model: what is checked, too, before a disk is made of one.
 */
export async function checkGgufModels(
  tree: ImageTree,
  findings: Findings,
  signal?: AbortSignal,
): Promise<VerifiedModel[]> {
  const nodes = await ggufNodes(tree, signal);
  const files: GgufFile[] = [];
  const checked = new Set<number>();
  for (const [path, node] of nodes) {
    signal?.throwIfAborted();
    if (checked.has(node.id)) continue;
    checked.add(node.id);
    const read = (): Promise<ModelPart> =>
      readModelPart(posix.basename(path), folderOf(path, nodes));
    files.push({ path, part: await reported(findings, path, read) });
  }
  const models: VerifiedModel[] = [];
  for (const group of groupParts(files)) {
    signal?.throwIfAborted();
    const { path, part } = group[0]!;
    const isWhole = group.every((file) => file.part);
    if (isWhole && kindOf(part!.header) === 'model') {
      const read = (): Promise<unknown> =>
        readModelParts(posix.basename(path), folderOf(path, nodes));
      if (!(await reported(findings, path, read))) continue;
    }
    for (const file of group) {
      if (!file.part) continue;
      const { sizeBytes, header } = file.part;
      const tensorCount = header.tensors.length;
      models.push({ format: 'gguf', path: file.path, sizeBytes, tensorCount });
    }
  }
  return models;
}

interface GgufFile {
  readonly path: string;
  /** Undefined: it is damaged, which is reported. */
  readonly part: ModelPart | undefined;
}

/** Files named `*.gguf`, by path. */
async function ggufNodes(tree: ImageTree, signal?: AbortSignal): Promise<Map<string, ImageNode>> {
  const nodes = new Map<string, ImageNode>();
  for await (const { names, node } of walkTree(tree, await tree.lookUp('/', false))) {
    signal?.throwIfAborted();
    const isGguf = node.type === 'file' && /\.gguf$/i.test(names.at(-1) ?? '');
    if (isGguf) nodes.set(`/${names.join('/')}`, node);
  }
  return nodes;
}

/** The folder that a file lies in, as far as there are GGUFs in it. */
function folderOf(path: string, nodes: ReadonlyMap<string, ImageNode>): ModelFolder {
  const pathOf = (name: string): string => posix.join(posix.dirname(path), name);
  return {
    pathOf,
    async open(name) {
      const file = await nodes.get(pathOf(name))?.open();
      if (!file) return undefined;
      const { sizeBytes } = file;
      const read = file.read.bind(file);
      return { sizeBytes, read, close: () => Promise.resolve() };
    },
  };
}

/** The parts of a split model together, by what their names have in common; others by themselves. */
function groupParts(files: readonly GgufFile[]): Iterable<readonly GgufFile[]> {
  const groups = new Map<string, GgufFile[]>();
  for (const file of files) {
    const isAlone = file.part && partCountOf(file.part) <= 1;
    const name = isAlone ? file.path : file.path.replace(/-\d+-of-\d+\.gguf$/, '');
    const group = groups.get(name);
    if (group) group.push(file);
    else groups.set(name, [file]);
  }
  return groups.values();
}
