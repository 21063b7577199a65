import { inflateSync } from 'node:zlib';

/** What a PNG shows: 8-bit RGB or RGBA, as QEMU writes it (PNG specification, third edition). */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Bytes a pixel. */
  readonly channels: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** @throws Error for a PNG that is damaged, or of another kind */
export function decodePng(file: Buffer): Picture {
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('no PNG signature');
  const chunks = readChunks(file);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header?.length !== 13 || chunks.at(-1)?.type !== 'IEND') throw new Error('cut short');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colourType, , , interlace] = header.subarray(8);
  const channels = CHANNELS[colourType!];
  if (depth !== 8 || channels === undefined || interlace !== 0) throw new Error('another kind');
  const data = chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data);
  const lines = inflateSync(Buffer.concat(data));
  const lineBytes = width * channels;
  if (lines.length !== height * (lineBytes + 1)) throw new Error('not as many pixels as it says');
  return { width, height, channels, pixels: unfilter(lines, lineBytes, channels) };
}

function readChunks(file: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  for (let at = SIGNATURE.length; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length; // and a CRC
  }
  return chunks;
}

/** Each line starts with the number of its filter: what was subtracted from each byte (section 9). */
function unfilter(lines: Uint8Array, lineBytes: number, channels: number): Uint8Array {
  const pixels = new Uint8Array((lines.length / (lineBytes + 1)) * lineBytes);
  for (let line = 0, to = 0; to < pixels.length; line += lineBytes + 1) {
    const predict = PREDICTORS[lines[line]!];
    if (!predict) throw new Error(`there is no filter ${lines[line]!}`);
    for (let i = 0; i < lineBytes; i++, to++) {
      const left = i < channels ? 0 : pixels[to - channels]!;
      const above = to < lineBytes ? 0 : pixels[to - lineBytes]!;
      const corner = i < channels || to < lineBytes ? 0 : pixels[to - lineBytes - channels]!;
      pixels[to] = lines[line + 1 + i]! + predict(left, above, corner);
    }
  }
  return pixels;
}

type Predictor = (left: number, above: number, corner: number) => number;

const PREDICTORS: readonly Predictor[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

function paeth(left: number, above: number, corner: number): number {
  const distance = (value: number): number => Math.abs(left + above - corner - value);
  if (distance(left) <= distance(above) && distance(left) <= distance(corner)) return left;
  return distance(above) <= distance(corner) ? above : corner;
}

/** How many pixels have each colour. */
export function countColours({ pixels, channels }: Picture): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < pixels.length; i += channels) {
    const colour = pixels.subarray(i, i + 3).join();
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}
