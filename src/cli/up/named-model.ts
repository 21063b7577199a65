import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { namedHub, namedModels } from '../options/models.js';
import type { ModelFlags } from '../options/models.js';
import { startProgress } from '../output/progress.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { shellPath } from '../../shell-word.js';
import { findQemu } from '../../machine/machine.js';
import type { ModelKind } from '../../inspect/models/kind.js';
import type { ModelForm } from '../../models/resolve/resolve-entry.js';
import { referenceWord, shownReference } from '../../models/references/reference-error.js';
import type { NamedModels } from '../../models/named-models.js';

/** A model to be started, by a name that stands for something on this host. */
export interface FoundModel {
  readonly named: string | undefined;
  readonly draft: string | undefined;
  readonly models: NamedModels;
}

/**
 * Looks for a model and its draft by their names, and verifies them where that is asked for; what is not on this host
 * is pulled. With a key the model's registry is asked in any case.
 *
 * @param isHere whether a name stands for something on this host
 */
export async function modelToStart(
  named: string | undefined,
  flags: ModelFlags,
  { signal }: CliContext,
  {
    arch,
    form,
    kinds,
    modelsDir,
    draft,
    isHere,
  }: {
    readonly arch: Architecture;
    /** Of a name of the catalogue: in which form it is wanted. */
    readonly form: ModelForm;
    /** What it may be; a language model unless given. */
    readonly kinds?: readonly ModelKind[] | undefined;
    /** Where GGUFs are looked for by name. */
    readonly modelsDir: string;
    /** A model that drafts for it. */
    readonly draft?: string | undefined;
    readonly isHere: (name: string, models: NamedModels) => Promise<boolean>;
  },
): Promise<FoundModel> {
  const progress = startProgress();
  try {
    const models = namedModels(flags, {
      verify: flags.verify,
      hold: !flags.dryRun,
      signal,
      progress,
    });
    const isSigned = flags.key !== undefined;
    if (named === undefined && isSigned) throw builtInWithKey();
    const missing: string[] = [];
    for (const name of [named, draft]) {
      // What is here may have been pulled without a look at its signature.
      const isAsked = isSigned && name === named;
      if (name !== undefined && (isAsked || !(await isHere(name, models)))) missing.push(name);
    }
    if (flags.dryRun && named !== undefined && flags.key !== undefined) {
      const { checkKey } = await import('../../models/pull/get-model.js');
      await checkKey(models, named, flags.key, namedHub());
      if (!(await isHere(named, models))) throw missingSigned(named, flags.key);
    }
    if (missing.length === 0 || flags.dryRun) return { named, draft, models };
    // Without QEMU there is no use in a model.
    await findQemu(arch, folders().searchPath);
    const { pullForStart } = await import('./pull-for-start.js');
    const names = { model: named, draft };
    const options = { ...flags, signal, form, kinds, missing, modelsDir };
    const pulled = await pullForStart(models, names, options);
    return { named: pulled.model, draft: pulled.draft, models };
  } finally {
    progress.stop();
  }
}

const missingSigned = (named: string, key: string): ZosiaError =>
  new ZosiaError('ZOSIA_MODEL_NOT_FOUND', `there is no model ${shownReference(named)}`, {
    hint: `zosia model pull ${referenceWord(named)} --key ${shellPath(key)} downloads it.`,
  });

const builtInWithKey = (): ZosiaError =>
  new ZosiaError(
    'ZOSIA_BAD_OPTION',
    wording`${option('publicKey')} is for models of OCI registries: the built-in one comes with zosia`,
    { hint: wording`Name a model as oci:host/name:tag, or leave ${option('publicKey')} out.` },
  );
