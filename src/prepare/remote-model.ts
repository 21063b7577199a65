import { checkByKind } from '../formats/gguf/loadable.js';
import { describeModel } from '../formats/gguf/model-info.js';
import { readGguf } from '../formats/gguf/reader.js';
import type { OpenRandomAccess } from '../image/random-access.js';
import { requireKind } from '../inspect/models/kind.js';
import type { ModelKind } from '../inspect/models/kind.js';
import type { FitSubject } from './fit.js';

/** What is known of a model that is to be downloaded. */
export interface RemoteModel {
  /** What messages call it. */
  readonly name: string;
  /** Bytes of all its parts, and of what is loaded beside it. */
  readonly modelBytes: number;
  readonly companionBytes?: number | undefined;
  /** How much of all that is still to come. */
  readonly downloadBytes: number;
  /** What it may be. */
  readonly kinds: readonly ModelKind[];
}

/**
 * Reads from the header of a model, which may lie on another host, what decides whether it fits, and closes
 * it. What llama.cpp would not run is refused here, before anything of its weights is downloaded; of a split
 * model, whose other parts are not read, its kind alone.
 *
 * @param first the model's first or only file, of which some MB are read at most
 * @throws ZosiaError as `readGguf`, `requireKind` and `checkLoadable`
 */
export async function readFitSubject(
  first: OpenRandomAccess,
  { name, modelBytes, companionBytes, downloadBytes, kinds }: RemoteModel,
): Promise<FitSubject> {
  try {
    const header = await readGguf(first, name);
    const info = describeModel(header);
    requireKind(header, kinds, name);
    const isSplit = (info.splitCount ?? 1) > 1;
    if (!isSplit) checkByKind(header, name);
    // Of the other parts the headers are small.
    const weightBytes = isSplit ? modelBytes - header.headerBytes : info.weightBytes;
    const scale = isSplit && info.weightBytes > 0 ? weightBytes / info.weightBytes : 1;
    return {
      name,
      facts: { ...info, weightBytes },
      downloadBytes,
      companionBytes,
      quantisation: info.quantisation,
      parameterCount: Math.round(info.parameterCount * scale),
      tokenBytes: info.tokenBytes === undefined ? undefined : Math.round(info.tokenBytes * scale),
    };
  } finally {
    await first.close();
  }
}
