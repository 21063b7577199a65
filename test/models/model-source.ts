import { writeFile } from 'node:fs/promises';
import type { ModelTask } from '../support/get-test-model.js';
import { startHub } from '../support/model-servers/hub.js';
import type { ServedRepository } from '../support/model-servers/hub.js';
import { startOci } from '../support/model-servers/oci.js';
import { packOllama } from '../support/model-servers/ollama.js';
import { DOCKER, DOCKER_GGUF, pack } from '../support/model-servers/packed-model.js';
import type { PackedModel } from '../support/model-servers/packed-model.js';
import { serveBytes, startServer } from '../support/model-servers/served-bytes.js';
import type { Intercept } from '../support/model-servers/served-bytes.js';

export type SourceKind = 'hub' | 'ollama' | 'oci' | 'https' | 'file';

/** Where one model is to be had, in one revision after the other. */
export interface ModelSource {
  /** From now on it has these bytes. */
  put(bytes: Uint8Array): Promise<void>;
  task(): Pick<ModelTask, 'do' | 'what' | 'hubUrl'>;
  close(): Promise<void>;
}

export interface ModelSourceOptions {
  /** Where a file of this host lies. */
  readonly file: string;
  readonly intercept: Intercept;
  /** Of the hub's second host, which has the bytes. */
  readonly interceptBytes: Intercept;
}

/** A source of a model of each kind that there is. */
export async function startModelSource(
  kind: SourceKind,
  options: ModelSourceOptions,
): Promise<ModelSource> {
  switch (kind) {
    case 'hub':
      return hubSource(options);
    case 'ollama':
    case 'oci':
      return registrySource(kind, options);
    case 'https':
      return urlSource(options);
    case 'file':
      return {
        put: (bytes) => writeFile(options.file, bytes),
        task: () => ({ do: 'add', what: options.file }),
        close: () => Promise.resolve(),
      };
  }
}

async function hubSource({ intercept, interceptBytes }: ModelSourceOptions): Promise<ModelSource> {
  const repos: Record<string, ServedRepository> = {};
  const hub = await startHub({ repos, intercept, interceptBytes });
  let commit = 0;
  return {
    put(bytes) {
      const files = { 'small-Q8_0.gguf': bytes };
      repos['owner/repo'] = { files, commit: String(++commit).repeat(40) };
      hub.publish(bytes);
      return Promise.resolve();
    },
    task: () => ({ do: 'pull', what: 'hf:owner/repo:Q8_0', hubUrl: hub.url.href }),
    close: () => hub.close(),
  };
}

async function registrySource(
  kind: 'ollama' | 'oci',
  { intercept }: ModelSourceOptions,
): Promise<ModelSource> {
  const models: Record<string, PackedModel> = {};
  const server = await startOci({ models, token: 'TOKEN', intercept });
  return {
    put(bytes) {
      models['owner/model:latest'] =
        kind === 'oci'
          ? pack([{ mediaType: DOCKER_GGUF, bytes }], DOCKER)
          : packOllama({ model: bytes, licence: 'MIT License\n' });
      return Promise.resolve();
    },
    task: () => ({ do: 'pull', what: `${kind}:${server.host}/owner/model:latest` }),
    close: () => server.close(),
  };
}

async function urlSource({ intercept }: ModelSourceOptions): Promise<ModelSource> {
  let now = new Uint8Array();
  const server = await startServer((request, response) => {
    serveBytes(request, response, now);
  }, intercept);
  return {
    put(bytes) {
      now = new Uint8Array(bytes);
      return Promise.resolve();
    },
    task: () => ({ do: 'pull', what: new URL('/folder/model.gguf', server.url).href }),
    close: () => server.close(),
  };
}
