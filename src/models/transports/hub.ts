import type { HttpAnswer } from '../../download/http-client.js';
import { shownAnswerer } from '../../download/place.js';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { Text } from '../../wording.js';
import { chooseFiles } from './choose-model.js';
import { licenceFromHub } from '../licences.js';
import { fileNameOf } from '../model-files.js';
import { formatHub, hubAddress, HUB_URL } from '../references/parse-hub.js';
import type { HubReference } from '../references/parse-hub.js';
import { isLoopback } from '../references/reference-error.js';
import type {
  ModelFileRole,
  ResolvedFile,
  ResolvedModel,
  ResolveOptions,
} from '../resolved-model.js';
import type { SourceContext } from './context.js';
import { badStatus, notThere, refused } from './failures.js';
import { hubApi } from './hub-api.js';
import type { HubFile } from './hub-api.js';
import { nameFrom, requirePlain, safeFileName } from './safe-file-name.js';

type HubContext = Pick<SourceContext, 'http' | 'hubUrl' | 'hubToken'>;

/**
 * Asks the hub for a model: the commit of its revision, its licence, and its files with their sizes and sha256.
 * Of a repository with several quantisations see `chooseFiles`.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_REFUSED` for a gated or private one,
 *   `ZOSIA_MODEL_AMBIGUOUS`, `ZOSIA_MODEL_UNUSABLE`, `ZOSIA_DOWNLOAD_FAILED`
 */
export async function resolveHub(
  reference: HubReference,
  { http, hubUrl = HUB_URL, hubToken }: HubContext,
  options: ResolveOptions = {},
): Promise<ResolvedModel> {
  const { repository, revision } = reference;
  checkHubUrl(hubUrl);
  const credentials = hubCredentials(hubToken);
  const explain = explainer(reference, hubUrl, hubToken !== undefined);
  const api = hubApi(http, hubUrl, credentials, explain, options);
  const { commit, isGated, licence } = await api.model(repository, revision);
  const source = `${repository} (${hubUrl.host})`;
  const files = await api.files(repository, commit);
  const { parts, projector, stem } = chooseFiles(files, reference, source);
  const place = { hubUrl, repository, commit };
  // The folders of a file are in what messages call it, and in its reference.
  for (const { path } of [...parts, ...(projector ? [projector] : [])]) requirePlain(path);
  const resolved = (file: HubFile, role: ModelFileRole): ResolvedFile => ({
    name: file.path,
    fileName: safeFileName(fileNameOf(file.path)),
    role,
    url: hubFileUrl(place, file.path),
    sizeBytes: file.sizeBytes,
    ...(file.sha256 !== undefined && { sha256: file.sha256 }),
    ...(credentials && { credentials }),
  });
  const all = [
    ...parts.map((file) => resolved(file, 'model')),
    ...(projector ? [resolved(projector, 'projector')] : []),
  ];
  if (isGated) await checkAccess(all[0]!, http, explain, options);
  const named = licenceFromHub(licence);
  return {
    reference: formatHub({ kind: 'hub', repository, revision: commit, file: parts[0]!.path }),
    name: nameFrom(stem),
    source: { kind: 'hub', repository, revision: commit, hubUrl: hubAddress(hubUrl) },
    ...(named !== undefined && { licence: named }),
    files: all,
  };
}

/** Where the hub has a file (hub documentation, "Downloading files"). */
export function hubFileUrl(
  { hubUrl, repository, commit }: { hubUrl: URL; repository: string; commit: string },
  path: string,
): URL {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return new URL(`${hubUrl.href.replace(/\/+$/, '')}/${repository}/resolve/${commit}/${encoded}`);
}

export function hubCredentials(token: string | undefined): { authorization: string } | undefined {
  return token === undefined ? undefined : { authorization: `Bearer ${token}` };
}

/** @throws ZosiaError `ZOSIA_BAD_OPTION` */
export function checkHubUrl(hubUrl: URL): void {
  const isSafe =
    hubUrl.protocol === 'https:' || (hubUrl.protocol === 'http:' && isLoopback(hubUrl.hostname));
  if (isSafe && hubUrl.username + hubUrl.password + hubUrl.search === '') return;
  throw new ZosiaError(
    'ZOSIA_BAD_OPTION',
    `a hub is not asked at ${hubUrl.protocol}//${hubUrl.host}`,
    {
      hint: wording`Give ${option('hubUrl')} as https://host, without user, password and query.`,
    },
  );
}

/** Asks for no byte of a file: whether this token has access is said by the file itself, not by its repository. */
async function checkAccess(
  { url, name, credentials }: ResolvedFile,
  http: HubContext['http'],
  explain: (answer: HttpAnswer) => void,
  { signal, onWait }: ResolveOptions,
): Promise<void> {
  const request = { what: name, method: 'HEAD', redirects: 'none', maxBytes: 0 } as const;
  const answer = await http.request(url, { ...request, credentials, signal, onWait });
  if (answer.status >= 400) explain(answer);
}

/**
 * What an answer of the hub means that is no success. The hub's header x-error-code tells what is gated from
 * what is not there: both are answered with 401 to those it does not know (huggingface_hub, hf_raise_for_status).
 */
function explainer(
  { repository, revision }: HubReference,
  { host }: URL,
  hasToken: boolean,
): (answer: HttpAnswer) => void {
  const token = wording`${option('hubToken')}`;
  return (answer) => {
    const { status, headers } = answer;
    if (status >= 200 && status < 300) return;
    const by = shownAnswerer(answer, host);
    const code = headers['x-error-code'];
    if (code === 'GatedRepo') {
      const agree = `Agree to its terms at https://${host}/${repository}`;
      const hint: Text = hasToken
        ? `${agree} with the account that the token is of; some owners take days to answer.`
        : wording`${agree}, and give a token of that account with ${option('hubToken')}.`;
      throw refused(
        `${repository} is gated: ${by} gives it to those who agreed to its terms`,
        hint,
      );
    }
    if (code === 'RevisionNotFound') {
      throw notThere(
        `${repository} has no branch, tag or commit ${revision ?? 'main'} at ${by}`,
        'Without @ and a name it is the newest of the main branch.',
      );
    }
    if (status === 404 || code === 'RepoNotFound') {
      throw notThere(`${by} has no model ${repository}`, [
        hasToken
          ? 'Check the spelling; if it is private, check that the token may read it.'
          : wording`Check the spelling; a private model needs ${token}.`,
        'Check the spelling.',
      ]);
    }
    if (status === 401 || status === 403) {
      throw refused(`${by} does not let you have ${repository} (status ${status})`, [
        hasToken
          ? wording`Check that the token given with ${token} is valid and may read this model.`
          : wording`Check the spelling; a private model needs ${token}.`,
        'Check the spelling.',
      ]);
    }
    throw badStatus(answer, host, repository);
  };
}
