/** A file of a repository that may belong to a model. */
export interface ListedFile {
  /** With the folders in which it lies there. */
  readonly path: string;
}

/** The files that a model is in, all of them needed. */
export interface FileGroup<File extends ListedFile> {
  /** In order, where the model is split. */
  readonly parts: readonly File[];
  /** How many parts there should be; 1 where the model is not split. */
  readonly partCount: number;
  /** The first of the parts that should be there and are not, by their file names. */
  readonly missing: readonly string[];
  /** The name without ending and number of the part. */
  readonly stem: string;
  /** `Q4_K_M`, in capitals; undefined where the name has none. */
  readonly quantisation: string | undefined;
}

/** A part of a split model (llama.cpp, llama_split_path: `%s-%05d-of-%05d.gguf`). */
const PART = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

/** How many of the parts that lack are named: a name may speak of 99999. */
const MAX_MISSING = 12;

/** Which part of which model a file is, by its name; undefined for one that is none. */
export function partOf(path: string): { front: string; number: number; count: number } | undefined {
  const [, front, number, count] = PART.exec(path) ?? [];
  if (front === undefined) return undefined;
  const part = { front, number: Number(number), count: Number(count) };
  return part.number >= 1 && part.number <= part.count ? part : undefined;
}

/** What names have at their end, or in front of another word: `Q4_K_M`, `UD-IQ2_XXS`, `BF16`, `MXFP4`. */
const QUANTISATION =
  /(?:^|[-._])((?:UD-)?(?:I?Q\d+(?:_[A-Z\d]+)*|TQ\d_\d|BF16|F16|F32|FP16|FP32|MXFP4(?:_MOE)?|NVFP4))(?=$|[-.])/gi;

/** How much of a name's end is looked at: names may be long, and repositories have many. */
const LOOKED_AT = 128;

/** The quantisation that a name without ending says, in capitals; the last where it says several. */
export function quantisationIn(stem: string): string | undefined {
  return [...stem.slice(-LOOKED_AT).matchAll(QUANTISATION)].at(-1)?.[1]?.toUpperCase();
}

export const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** Whether a file is a projector, by its name: that is how llama.cpp tells it. */
export function isProjector(path: string): boolean {
  return isGguf(path) && /mmproj/i.test(fileNameOf(path));
}

const isGguf = (path: string): boolean => /\.gguf$/i.test(path);

/** A matrix of importances that quantising needs: a GGUF by its ending, and no model. */
const isImportanceMatrix = (path: string): boolean => /(?:^|[-._])imatrix/i.test(fileNameOf(path));

/** The models among files, those in several parts as one. Projectors are none. */
export function groupModels<File extends ListedFile>(files: readonly File[]): FileGroup<File>[] {
  const groups = new Map<string, File[]>();
  for (const file of files) {
    if (!isGguf(file.path) || isProjector(file.path) || isImportanceMatrix(file.path)) continue;
    const part = partOf(file.path);
    // No path ends in a slash and a number without an ending.
    const key = part ? `${part.front}/${part.count}` : file.path;
    const group = groups.get(key);
    if (group) group.push(file);
    else groups.set(key, [file]);
  }
  return [...groups.values()].map(groupOf);
}

/** The group of one file, with all the parts of a split model. */
export function groupWith<File extends ListedFile>(
  file: File,
  files: readonly File[],
): FileGroup<File> {
  const part = partOf(file.path);
  if (!part) return groupOf([file]);
  return groupOf(
    files.filter(({ path }) => {
      const other = partOf(path);
      return other?.front === part.front && other.count === part.count;
    }),
  );
}

function groupOf<File extends ListedFile>(files: readonly File[]): FileGroup<File> {
  const [first] = files;
  const part = partOf(first!.path);
  const front = part?.front ?? first!.path.replace(/\.[^./]*$/, '');
  const stem = fileNameOf(front);
  const folder = folderOf(front).replace(/\/$/, '');
  const quantisation = quantisationIn(stem) ?? quantisationIn(fileNameOf(folder));
  if (!part) return { parts: files, partCount: 1, missing: [], stem, quantisation };
  const numberOf = ({ path }: File): number => partOf(path)!.number;
  const parts = [...files].sort((a, b) => numberOf(a) - numberOf(b));
  const there = new Set(parts.map(numberOf));
  const missing: string[] = [];
  for (let number = 1; number <= part.count && missing.length < MAX_MISSING; number++) {
    if (!there.has(number)) missing.push(partName(stem, number, part.count));
  }
  return { parts, partCount: part.count, missing, stem, quantisation };
}

/** The name of one part of a split model. */
export function partName(stem: string, number: number, count: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `${stem}-${digits(number)}-of-${digits(count)}.gguf`;
}

/** In which types projectors are best: F16 first, as llama.cpp has it. */
const PROJECTOR_TYPES: readonly (string | undefined)[] = ['F16', 'BF16', 'Q8_0', 'F32'];

/**
 * The projector that belongs to a model: one in its folder or above, rather one that is named like it, rather
 * in F16.
 */
export function projectorOf<File extends ListedFile>(
  group: FileGroup<File>,
  files: readonly File[],
): File | undefined {
  const [{ path }] = group.parts as [File];
  const base = baseName(group.stem);
  const rank = (file: File): number[] => {
    const stem = fileNameOf(file.path).replace(/\.gguf$/i, '');
    const type = PROJECTOR_TYPES.indexOf(quantisationIn(stem)?.replace('FP', 'F'));
    return [
      folderOf(file.path) === folderOf(path) ? 0 : 1,
      stem.toLowerCase().includes(base) ? 0 : 1,
      type < 0 ? PROJECTOR_TYPES.length : type,
    ];
  };
  return files
    .filter((file) => isProjector(file.path) && folderOf(path).startsWith(folderOf(file.path)))
    .map((file) => ({ file, ranks: rank(file) }))
    .sort((a, b) => {
      const index = a.ranks.findIndex((value, i) => value !== b.ranks[i]);
      return index < 0 ? compare(a.file.path, b.file.path) : a.ranks[index]! - b.ranks[index]!;
    })[0]?.file;
}

/** A stem without its quantisation. */
function baseName(stem: string): string {
  const quantisation = quantisationIn(stem);
  const lower = stem.toLowerCase();
  return quantisation === undefined
    ? lower
    : lower.split(quantisation.toLowerCase())[0]!.replace(/[-._]$/, '');
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1);
