import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { checkBareMetal } from '../../formats/gguf/bare-metal.js';
import type { ModelInfo } from '../../formats/gguf/model-info.js';
import type { GgufHeader } from '../../formats/gguf/reader.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import type { ModelSearch } from '../find-model.js';
import { contextTokensFor } from '../model-memory.js';
import { readModelAndHeader } from '../model.js';
import type { GgufFile } from '../model.js';
import { checkDiskNames } from './disk-name.js';
import { ggufDefaults } from './gguf-defaults.js';
import { ggufMemoryBytes } from './gguf-memory.js';
import { MAX_FAT_FILE_BYTES, modelName } from './model.js';

/** Where a GGUF lies on a disk: as files of the FAT volume, or as partitions that are its files. */
export type ModelPlacement = 'file' | 'partition';

/** A GGUF that the EFI machine runs as it is. */
export interface EfiGguf {
  /** As the application names it: the first file's name without its extension. */
  readonly name: string;
  /** Its files: one, or all parts of a split model in order. */
  readonly parts: readonly GgufFile[];
  readonly placement: ModelPlacement;
  readonly info: ModelInfo;
  /** What it says beside its weights. */
  readonly metadata: GgufHeader['metadata'];
  /** Length of the context that it is run with. */
  readonly contextTokens: number;
  /** What `llama2.cfg` says of it unless something else is asked for. */
  readonly settings: EfiSettings;
  /** What the application allocates to run it, at most; see {@link ggufMemoryBytes}. */
  readonly memoryBytes: number;
}

export interface ReadEfiGgufOptions {
  /** In FAT where it has room for every file, unless given. */
  readonly placement?: ModelPlacement | undefined;
  /** As for `modelNeeds`, but no more than the model was trained for. */
  readonly contextTokens?: number | undefined;
}

/**
 * Finds a GGUF as `readModel` does, and checks that the EFI machine runs it; undefined is the built-in one.
 *
 * @throws ZosiaError `ZOSIA_EFI_MODEL_UNSUPPORTED`, `ZOSIA_EFI_MODEL_TOO_LARGE`, `ZOSIA_EFI_BAD_NAME`, and those of
 *   `readModel`
 */
export async function readEfiGguf(
  name: string | undefined,
  search: string | ModelSearch,
  options: ReadEfiGgufOptions = {},
): Promise<EfiGguf> {
  const { model, header } = await readModelAndHeader(name, search);
  checkBareMetal(header, model.path);
  const { info, parts, sizeBytes: fileBytes } = model;
  const placement = placementOf(parts, options.placement);
  if (placement === 'file')
    checkDiskNames(
      parts.map(({ fileName }) => fileName),
      'gguf',
    );
  const contextTokens = ggufContext(info, options.contextTokens);
  return {
    name: modelName(parts[0]!.fileName),
    parts,
    placement,
    info,
    metadata: header.metadata,
    contextTokens,
    settings: { ...ggufDefaults(header), context: contextTokens },
    memoryBytes: ggufMemoryBytes({ info, fileBytes, contextTokens }),
  };
}

/** The context that the application takes: what was asked for, as far as the model was trained for it. */
export function ggufContext(info: Pick<ModelInfo, 'contextLength'>, asked?: number): number {
  const wanted = contextTokensFor(info, asked === 0 ? undefined : asked);
  return Math.min(wanted, info.contextLength ?? Infinity);
}

function placementOf(parts: readonly GgufFile[], asked?: ModelPlacement): ModelPlacement {
  const large = parts.find(({ sizeBytes }) => sizeBytes > MAX_FAT_FILE_BYTES);
  if (!large) return asked ?? 'file';
  if (asked !== 'file') return 'partition';
  throw new ZosiaError(
    'ZOSIA_EFI_MODEL_TOO_LARGE',
    `${large.path} has ${large.sizeBytes} bytes, and a file in FAT has ${MAX_FAT_FILE_BYTES} at most`,
    { hint: wording`As a partition it may have any size: ${option('modelAs', 'partition')}.` },
  );
}
