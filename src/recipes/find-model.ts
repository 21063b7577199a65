import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ZosiaError } from '../errors.js';
import { shellPath } from '../shell-word.js';
import type { GgufKind } from '../formats/gguf/kind.js';
import { notRegularFile } from '../host/file-errors.js';
import { kindFor, wrongKind } from '../inspect/models/kind.js';
import type { CompanionKind } from '../inspect/models/kind.js';
import { gatheredFolder, hostFolder } from '../inspect/models/host-folder.js';
import type { ModelFolder } from '../inspect/models/parts.js';
import { noDigest } from '../models/caches/verify.js';
import type { LocatedFile, LocatedModel } from '../models/located-model.js';
import type { NamedModels } from '../models/named-models.js';
import { parseReference } from '../models/references/parse-reference.js';
import { shownReference } from '../models/references/reference-error.js';
import { EMBEDDED_MODEL_NAME, embeddedModelDigest, embeddedModelPath } from './embedded-model.js';
import type { KnownDigest } from './known-digest.js';
import { REFERENCE, modelsHint, notFoundHint } from './model-hints.js';

/** Where models are looked for by name. */
export interface ModelSearch {
  /** A folder with GGUFs: models/ of the folder that zosia is run in. */
  readonly modelsDir: string;
  /** The models that have been pulled or added, and those of other programs. */
  readonly named?: NamedModels | undefined;
}

/** A file that a name stands for; of a split model one part. */
export interface FoundFile {
  /** Absolute path. */
  readonly path: string;
  readonly fileName: string;
  /** Unless it was found by its path. */
  readonly located?: LocatedModel | undefined;
  /** Of the built-in model, which was read whole to find it. */
  readonly known?: KnownDigest | undefined;
}

export const asSearch = (search: string | ModelSearch): ModelSearch =>
  typeof search === 'string' ? { modelsDir: search } : search;

const byPath = (path: string): FoundFile => ({ path, fileName: basename(path) });

async function builtIn(): Promise<FoundFile> {
  const path = await embeddedModelPath();
  return { ...byPath(path), known: { sha256: await embeddedModelDigest() } };
}

/**
 * Finds what a name stands for, as `readModel` says, and the folder that its files lie in.
 *
 * @throws ZosiaError as `readModel`, but for what is wrong with the files
 */
export async function findModelFolder(
  name: string | undefined,
  search: string | ModelSearch,
): Promise<{ readonly found: FoundFile; readonly folder: ModelFolder }> {
  const found = name === undefined ? await builtIn() : await findModel(name, asSearch(search));
  if (found.located) requireGgufModel(found.located);
  const folder = found.located
    ? gatheredFolder(new Map(found.located.files.map(({ fileName, path }) => [fileName, path])))
    : hostFolder(dirname(found.path));
  return { found, folder };
}

export async function findModel(
  name: string,
  { modelsDir, named }: ModelSearch,
  kind: CompanionKind | 'model' = 'model',
): Promise<FoundFile> {
  if (name === '') {
    throw new ZosiaError('ZOSIA_MODEL_NOT_NAMED', "the model's name is empty", {
      hint: await modelsHint(modelsDir, kind),
    });
  }
  let other: (() => ZosiaError) | undefined;
  for (const place of placesOf(name, modelsDir)) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile()) {
      if (named?.verifies) throw noDigest(place);
      return byPath(resolve(place));
    }
    // A folder in models/ may have a name that a file has with .gguf.
    if (found) other ??= () => notRegularFile(place, found);
  }
  const located = await named?.find(name);
  const file = located && fileOfKind(located.files, kind);
  if (file) return { path: file.path, fileName: file.fileName, located };
  if (located) throw notOfKind(located, kindFor(kind === 'model' ? 'draft' : kind));
  if (name === EMBEDDED_MODEL_NAME) return builtIn();
  if (other) throw other();
  // One that is of no form is not to be had by pulling it either.
  if (named && REFERENCE.test(name)) parseReference(name);
  throw new ZosiaError('ZOSIA_MODEL_NOT_FOUND', `there is no model ${shownReference(name)}`, {
    hint: await notFoundHint(name, modelsDir, named, kind),
  });
}

/** Whether there is a file of a name, or a model; nothing is read but what verifying asks for. */
export async function isModelHere(name: string, search: ModelSearch): Promise<boolean> {
  for (const place of placesOf(name, search.modelsDir)) {
    if (await stat(place).catch(() => undefined)) return true;
  }
  return (await search.named?.find(name)) !== undefined || name === EMBEDDED_MODEL_NAME;
}

function placesOf(name: string, modelsDir: string): string[] {
  const named = [join(modelsDir, name), join(modelsDir, `${name}.gguf`)];
  return name.includes('/') ? [name] : [name, ...named];
}

/** An adapter is kept under a name of its own, as a model is; a projector beside its model, too. */
function fileOfKind(
  files: readonly LocatedFile[],
  kind: CompanionKind | 'model',
): LocatedFile | undefined {
  const wanted = kind === 'projector' ? files.find(({ role }) => role === 'projector') : undefined;
  return wanted ?? files.find(({ role }) => role === 'model');
}

/** The error for a name that has no model: what it has goes with one. */
function notOfKind({ name, files }: LocatedModel, wanted: GgufKind): ZosiaError {
  return files.some(({ role }) => role === 'projector')
    ? wrongKind('projector', wanted, name)
    : new ZosiaError('ZOSIA_MODEL_WRONG_KIND', `${name} is a tokenizer and no model`, {
        hint: `Add the checkpoint that it is for: zosia model add CHECKPOINT --tokenizer ${shellPath(files[0]!.path)}`,
      });
}

/** @throws ZosiaError `ZOSIA_MODEL_IS_CHECKPOINT` */
function requireGgufModel({ name, files }: LocatedModel): void {
  if (!files.some(({ role }) => role === 'tokenizer')) return;
  throw new ZosiaError('ZOSIA_MODEL_IS_CHECKPOINT', `${name} is a llama2.c checkpoint, no GGUF`, {
    hint: `The EFI machine runs it as it is: zosia up --machine efi ${shellPath(name)}`,
  });
}
