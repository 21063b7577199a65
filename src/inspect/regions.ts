/** A run of bytes of an image that is for one thing. */
export interface Region {
  readonly offset: number;
  readonly length: number;
  /** `superblock`, `inode tables`, `file`, `free` ... */
  readonly what: string;
  /** Of file data and directories: whose. */
  readonly path?: string | undefined;
}

/**
 * The regions in order, those that continue each other as one, with what nobody claims in between.
 * Regions that overlap, as they do in damaged images only, stay as they are.
 *
 * @param end where the map ends
 * @param start where it starts
 */
export function completeMap(
  regions: readonly Region[],
  end: number,
  unclaimed: string,
  start = 0,
): Region[] {
  const ordered = [...regions].sort((a, b) => a.offset - b.offset);
  const map: Region[] = [];
  let mappedTo = start;
  const add = (region: Region): void => {
    const last = map.at(-1);
    const continues =
      last?.what === region.what &&
      last.path === region.path &&
      last.offset + last.length === region.offset;
    if (continues) map[map.length - 1] = { ...last, length: last.length + region.length };
    else map.push(region);
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
