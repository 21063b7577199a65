const UNITS_MIB: Readonly<Record<string, number>> = { m: 1, g: 1 << 10, t: 1 << 20 };
/** Numbers up to it are exact as llama.cpp reads them: 16 TiB. */
const MOST_MIB = 1 << 24;

/** Parses memory with its unit, `16GiB`, `1.5G`, `512MiB`; undefined for what is none. */
export function parseMemoryMiB(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([MGT])(?:iB)?$/i.exec(text) ?? [];
  const mib = Math.floor(Number(digits) * UNITS_MIB[unit.toLowerCase()]!);
  return mib >= 1 && mib <= MOST_MIB ? mib : undefined;
}
