import { ZosiaError } from '../../errors.js';
import { shownText } from '../../download/shown-text.js';
import { checkProjector } from '../check-files.js';
import type { ResolvedFile, ResolvedModel } from '../resolved-model.js';
import type { LeftOutFile, StoredFile, StoredModel } from '../store/record.js';
import type { ModelStore } from '../store/store.js';
import { findBlob } from './fetch-blob.js';

/** A projector that cannot be used, and why. */
export interface UnusableFile {
  readonly wanted: ResolvedFile;
  readonly because: string;
  /** As it is in the store, where it has come that far. */
  readonly file?: StoredFile | undefined;
}

/**
 * A model without those of its projectors that a pull has left out before: they are the same as then, and are not
 * downloaded once more.
 */
export function withoutLeftOut(
  resolved: ResolvedModel,
  before: StoredModel | undefined,
): { readonly resolved: ResolvedModel; readonly leftOut: readonly LeftOutFile[] } {
  const { revision } = resolved.source;
  const isSameRevision = revision !== undefined && revision === before?.source.revision;
  const known = ({ role, fileName, sha256 }: ResolvedFile): LeftOutFile | undefined =>
    role === 'projector' && (sha256 !== undefined || isSameRevision)
      ? before?.leftOut?.find((left) => left.fileName === fileName && left.sha256 === sha256)
      : undefined;
  const leftOut = resolved.files.flatMap((file) => known(file) ?? []);
  if (leftOut.length === 0) return { resolved, leftOut };
  return {
    resolved: { ...resolved, files: resolved.files.filter((file) => !known(file)) },
    leftOut,
  };
}

/**
 * Why a projector that could not be downloaded is no reason to refuse its model.
 *
 * @returns undefined where it is: what the source has may be all right
 */
export function unusableDownload(wanted: ResolvedFile, error: unknown): UnusableFile | undefined {
  const isNoGguf =
    error instanceof ZosiaError &&
    (error.code === 'ZOSIA_MODEL_NOT_GGUF' || error.code === 'ZOSIA_MODEL_EMPTY');
  return wanted.role === 'projector' && isNoGguf ? { wanted, because: error.message } : undefined;
}

/** Looks at a projector that is there. @throws what is not of the bytes that its source has */
export async function unusableProjector(
  store: ModelStore,
  wanted: ResolvedFile,
  file: StoredFile,
): Promise<UnusableFile | undefined> {
  try {
    await checkProjector(store.pathOf(file), shownText(wanted.name));
    return undefined;
  } catch (error) {
    if (!(error instanceof ZosiaError && error.code.startsWith('ZOSIA_MODEL_'))) throw error;
    const { sha256, path } = file;
    // What the store has may have rotted; what lies elsewhere has just been read.
    const isWhole =
      path !== undefined ||
      (await findBlob(store, { ...wanted, sha256 }, { isRead: true })) !== undefined;
    if (!isWhole) throw error;
    return { wanted, file, because: error.message };
  }
}

export const asLeftOut = ({ wanted: { fileName, sha256 } }: UnusableFile): LeftOutFile => ({
  fileName,
  ...(sha256 !== undefined && { sha256 }),
});

/** What is told of a projector that was left out, now or by an earlier pull. */
export const leftOutNote = (name: string, because = 'it could not be used before'): string =>
  `the projector ${shownText(name)} is left out, and the model takes text alone: ${because}`;
