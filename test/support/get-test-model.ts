import { openHttpClient } from '../../src/download/api.js';
import { makeDownloader } from '../../src/download/download-file.js';
import type { DownloaderOptions } from '../../src/download/download-file.js';
import { ZosiaError } from '../../src/errors.js';
import { getModel } from '../../src/models/pull/get-model.js';
import { NamedModels } from '../../src/models/named-models.js';
import type { CacheFolders } from '../../src/models/caches/cached-model.js';
import { addModel } from '../../src/models/store/add.js';
import { ModelStore } from '../../src/models/store/store.js';

/** One command upon a store of models. */
export interface ModelTask {
  readonly store: string;
  readonly do: 'pull' | 'add';
  /** A reference, or the path of a file. */
  readonly what: string;
  readonly name: string;
  readonly hubUrl?: string | undefined;
  readonly caches: CacheFolders;
  /** Whether what is there already is pulled anew. */
  readonly force?: boolean | undefined;
  readonly means: DownloaderOptions;
}

/** What has come of it. */
export type ModelResult =
  | { readonly sha256: string; readonly downloadedBytes: number }
  | { readonly code: string; readonly message: string };

/** @throws what is no error of zosia's own, and the signal's reason */
export async function getTestModel(
  { store: folder, do: verb, what, name, hubUrl, caches, force, means }: ModelTask,
  signal?: AbortSignal,
): Promise<ModelResult> {
  const store = new ModelStore(folder);
  const http = openHttpClient(means);
  try {
    if (verb === 'add') {
      const { files } = await addModel(store, what, { name, signal });
      return { sha256: files[0]!.sha256, downloadedBytes: 0 };
    }
    const { model, downloadedBytes } = await getModel(new NamedModels({ store, caches }), what, {
      name,
      signal,
      force,
      context: { http, ...(hubUrl !== undefined && { hubUrl: new URL(hubUrl) }) },
      download: makeDownloader(means),
    });
    return { sha256: model.files[0]!.sha256, downloadedBytes };
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    return { code: error.code, message: error.message };
  } finally {
    await http.close();
  }
}
