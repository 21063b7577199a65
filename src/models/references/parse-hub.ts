import type { ModelReference } from './reference.js';
import { shownText, shownUrl } from '../../download/shown-text.js';
import { deceptiveCharacter } from '../../formats/unseen.js';
import { badReference, isPlainPath, MODEL_FILE } from './reference-error.js';

export type HubReference = Extract<ModelReference, { kind: 'hub' }>;

/** Where the hub is unless another is named. */
export const HUB_URL = new URL('https://huggingface.co');

/** How a hub is written down: its address without a slash at its end. */
export const hubAddress = (hubUrl: URL = HUB_URL): string => `${hubUrl.origin}${pathOf(hubUrl)}`;

/** Hosts of the hub's own pages. */
const HUB_HOSTS: readonly string[] = ['huggingface.co', 'www.huggingface.co', 'hf.co'];

/** An owner or a repository (huggingface_hub, validate_repo_id: at most 96 of these). */
const NAME = /^(?!.*(?:\.\.|--))[A-Za-z0-9_](?:[\w.-]{0,94}[\w-])?$/;
/** A branch, tag or commit; the slash of a name like refs/pr/1 is written %2F. */
const REVISION = /^[A-Za-z0-9](?:[\w./-]{0,126}\w)?$/;
const QUANTISATION = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** What to do about a checkpoint that is named by its address: nobody can tell from there which tokenizer it has. */
export const CHECKPOINT_HINT =
  'Those that zosia knows come with it by their names, such as stories15M. For another download both, then run zosia model add FILE --tokenizer FILE';

/** Whether a file is, by its name, a checkpoint of llama2.c and no GGUF. */
export const isCheckpoint = (file: string): boolean => /\.bin$/i.test(file);

/** Collections of the hub that are no models, and pages that are no owner's. */
const NO_OWNERS: readonly string[] = ['datasets', 'spaces', 'models', 'docs', 'api', 'collections'];

const EXAMPLE =
  'Write hf:owner/repo:Q4_K_M for a quantisation, or hf:owner/repo/file.gguf for a file; a branch or commit goes behind the repository: hf:owner/repo@main.';

const URL_EXAMPLE =
  'Give the address of a repository, or of a .gguf file in it: https://huggingface.co/owner/repo/blob/main/file.gguf';

/** @param text what stands behind `hf:` */
export function parseHub(text: string): HubReference {
  const [owner = '', second = '', ...rest] = text.split('/');
  const { repo, revision, quantisation } = splitRepository(second);
  const repository = checkedRepository(owner, repo, `hf:${text}`);
  if (revision === '') {
    throw badReference(`no revision stands behind the @ of ${shownText(`hf:${text}`)}`, EXAMPLE);
  }
  if (revision !== undefined) checkRevision(revision);
  if (rest.length === 0) {
    if (quantisation !== undefined && !QUANTISATION.test(quantisation)) {
      throw badReference(
        quantisation === ''
          ? `no quantisation stands behind the colon of ${shownText(`hf:${text}`)}`
          : `${shownText(quantisation)} is no name of a quantisation`,
        EXAMPLE,
      );
    }
    // What registries call what is not named; a hub's repository has no such thing.
    const isNamed = quantisation !== undefined && quantisation !== 'latest';
    return hubReference({ repository, revision, quantisation: isNamed ? quantisation : undefined });
  }
  if (rest.every((name) => name === '')) {
    throw badReference(
      `no file stands behind the last slash of ${shownText(`hf:${text}`)}`,
      EXAMPLE,
    );
  }
  if (quantisation !== undefined) {
    throw badReference(
      quantisation === ''
        ? `no quantisation stands behind the colon of ${shownText(`hf:${text}`)}`
        : `${shownText(`hf:${text}`)} names a quantisation and a file: only one of them can be meant`,
      EXAMPLE,
    );
  }
  return hubReference({
    repository,
    revision,
    file: checkedFile(rest.join('/'), isCommit(revision)),
  });
}

/**
 * The reference that an address of the hub's pages stands for: of a repository, of its tree, or of a file,
 * whether shown (`/blob/`) or downloaded (`/resolve/`).
 *
 * @param hubUrl a hub of another place than the usual, which may be below a path
 */
export function parseHubUrl(url: URL, hubUrl?: URL): HubReference {
  const below = isBelow(url, hubUrl) ? pathOf(hubUrl!).length : 0;
  const [owner = '', repo = '', page, revision, ...path] = url.pathname
    .slice(below)
    .split('/')
    .slice(1)
    .filter((name, index, all) => name !== '' || index < all.length - 1)
    .map((name) => decoded(name));
  const shown = shownUrl(url);
  const repository = checkedRepository(owner, repo, shown);
  const isDefault = revision === undefined || revision === 'main';
  const known = isDefault ? undefined : checkRevision(revision);
  if (page === 'blob' || page === 'resolve' || page === 'raw') {
    if (path.every((name) => name === '')) {
      throw badReference(`${shown} names no file`, URL_EXAMPLE);
    }
    return hubReference({ repository, revision: known, file: checkedFile(path.join('/')) });
  }
  if (page !== undefined && page !== 'tree') {
    throw badReference('this address is of no page of the hub that has a model', URL_EXAMPLE);
  }
  const shownFile = url.searchParams.get('show_file_info');
  return hubReference({
    repository,
    revision: known,
    file: shownFile === null ? undefined : checkedFile(shownFile),
  });
}

/** @param hubUrl a hub of another place than the usual */
export function isHubUrl(url: URL, hubUrl?: URL): boolean {
  return isBelow(url, hubUrl) || (isWeb(url) && HUB_HOSTS.includes(url.host));
}

function isBelow(url: URL, hubUrl: URL | undefined): boolean {
  return url.origin === hubUrl?.origin && url.pathname.startsWith(`${pathOf(hubUrl)}/`);
}

/** Without a slash at its end. */
const pathOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '');

const isWeb = ({ protocol }: URL): boolean => protocol === 'https:';

/** What stands behind the host of a text like `hf.co/owner/repo:Q4_K_M`, or undefined for another text. */
export function behindHubHost(text: string): string | undefined {
  const [host = '', ...rest] = text.split('/');
  return HUB_HOSTS.includes(host.toLowerCase()) && rest.length > 0 ? rest.join('/') : undefined;
}

export function formatHub({ repository, revision, file, quantisation }: HubReference): string {
  const at = revision === undefined ? '' : `@${revision.replaceAll('/', '%2F')}`;
  const what = file === undefined ? '' : `/${file}`;
  return `hf:${repository}${at}${what}${quantisation === undefined ? '' : `:${quantisation}`}`;
}

/** `repo`, `repo@revision`, `repo:QUANTISATION` or all three. */
function splitRepository(text: string): {
  repo: string;
  revision: string | undefined;
  quantisation: string | undefined;
} {
  const colon = text.indexOf(':');
  const front = colon < 0 ? text : text.slice(0, colon);
  const at = front.indexOf('@');
  return {
    repo: at < 0 ? front : front.slice(0, at),
    revision: at < 0 ? undefined : front.slice(at + 1).replace(/%2f/gi, '/'),
    quantisation: colon < 0 ? undefined : text.slice(colon + 1),
  };
}

/** @param shown the whole reference, for messages */
function checkedRepository(owner: string, repo: string, shown: string): string {
  const isOwner = NAME.test(owner) && !NO_OWNERS.includes(owner);
  if (isOwner && NAME.test(repo)) return `${owner}/${repo}`;
  if (owner === '' && repo === '') {
    throw badReference(`${shownText(shown)} names no repository of the hub`, EXAMPLE);
  }
  if (owner === '' || repo === '') {
    const [lacks, has] = owner === '' ? ['owner', 'repository'] : ['repository', 'owner'];
    throw badReference(
      `${shownText(shown)} names no ${lacks}, only the ${has} ${shownText(owner + repo)}`,
      EXAMPLE,
    );
  }
  throw badReference(
    `${shownText(`${owner}/${repo}`)} is no model's repository of the hub`,
    EXAMPLE,
  );
}

function checkRevision(revision: string): string {
  if (REVISION.test(revision) && isPlainPath(revision) && !revision.includes('..')) return revision;
  throw badReference(`${shownText(revision)} is no branch, tag or commit`, EXAMPLE);
}

/** Whether it is in full, as zosia itself writes down where a model is from. */
const isCommit = (revision: string | undefined): boolean => /^[0-9a-f]{40}$/.test(revision ?? '');

/** @param isKept whether a model that is there already may be from it: a checkpoint that came with its tokenizer */
function checkedFile(file: string, isKept = false): string {
  const deceptive = deceptiveCharacter(file);
  if (!isPlainPath(file) || deceptive !== undefined) {
    const because = deceptive === undefined ? '' : `: it has ${deceptive}`;
    throw badReference(
      `${shownText(file)} is no path of a file in a repository${because}`,
      EXAMPLE,
    );
  }
  if (MODEL_FILE.test(file)) {
    if (isCheckpoint(file) && !isKept) {
      throw badReference(
        `${shownText(file)} is no GGUF: a checkpoint of llama2.c needs its tokenizer, too`,
        CHECKPOINT_HINT,
      );
    }
    return file;
  }
  throw badReference(
    `${shownText(file)} is no GGUF by its name`,
    'zosia pulls models in GGUF (.gguf). A quantisation goes behind a colon: hf:owner/repo:Q4_K_M',
  );
}

function hubReference(parts: Omit<HubReference, 'kind'>): HubReference {
  const { repository, revision, file, quantisation } = parts;
  return {
    kind: 'hub',
    repository,
    ...(revision !== undefined && { revision }),
    ...(file !== undefined && { file }),
    ...(quantisation !== undefined && { quantisation }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badReference('this address of the hub has an encoding that is no UTF-8');
  }
}
