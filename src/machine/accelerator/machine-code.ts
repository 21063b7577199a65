/** Bytes of machine code with places named in it, for programs of a few dozen instructions. */
export type CodeItem =
  | number
  /** Names this place. */
  | { readonly label: string }
  /** A one-byte distance to a place, from the end of that byte. */
  | { readonly near: string }
  /** The address of a place, little-endian, in two or four bytes. */
  | { readonly address16: string }
  | { readonly address32: string };

const WIDTHS = { label: 0, near: 1, address16: 2, address32: 4 } as const;

const widthOf = (item: CodeItem): number =>
  typeof item === 'number' ? 1 : WIDTHS[Object.keys(item)[0] as keyof typeof WIDTHS];

/**
 * Lays machine code out from `origin` on and fills in the places it refers to.
 *
 * @throws RangeError for an unknown label or one too far away: a defect of the program
 */
export function assemble(origin: number, items: readonly CodeItem[]): Uint8Array {
  const places = new Map<string, number>();
  let sizeBytes = 0;
  for (const item of items) {
    if (typeof item !== 'number' && 'label' in item) places.set(item.label, sizeBytes);
    sizeBytes += widthOf(item);
  }
  const placeOf = (label: string): number => {
    const place = places.get(label);
    if (place === undefined) throw new RangeError(`no label ${label}`);
    return place;
  };

  const code = new Uint8Array(sizeBytes);
  const view = new DataView(code.buffer);
  let offset = 0;
  for (const item of items) {
    const end = offset + widthOf(item);
    if (typeof item === 'number') view.setUint8(offset, item);
    else if ('near' in item) view.setInt8(offset, nearby(placeOf(item.near) - end, item.near));
    else if ('address16' in item) view.setUint16(offset, origin + placeOf(item.address16), true);
    else if ('address32' in item) view.setUint32(offset, origin + placeOf(item.address32), true);
    offset = end;
  }
  return code;
}

function nearby(distance: number, label: string): number {
  if (distance < -128 || distance > 127) throw new RangeError(`${label} is too far away`);
  return distance;
}

/** A 32-bit value as it stands in x86 code. */
export function dword(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

/**
 * How often the probe goes round a loop of two instructions. A processor needs some 20 ms for it, TCG
 * some 150 ms. A KVM that interprets its guest's kernel mode, as some nested ones do, gets every answer
 * right but needs half a minute; a kernel would seem to hang in it.
 */
export const PROBE_ITERATIONS = 1 << 26;
