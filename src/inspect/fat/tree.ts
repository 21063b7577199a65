import { escapeName, unescapeName } from '../../formats/escaped-name.js';
import { ATTRIBUTE } from '../../formats/fat/layout/directory.js';
import { MAX_PATH_UNITS } from '../../formats/fat/names.js';
import { openContent } from '../../formats/fat/reader/content.js';
import { corrupt } from '../../formats/fat/reader/corrupt.js';
import { listDirectory } from '../../formats/fat/reader/listing.js';
import { resolvePath } from '../../formats/fat/reader/path.js';
import type { FatStat } from '../../formats/fat/reader/stat.js';
import { directoryCluster } from '../../formats/fat/reader/volume.js';
import type { Volume } from '../../formats/fat/reader/volume.js';
import type { ImageNode, ImageTree, NamedNode } from '../node.js';

/** FAT has neither owners nor permissions: all may read, and the owner may write what is not read-only. */
const MODE = {
  file: { writable: 0o644, readOnly: 0o444 },
  directory: { writable: 0o755, readOnly: 0o555 },
} as const;

/** The files of a FAT volume. Names in paths may be in any case. */
export function fatTree(volume: Volume): ImageTree {
  const { sectorCount, sectorBytes } = volume.bootSector;
  const files = new FatFiles(volume);
  return {
    sizeBytes: sectorCount * sectorBytes,
    lookUp: async (path) => {
      const names = new TextDecoder('utf-8', { ignoreBOM: true }).decode(unescapeName(path));
      return files.node(await resolvePath(volume, names), path);
    },
  };
}

class FatFiles {
  /**
   * The clusters of directories that were listed, and which directory each belongs to. None has two
   * owners: else a small volume could hold many directories that are each as large as all of it.
   */
  readonly #owners = new Map<number, number>();

  constructor(private readonly volume: Volume) {}

  /** @param path printable */
  node(stat: FatStat, path: string): ImageNode {
    const { type, sizeBytes, attributes } = stat;
    return {
      id: this.#idOf(stat),
      type,
      mode: MODE[type][attributes & ATTRIBUTE.readOnly ? 'readOnly' : 'writable'],
      uid: 0,
      gid: 0,
      sizeBytes,
      linkCount: 1,
      device: undefined,
      mtime: stat.mtime ?? { seconds: 0 },
      list: () => this.#list(stat, path),
      readLink: () => Promise.resolve(new Uint8Array(0)),
      open: () => openContent(this.volume, stat, path),
      async *dataRanges() {
        if (sizeBytes > 0) yield await Promise.resolve({ offset: 0, length: sizeBytes });
      },
    };
  }

  /** Directories are told apart by where they begin, so that one in two places is noticed; files count down. */
  #idOf(stat: FatStat): number {
    return stat.type === 'directory' ? this.#firstCluster(stat) : -stat.entryId;
  }

  #firstCluster(directory: FatStat): number {
    return directoryCluster(this.volume, directory) ?? 0;
  }

  async *#list(
    directory: FatStat,
    path: string,
  ): AsyncGenerator<readonly NamedNode[], void, undefined> {
    const owner = this.#firstCluster(directory);
    const take = (cluster: number): boolean => {
      const taken = this.#owners.get(cluster) ?? owner;
      if (taken === owner) this.#owners.set(cluster, owner);
      return taken === owner;
    };
    const prefix = path.replace(/\/*$/, '/');
    const listed = await listDirectory(this.volume, directory, path, take);
    yield listed.map(({ name, stat }) => {
      if (prefix.length + name.length > MAX_PATH_UNITS) {
        throw corrupt(path.slice(0, 100), 'directories lie deeper in each other than paths go');
      }
      const nameBytes = new TextEncoder().encode(name);
      const printable = escapeName(nameBytes);
      return { name: printable, nameBytes, node: this.node(stat, prefix + printable) };
    });
  }
}
