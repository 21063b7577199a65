import { Option } from 'commander';
import { hubAccess, modelsFolder, otherCaches } from '../environment.js';
import { variableOption } from '../variable-option.js';
import { say } from '../output/output.js';
import type { Progress } from '../output/progress.js';
import { NamedModels } from '../../models/named-models.js';
import { ModelStore } from '../../models/store/store.js';

/** Options of every command that takes the name of a model. */
export interface ModelsFlags {
  modelsDir?: string | undefined;
}

export const modelsDirOption = () =>
  variableOption(
    '--models-dir <folder>',
    'where models that were pulled or added are kept',
    'ZOSIA_MODELS',
  );

/** `--verify` of a command that runs a model. */
export const verifyModelOption = (): Option =>
  new Option(
    '--verify',
    'first read every byte of the model, and compare with what was pulled or added',
  );

/** Of every command that pulls. */
export const keyOption = (): Option =>
  new Option('--key <file>', "cosign's public key: what an oci: reference names has to be signed");

export const modelStore = ({ modelsDir }: ModelsFlags): ModelStore =>
  new ModelStore(modelsFolder(modelsDir));

/** What is done with models that are found. */
export interface NamedModelsUse {
  readonly verify?: boolean | undefined;
  readonly hold?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Draws what verifying has come to. */
  readonly progress?: Progress | undefined;
}

/** Options of the commands that start a machine with a model that has a name. */
export interface ModelFlags extends ModelsFlags {
  verify?: true | undefined;
  offline?: true | undefined;
  dryRun?: true | undefined;
  key?: string | undefined;
  ctx?: number | undefined;
  ram?: number | undefined;
}

/** What is wrong with its address, or with a token, is told by the commands that ask it. */
export function namedHub(): URL | undefined {
  try {
    return hubAccess().hubUrl;
  } catch {
    return undefined;
  }
}

/** The models that have names on this host. */
export function namedModels(
  flags: ModelsFlags,
  { verify, hold, signal, progress }: NamedModelsUse = {},
): NamedModels {
  return new NamedModels({
    store: modelStore(flags),
    caches: otherCaches(),
    verify,
    hold,
    hubUrl: namedHub(),
    onNote: (line) => {
      say(`zosia: ${line}`);
    },
    hashing: {
      signal,
      onProgress: (done, total) => progress?.update('verifying', done, total),
    },
  });
}
