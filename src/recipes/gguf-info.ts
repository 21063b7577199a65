import { ZosiaError } from '../errors.js';
import { kindOf } from '../formats/gguf/kind.js';
import type { GgufKind } from '../formats/gguf/kind.js';
import { kindDetails } from '../formats/gguf/kind-details.js';
import type { KindDetails } from '../formats/gguf/kind-details.js';
import { checkByKind } from '../formats/gguf/loadable.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';
import { describeParts, headerOfAll, readGgufParts } from '../inspect/models/parts.js';
import { findModelFolder } from './find-model.js';
import type { ModelSearch } from './find-model.js';

/** What a GGUF of any kind says of itself. */
export interface GgufInfo {
  /** Absolute path of the file; of a split model, of the first part. */
  readonly path: string;
  /** Bytes of all its files. */
  readonly sizeBytes: number;
  readonly kind: GgufKind;
  readonly info: ModelInfo;
  readonly details: KindDetails;
  /** Why the pinned llama.cpp would not load it though it is whole; undefined when it would. */
  readonly unsupported: ZosiaError | undefined;
}

/**
 * Finds a GGUF of any kind as `readModel` finds models, checks it against its own tensor table, and says
 * what it is. What llama.cpp does not know (yet) is described all the same.
 *
 * @throws ZosiaError as `findModelFolder` and `readGgufParts`; `ZOSIA_MODEL_CORRUPT` for what contradicts itself
 */
export async function readGgufInfo(name: string, search: string | ModelSearch): Promise<GgufInfo> {
  const { found, folder } = await findModelFolder(name, search);
  const parts = await readGgufParts(found.fileName, folder);
  const header = headerOfAll(parts);
  const path = folder.pathOf(parts[0]!.name);
  const kind = kindOf(header);
  return {
    path,
    sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    kind,
    info: describeParts(parts),
    details: kindDetails(header, kind),
    unsupported: unsupportedReason(() => {
      checkByKind(header, path);
    }),
  };
}

function unsupportedReason(check: () => void): ZosiaError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_MODEL_UNSUPPORTED') return error;
    throw error;
  }
}
