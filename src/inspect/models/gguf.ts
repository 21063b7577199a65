import { closable } from '../../image/closable.js';
import { posix } from 'node:path';
import type { Findings } from '../../formats/findings.js';
import { checkByKind } from '../../formats/gguf/loadable.js';
import type { ImageNode, ImageTree, NamedNode } from '../node.js';
import { walkTree } from '../walk.js';
import type { LocatedNode } from '../walk.js';
import { reported } from './model.js';
import type { VerifiedModel } from './model.js';
import { headerOfAll, partCountOf, readGgufParts, readModelPart } from './parts.js';
import type { ModelFolder, ModelPart } from './parts.js';

/**
 * Checks that every `*.gguf` is one, and whole, that the parts of a split model are all there, and that
 * llama.cpp would load what is a model: what is checked, too, before a disk is made of one.
 */
export async function checkGgufModels(
  { nodes }: GgufNodes,
  findings: Findings,
  signal?: AbortSignal,
): Promise<VerifiedModel[]> {
  const files: GgufFile[] = [];
  const checked = new Set<number>();
  for (const [path, node] of [...nodes].sort(byPath)) {
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
    const { path } = group[0]!;
    const isWhole = group.every((file) => file.part);
    if (isWhole) {
      const read = async (): Promise<true> => {
        const parts = await readGgufParts(posix.basename(path), folderOf(path, nodes));
        checkByKind(headerOfAll(parts), path);
        return true;
      };
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

/** In the order in which a walk comes by them: directories among their neighbours, by their names. */
function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const bytes = (path: string): Buffer => Buffer.from(path.replaceAll('/', '\0'));
  return Buffer.compare(bytes(a), bytes(b));
}

interface GgufFile {
  readonly path: string;
  /** Undefined: it is damaged, which is reported. */
  readonly part: ModelPart | undefined;
}

/** Files named `*.gguf`, by path, to be gathered by a walk that somebody makes anyway. */
export class GgufNodes {
  readonly nodes = new Map<string, ImageNode>();

  /** Gathers those in a directory. */
  add({ names }: LocatedNode, children: readonly NamedNode[]): void {
    for (const { name, node } of children) {
      const isGguf = node.type === 'file' && /\.gguf$/i.test(name);
      if (isGguf) this.nodes.set(`/${[...names, name].join('/')}`, node);
    }
  }

  /** Those of a tree through which nobody walks. */
  static async of(tree: ImageTree, signal?: AbortSignal): Promise<GgufNodes> {
    const found = new GgufNodes();
    for await (const walked of walkTree(tree, await tree.lookUp('/', false), true)) {
      signal?.throwIfAborted();
      if (walked.node.type === 'directory') found.add(walked, await walked.children());
    }
    return found;
  }
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
      return { sizeBytes, read, ...closable(() => Promise.resolve()) };
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
