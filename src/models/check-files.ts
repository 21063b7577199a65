import { ZosiaError } from '../errors.js';
import { checkGguf } from '../formats/gguf/check.js';
import { isGguf } from '../formats/gguf/layout.js';
import { readCheckpoint } from '../formats/llama2c/checkpoint.js';
import { readTokenizer } from '../formats/llama2c/tokenizer.js';
import { accessFile } from '../host/access-file.js';
import type { RandomAccess } from '../image/random-access.js';
import { gatheredFolder } from '../inspect/models/host-folder.js';
import { MODEL_KINDS, requireKind } from '../inspect/models/kind.js';
import { describeParts, readModelParts } from '../inspect/models/parts.js';
import type { LocatedFile } from './located-model.js';
import type { ResolvedModel } from './resolved-model.js';
import type { StoredModelFacts } from './store/record.js';

type NamedFile = Pick<LocatedFile, 'role' | 'fileName' | 'path'> & {
  /** What messages call it; its path unless given. */
  readonly shownAs?: string | undefined;
};

/**
 * Checks that files are a model: all of its parts, and what goes with them. Headers are read, weights are not.
 *
 * @throws ZosiaError as `readModelParts`, `checkGguf`, `readCheckpoint` and `readTokenizer`
 */
export async function checkModelFiles(files: readonly NamedFile[]): Promise<StoredModelFacts> {
  const ofRole = (role: NamedFile['role']): NamedFile[] =>
    files.filter((file) => file.role === role);
  for (const { path, shownAs } of ofRole('projector')) await checkProjector(path, shownAs);
  const parts = ofRole('model');
  const [tokenizer] = ofRole('tokenizer');
  if (tokenizer) return checkCheckpoint(parts[0]!, tokenizer);
  const shown = new Map(parts.map(({ fileName, path, shownAs = path }) => [fileName, shownAs]));
  const folder = {
    ...gatheredFolder(new Map(parts.map(({ fileName, path }) => [fileName, path]))),
    pathOf: (name: string): string => shown.get(name) ?? name,
  };
  const read = await readModelParts(parts[0]!.fileName, folder, MODEL_KINDS);
  if (read.length !== parts.length) {
    throw new ZosiaError(
      'ZOSIA_MODEL_PARTS_DIFFER',
      `${folder.pathOf(parts[0]!.fileName)} says it is one of ${read.length} parts, not of ${parts.length}`,
      { hint: 'The files are of different models; look at what the repository has.' },
    );
  }
  const { architecture, quantisation, parameterCount } = describeParts(read);
  return { architecture, quantisation, parameterCount };
}

/** @throws ZosiaError as `checkGguf` and `requireKind` */
export async function checkProjector(path: string, shownAs = path): Promise<void> {
  await withFile(path, async (file) => {
    requireKind(await checkGguf(file, shownAs), 'projector', shownAs);
  });
}

async function checkCheckpoint(
  { path, shownAs = path }: NamedFile,
  tokenizer: NamedFile,
): Promise<StoredModelFacts> {
  const { config } = await withFile(path, (file) => readCheckpoint(file, shownAs));
  await withFile(tokenizer.path, (file) =>
    readTokenizer(file, config.vocabularySize, tokenizer.shownAs ?? tokenizer.path),
  );
  return { architecture: 'llama2.c' };
}

/** How much of a file that is no model is looked at. */
const BEGINNING_BYTES = 512;

/**
 * Refuses what a host has sent in a model's place: a page that asks to log in, say, with a status that tells of no
 * error.
 *
 * @param name what messages call the file
 * @param from what they call whoever has sent it
 * @param kind how it was asked for: a login is another at each
 * @throws ZosiaError `ZOSIA_MODEL_NOT_GGUF`, `ZOSIA_MODEL_EMPTY`
 */
export async function requireGgufMagic(
  path: string,
  name: string,
  from: string,
  kind?: ResolvedModel['source']['kind'],
): Promise<void> {
  const login =
    kind === 'hub'
      ? 'a model that needs a login needs a token, too (HF_TOKEN)'
      : kind === 'https'
        ? 'where a login is needed, name the user in the URL: https://user:password@host/path'
        : 'its registry may want a login';
  await withFile(path, async (file) => {
    if (await isGguf(file)) return;
    if (file.sizeBytes === 0) {
      throw new ZosiaError('ZOSIA_MODEL_EMPTY', `${from} has sent nothing for ${name}`, {
        hint: 'Try again later, or look at its address in a browser.',
      });
    }
    const length = Math.min(file.sizeBytes, BEGINNING_BYTES);
    const beginning = Buffer.from(await file.read(0, length)).toString('latin1');
    const what = /^\s*<(?:!doctype|html|\?xml)/i.test(beginning)
      ? 'a web page'
      : /^version https:\/\/git-lfs/.test(beginning)
        ? 'a pointer of Git LFS'
        : /^\s*[[{]/.test(beginning)
          ? 'JSON'
          : 'something else';
    throw new ZosiaError(
      'ZOSIA_MODEL_NOT_GGUF',
      `what ${from} has sent for ${name} is ${what}, not a GGUF; nothing of it was kept`,
      {
        hint: `Name the file itself, not the page about it; ${login}.`,
      },
    );
  });
}

async function withFile<T>(path: string, use: (file: RandomAccess) => Promise<T> | T): Promise<T> {
  const file = await accessFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
