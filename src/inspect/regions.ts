/** A run of bytes of an image that is for one thing. */
export interface Region {
  readonly offset: number;
  readonly length: number;
  /** `superblock`, `inode tables`, `file`, `free` ... */
  readonly what: string;
  /** Of file data and directories: whose. */
  readonly path?: string | undefined;
}

/** A region that may hold bytes of a file, and then says which. */
export interface FileRegion extends Region {
  /** Where in the file it begins, and how long the file is, in bytes. */
  readonly file?: { readonly offset: number; readonly sizeBytes: number } | undefined;
}

/**
 * The regions in order, those that continue each other as one, with what nobody claims in between.
 * Regions that overlap, as they do in damaged images only, stay as they are.
 *
 * @param end where the map ends
 * @param start where it starts
 */
export function completeMap(
  regions: readonly FileRegion[],
  end: number,
  unclaimed: string,
  start = 0,
): FileRegion[] {
  const ordered = [...regions].sort((a, b) => a.offset - b.offset);
  const map: FileRegion[] = [];
  let mappedTo = start;
  const add = (region: FileRegion): void => {
    addTo(map, region);
    mappedTo = Math.max(mappedTo, region.offset + region.length);
  };
  for (const region of ordered) {
    if (region.offset > mappedTo) {
      add({ offset: mappedTo, length: region.offset - mappedTo, what: unclaimed });
    }
    add(region);
  }
  if (mappedTo < end) add({ offset: mappedTo, length: end - mappedTo, what: unclaimed });
  return map;
}

/** The regions without their places in files, those that then continue each other as one. */
export function withoutFiles(regions: readonly FileRegion[]): Region[] {
  const map: Region[] = [];
  for (const { offset, length, what, path } of regions) {
    addTo(map, { offset, length, what, path });
  }
  return map;
}

/** Adds a region to a map, or to the last one there if it continues that. */
function addTo(map: FileRegion[], region: FileRegion): void {
  const last = map.at(-1);
  const continues =
    last?.what === region.what &&
    last.path === region.path &&
    last.offset + last.length === region.offset &&
    (last.file && last.file.offset + last.length) === region.file?.offset;
  if (continues) map[map.length - 1] = { ...last, length: last.length + region.length };
  else map.push(region);
}
