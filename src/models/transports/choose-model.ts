import { ZosiaError } from '../../errors.js';
import { fileNameOf, groupModels, groupWith, isProjector, projectorOf } from '../model-files.js';
import type { FileGroup, ListedFile } from '../model-files.js';
import { nearestNames } from '../nearest-names.js';
import { shownText } from '../../download/shown-text.js';
import { notThere, unusable } from './failures.js';

/** What is taken of a repository that has a model in several quantisations, if nobody says which. */
const DEFAULTS: readonly string[] = [
  'Q4_K_M',
  'UD-Q4_K_XL',
  'Q8_0',
  'Q4_0',
  'Q5_K_M',
  'Q6_K',
  'MXFP4',
  'F16',
  'BF16',
  'F32',
];

const MAX_LISTED = 12;

export interface ChosenFiles<File extends ListedFile> {
  /** In order, where the model is split. */
  readonly parts: readonly File[];
  readonly projector: File | undefined;
  /** The name of the model: of its file, without ending and number of the part. */
  readonly stem: string;
}

/** What is asked of a repository. */
export interface Asked {
  readonly file?: string | undefined;
  readonly quantisation?: string | undefined;
}

/**
 * The files to download of those that a repository has: the one that is named, or the model in a quantisation,
 * or in the usual one; of a split model all parts, and the projector beside it.
 *
 * @param source what messages call the repository
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_AMBIGUOUS`, `ZOSIA_MODEL_UNUSABLE` where parts lack
 */
export function chooseFiles<File extends ListedFile>(
  files: readonly File[],
  { file, quantisation }: Asked,
  source: string,
): ChosenFiles<File> {
  if (file !== undefined) return chosen(named(file, files, source), files, source);
  const groups = groupModels(files);
  const projector = groups.length === 0 ? files.find(({ path }) => isProjector(path)) : undefined;
  if (projector) {
    throw notThere(
      `${source} has only a projector, ${shownText(projector.path)}, and no model`,
      'A projector goes with a model: pull that from where its owner has it.',
    );
  }
  if (groups.length === 0) {
    throw notThere(`${source} has no GGUF`, [
      'Its owner, or somebody else, may have the model in GGUF: such repositories often end in -GGUF.',
    ]);
  }
  const group =
    quantisation === undefined
      ? usual(groups, source)
      : inQuantisation(groups, quantisation, source);
  return chosen(group, files, source);
}

function named<File extends ListedFile>(
  path: string,
  files: readonly File[],
  source: string,
): FileGroup<File> {
  const found = files.find((file) => file.path === path);
  if (found) return groupWith(found, files);
  const models = files.map((file) => file.path).filter((name) => /\.(?:gguf|bin)$/i.test(name));
  const near = nearestNames(path, models);
  throw notThere(
    `${source} has no file ${shownText(path)}`,
    models.length === 0
      ? 'It has no GGUF at all.'
      : `It has ${list(near.length > 0 ? near : models)}.`,
  );
}

function inQuantisation<File extends ListedFile>(
  groups: readonly FileGroup<File>[],
  asked: string,
  source: string,
): FileGroup<File> {
  const wanted = asked.toUpperCase();
  const tests: ((group: FileGroup<File>) => boolean)[] = [
    ({ quantisation }) => quantisation === wanted,
    ({ quantisation }) => quantisation === `UD-${wanted}`,
    ({ quantisation }) => quantisation?.replace(/^UD-/, '').startsWith(`${wanted}_`) ?? false,
    ({ parts }) => hasWord(parts[0]!.path.toUpperCase(), wanted),
  ];
  for (const test of tests) {
    const fitting = groups.filter(test);
    if (fitting.length > 0) return usual(fitting, source);
  }
  throw notThere(
    `${source} has no model in ${shownText(asked)}`,
    `It has ${list(quantisationsOf(groups))}.`,
  );
}

/** Whether a word stands in a text by itself: between `-`, `.`, `_`, `/`, or at its ends. */
function hasWord(text: string, word: string): boolean {
  const isEdge = (character: string | undefined): boolean =>
    character === undefined || '-._/'.includes(character);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isEdge(text[at - 1]) && isEdge(text[at + word.length])) return true;
  }
  return false;
}

/** The one there is, or the one in the best of the usual quantisations. */
function usual<File extends ListedFile>(
  groups: readonly FileGroup<File>[],
  source: string,
): FileGroup<File> {
  const [only, ...others] = groups;
  if (only && others.length === 0) return only;
  const best = DEFAULTS.find((name) => groups.some(({ quantisation }) => quantisation === name));
  const fitting = groups.filter(({ quantisation }) => best !== undefined && quantisation === best);
  const [one, ...more] = fitting;
  if (one && more.length === 0) return one;
  throw ambiguous(fitting.length > 0 ? fitting : groups, source);
}

function ambiguous(groups: readonly FileGroup<ListedFile>[], source: string): Error {
  return new ZosiaError(
    'ZOSIA_MODEL_AMBIGUOUS',
    `${source} has ${groups.length} models that may be meant`,
    { hint: `Name one of its files: ${list(groups.map(({ parts }) => parts[0]!.path))}.` },
  );
}

function chosen<File extends ListedFile>(
  group: FileGroup<File>,
  files: readonly File[],
  source: string,
): ChosenFiles<File> {
  const { parts, partCount, missing, stem } = group;
  if (missing.length > 0) {
    throw unusable(
      `${source} has ${parts.length} of the ${partCount} parts of ${shownText(stem)}`,
      `It lacks ${list(missing, partCount - parts.length)}. Nothing has been downloaded; take another quantisation, or ask its owner.`,
    );
  }
  const isModel = !isProjector(parts[0]!.path) && /\.gguf$/i.test(parts[0]!.path);
  return { parts, stem, projector: isModel ? projectorOf(group, files) : undefined };
}

function quantisationsOf(groups: readonly FileGroup<ListedFile>[]): string[] {
  const names = groups.map(({ quantisation, parts }) => quantisation ?? fileNameOf(parts[0]!.path));
  return [...new Set(names)].sort();
}

/** @param count how many there are, where not all are given */
function list(names: readonly string[], count = names.length): string {
  const shown = names.slice(0, MAX_LISTED).map(shownText);
  const more = count - shown.length;
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '');
}
