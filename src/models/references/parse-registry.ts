import type { ModelReference } from './reference.js';
import { shownText } from '../../download/shown-text.js';
import { badReference, isLoopback } from './reference-error.js';
import { parseHub } from './parse-hub.js';
import type { HubReference } from './parse-hub.js';

export type OllamaReference = Extract<ModelReference, { kind: 'ollama' }>;
export type OciReference = Extract<ModelReference, { kind: 'oci' }>;

/** Whose models are meant unless a host is named. */
const OLLAMA_HOST = 'registry.ollama.ai';
/** Where people find them. */
const OLLAMA_PAGES: readonly string[] = ['ollama.com', 'www.ollama.com', 'ollama.ai', OLLAMA_HOST];
const HUB_IN_OLLAMA: readonly string[] = ['hf.co', 'huggingface.co'];
const DEFAULT_NAMESPACE = 'library';
const DEFAULT_TAG = 'latest';

/** Parts of a name (ollama, types/model/name.go: isValidPart). A namespace has no dot, which tells it from a host. */
const OLLAMA_NAMESPACE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/;
const OLLAMA_NAME = /^[A-Za-z0-9_][\w.-]{0,79}$/;
/** A tag (OCI distribution specification 1.1, "Pulling manifests"). */
const TAG = /^\w[\w.-]{0,127}$/;
/** A repository, as the same has it. */
const OCI_REPOSITORY =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const MAX_REPOSITORY = 255;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

const OLLAMA_EXAMPLE = 'Write ollama:name:tag, as in ollama:llama3.2:1b.';
const OCI_EXAMPLE =
  'Write oci:host/name:tag or oci:host/name@sha256:DIGEST, as in oci:docker.io/ai/smollm2:latest.';

/** @param text what stands behind `ollama:` */
export function parseOllama(text: string): OllamaReference | HubReference {
  const parts = text.split('/');
  const host = parts.length > 1 && looksLikeHost(parts[0]!) ? parts.shift() : undefined;
  if (host !== undefined && HUB_IN_OLLAMA.includes(host)) return parseHub(parts.join('/'));
  const { name, version: tag = DEFAULT_TAG } = splitTag(parts.pop() ?? '');
  const [namespace = DEFAULT_NAMESPACE, ...more] = parts;
  const lack = name === '' ? 'no model' : tag === '' ? 'no tag behind the colon' : undefined;
  if (lack !== undefined) {
    throw badReference(`${shownText(`ollama:${text}`)} names ${lack}`, OLLAMA_EXAMPLE);
  }
  const isName = OLLAMA_NAMESPACE.test(namespace) && OLLAMA_NAME.test(name) && more.length === 0;
  if (!isName || !TAG.test(tag)) {
    throw badReference(`${shownText(text)} is no name of a model of Ollama's`, OLLAMA_EXAMPLE);
  }
  const isUsual = host === undefined || OLLAMA_PAGES.includes(host);
  const named = isUsual ? undefined : checkedHost(host, OLLAMA_EXAMPLE);
  return {
    kind: 'ollama',
    ...(named !== undefined && { host: named }),
    repository: `${namespace}/${name}`,
    tag,
  };
}

/** What stands behind the host of a text like `ollama.com/library/name`, or undefined for another text. */
export function behindOllamaHost(text: string): string | undefined {
  const [host = '', ...rest] = text.split('/');
  return OLLAMA_PAGES.includes(host.toLowerCase()) && rest.length > 0 ? rest.join('/') : undefined;
}

/** @param text what stands behind `oci:` */
export function parseOci(text: string): OciReference {
  const shown = shownText(`oci:${text}`);
  const [host = ''] = text.split('/');
  if (!looksLikeHost(host)) {
    throw badReference(
      host === ''
        ? `${shown} names no registry`
        : `${shown} names no registry: the host comes first`,
      OCI_EXAMPLE,
    );
  }
  const rest = text.slice(host.length + 1);
  const at = rest.indexOf('@');
  const { name: repository, version: tag } = splitTag(at < 0 ? rest : rest.slice(0, at));
  const digest = at < 0 ? undefined : rest.slice(at + 1);
  const lack =
    repository === ''
      ? `no model at the registry ${shownText(host)}`
      : tag === ''
        ? 'no tag behind the colon'
        : digest === ''
          ? 'no digest behind the @'
          : undefined;
  if (lack !== undefined) throw badReference(`${shown} names ${lack}`, OCI_EXAMPLE);
  const isRepository = OCI_REPOSITORY.test(repository) && repository.length <= MAX_REPOSITORY;
  if (!isRepository || (tag !== undefined && !TAG.test(tag))) {
    const capitals = /[A-Z]/.test(repository) ? ' Names of registries have no capitals.' : '';
    throw badReference(`${shownText(rest)} is no name in a registry`, OCI_EXAMPLE + capitals);
  }
  if (digest !== undefined && !DIGEST.test(digest)) {
    throw badReference(
      `${shownText(digest)} is no digest`,
      `Write sha256: and 64 digits 0-9a-f. ${OCI_EXAMPLE}`,
    );
  }
  return {
    kind: 'oci',
    host: checkedHost(host, OCI_EXAMPLE),
    repository,
    version: digest ?? tag ?? DEFAULT_TAG,
  };
}

/** As `parseOci`, but for Docker's registry where none is named. @param text what stands behind `docker:` */
export function parseDocker(text: string): OciReference {
  if (text === '') throw badReference('docker: names no model', 'Write docker:ai/smollm2:latest.');
  const [first = ''] = text.split('/');
  return parseOci(text.includes('/') && looksLikeHost(first) ? text : `docker.io/${text}`);
}

export function formatOllama({ host, repository, tag }: OllamaReference): string {
  const short = repository.replace(`${DEFAULT_NAMESPACE}/`, '');
  const isShort = host === undefined && !short.includes('/');
  const front = host === undefined ? '' : `${host}/`;
  return `ollama:${front}${isShort ? short : repository}:${tag}`;
}

export function formatOci({ host, repository, version }: OciReference): string {
  return `oci:${host}/${repository}${DIGEST.test(version) ? '@' : ':'}${version}`;
}

/** The address of a registry: https, but for one on this host. */
export function registryUrl(host: string): URL {
  const { hostname } = new URL(`https://${host}`);
  return new URL(`${isLoopback(hostname) ? 'http' : 'https'}://${host}`);
}

/** The host of Ollama's registry that a reference means. */
export const ollamaHost = ({ host }: OllamaReference): string => host ?? OLLAMA_HOST;

/** As other programs tell a host from a first part of a name: by a dot, a port, or being localhost. */
function looksLikeHost(text: string): boolean {
  return /[.:]/.test(text) || text === 'localhost';
}

function checkedHost(host: string, example: string): string {
  const isForm =
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/.test(host);
  const isHost = isForm && host.length <= 260 && !host.includes('..');
  if (isHost && URL.canParse(`https://${host}`)) return host.toLowerCase();
  throw badReference(`${shownText(host)} is no host`, example);
}

/** `name` or `name:tag`, the tag behind the last slash. */
function splitTag(text: string): { name: string; version: string | undefined } {
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
  return colon < 0
    ? { name: text, version: undefined }
    : { name: text.slice(0, colon), version: text.slice(colon + 1) };
}
