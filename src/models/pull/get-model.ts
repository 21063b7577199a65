import { stat } from 'node:fs/promises';
import { nameOfFileKind } from '../../host/file-errors.js';
import { readTextFile } from '../../host/text-file.js';
import { RequestFailure } from '../../download/request-failure.js';
import { ZosiaError } from '../../errors.js';
import { shellPath, shellWord } from '../../shell-word.js';
import { option, wording } from '../../wording.js';
import { canonical, lacksQuery } from '../references/canonical-reference.js';
import type { NamedModels } from '../named-models.js';
import type { ModelReference } from '../references/reference.js';
import { otherReadings, parseReference } from '../references/parse-reference.js';
import { pullModel } from './pull.js';
import type { PulledModel, PullOptions } from './pull.js';
import { shownText } from '../../download/shown-text.js';
import { FORMS } from '../references/reference-error.js';
import type { ModelForm } from '../resolve/resolve-entry.js';
import { resolveHere } from '../resolve/resolve-here.js';
import { resolvePinned } from '../resolve/resolve-pinned.js';
import type { SourceContext } from '../transports/context.js';
import { readPublicKey } from '../transports/signing-key.js';

export interface GetModelOptions extends OfPull {
  readonly context: Omit<SourceContext, 'publicKey'>;
  /** Of a name of the catalogue: in which form. */
  readonly form?: ModelForm | undefined;
  /** A file with cosign's public key: a model of an OCI registry has to be signed with its private one. */
  readonly publicKey?: string | undefined;
}

/**
 * Pulls what a user names: a reference, a name of the catalogue, or a name of the store that was pulled before.
 *
 * @throws ZosiaError `ZOSIA_REFERENCE_INVALID`, `ZOSIA_MODEL_IS_PATH`, `ZOSIA_BAD_OPTION`; as `resolveReference`,
 * `pullModel` and `readTextFile`
 */
export async function getModel(
  models: NamedModels,
  text: string,
  { context, form, publicKey, ...options }: GetModelOptions,
): Promise<PulledModel> {
  const { hubUrl } = context;
  const before = await storedReference(models, text);
  const reference = parseReference(before?.reference ?? text, { hubUrl });
  if (publicKey !== undefined) requireSigned(reference);
  if (reference.kind === 'path') throw await isPath(text, reference.path);
  if (form === 'checkpoint' && reference.kind !== 'name') {
    throw new ZosiaError(
      'ZOSIA_BAD_OPTION',
      wording`${option('checkpoint')} is for names of the catalogue: a reference says itself which file is meant`,
      { hint: 'Leave it out.' },
    );
  }
  if (lacksQuery(reference)) {
    throw new ZosiaError('ZOSIA_REFERENCE_INVALID', `the query of the URL of ${text} is not kept`, {
      hint: 'It may be secret: give the whole URL once more, in quotation marks.',
    });
  }
  const key = publicKey === undefined ? undefined : await readTextFile(publicKey);
  // Nobody is asked for what could not be checked.
  if (key !== undefined) readPublicKey(key);
  const { signal, onWait, force } = options;
  // A checkpoint that has a name of its own in the store is not what its name means to llama.cpp.
  const isOther = form !== undefined && reference.kind === 'name';
  const { pulled, pin } = await whileTokensExpire(options, async (pullOptions) => {
    const { resolved, isHubsWord, pin } = await resolvePinned(
      models.store,
      reference,
      { ...context, publicKey: key },
      { signal, onWait, form, force },
    ).catch(async (error: unknown) => {
      // Nobody may be asked. A signature, and what is forced, are not had without.
      const isOffline = error instanceof ZosiaError && error.code === 'ZOSIA_OFFLINE';
      const here =
        isOffline && key === undefined && force !== true
          ? await resolveHere(models, before?.name ?? text, reference, form)
          : undefined;
      if (!here) throw error;
      return { resolved: here, isHubsWord: false, pin: () => Promise.resolve() };
    });
    const pulled = await pullModel(models.store, resolved, {
      ...pullOptions,
      beforeDownload: async (model, downloadBytes) => {
        await pullOptions.beforeDownload?.(model, downloadBytes);
        if (isHubsWord) pullOptions.onNote?.(hubsWordNote(model.name));
      },
      name: options.name ?? before?.name,
      askedAs: isOther ? undefined : canonical(reference),
      caches: models.caches,
    });
    return { pulled, pin };
  });
  const [file] = pulled.model.files;
  if (file) await pin(file.sha256, file.sizeBytes);
  return pulled;
}

/** What a user should know who pulls a model of the catalogue whose digest is not known beforehand. */
const hubsWordNote = (name: string): string =>
  `${name} is unverified: the catalogue has no digest of it; what the hub tells is taken, and kept to from now on`;

/** @throws ZosiaError `ZOSIA_BAD_OPTION` where no model of that kind has signatures */
function requireSigned({ kind }: ModelReference): void {
  if (kind === 'oci') return;
  throw new ZosiaError(
    'ZOSIA_BAD_OPTION',
    wording`${option('publicKey')} is for models of OCI registries: no other has signatures`,
    { hint: 'Leave the key out; digests are compared all the same.' },
  );
}

/**
 * Checks what can be checked of a key, and of the model that it is for, without asking anybody.
 *
 * @param publicKey a file
 * @throws ZosiaError as `getModel`
 */
export async function checkKey(
  models: NamedModels,
  text: string,
  publicKey: string,
  hubUrl?: URL,
): Promise<void> {
  const before = await storedReference(models, text);
  requireSigned(parseReference(before?.reference ?? text, { hubUrl }));
  readPublicKey(await readTextFile(publicKey));
}

/** The error for a path: what is there can have a name, but there is nothing to download. */
async function isPath(text: string, path: string): Promise<ZosiaError> {
  const found = await stat(path).catch(() => undefined);
  const [reading] = otherReadings(text);
  const hints: string[] = [];
  if (found?.isFile()) hints.push(`zosia model add ${shellPath(path)} gives it a name.`);
  if (found?.isDirectory()) hints.push('zosia model add FILE gives a file in it a name.');
  if (reading !== undefined) {
    hints.push(`If the hub's was meant: zosia model pull ${shellWord(reading)}`);
  }
  if (hints.length === 0) hints.push(FORMS);
  const message = !found
    ? 'is a path, and nothing is there'
    : found.isFile()
      ? 'is a file of this host: there is nothing to download'
      : `is ${nameOfFileKind(found)}, not a model`;
  return new ZosiaError('ZOSIA_MODEL_IS_PATH', `${shownText(text)} ${message}`, {
    hint: hints.join(' '),
  });
}

type OfPull = Omit<PullOptions, 'askedAs' | 'caches'>;

/**
 * Asks the source once more where it no longer takes what it gave for the download: tokens of registries hold for
 * minutes, and large models take longer. What has been downloaded stays. As long as bytes arrive, that goes on.
 */
async function whileTokensExpire<T>(
  options: OfPull,
  pull: (options: OfPull) => Promise<T>,
): Promise<T> {
  for (;;) {
    let mostBytes = 0;
    let firstBytes: number | undefined;
    try {
      return await pull({
        ...options,
        onBytes: (name, done, total) => {
          firstBytes ??= done;
          mostBytes = Math.max(mostBytes, done);
          options.onBytes?.(name, done, total);
        },
      });
    } catch (error) {
      if (!isUnauthorized(error) || mostBytes <= (firstBytes ?? 0)) throw error;
    }
  }
}

const isUnauthorized = (error: unknown): boolean =>
  error instanceof ZosiaError &&
  error.cause instanceof RequestFailure &&
  error.cause.status === 401;

/** What a name of the store was pulled as. */
async function storedReference(
  models: NamedModels,
  text: string,
): Promise<{ readonly name: string; readonly reference: string } | undefined> {
  // A damaged record is no reason not to pull anew.
  const stored = await models.store.read(text).catch(() => undefined);
  const reference = stored?.askedAs.at(-1) ?? stored?.reference;
  return stored && reference !== undefined ? { name: stored.name, reference } : undefined;
}
