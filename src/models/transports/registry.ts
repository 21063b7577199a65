import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { HttpAnswer, HttpClient } from '../../download/http-client.js';
import { jsonOf } from '../../download/http-client.js';
import { shownAnswerer } from '../../download/place.js';
import { byteCount, matching, object } from '../../json.js';
import { registryUrl } from '../references/parse-registry.js';
import type { ResolveOptions } from '../resolved-model.js';
import { askToken } from './bearer-token.js';
import { badAnswer, badStatus, notThere, refused, unlessNotThere } from './failures.js';

/** What a registry takes as a manifest (OCI distribution specification 1.1: 4 MiB). */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** Manifests of OCI and of Docker, and lists of them. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  INDEX_TYPE,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.cncf.model.manifest.v1+json',
];

export const DIGEST = matching(/^sha256:[0-9a-f]{64}$/);

/** What points to a blob or a manifest (OCI image specification, "Content Descriptors"). */
export const DESCRIPTOR = object({
  mediaType: v.pipe(v.string(), v.maxLength(256)),
  digest: DIGEST,
  size: byteCount,
  artifactType: v.optional(v.pipe(v.string(), v.maxLength(256))),
  annotations: v.optional(v.nullable(v.record(v.string(), v.string()))),
});
export type Descriptor = v.InferOutput<typeof DESCRIPTOR>;

/** More layers than any model has. */
const MAX_LAYERS = 2000;

const MANIFEST = object({
  artifactType: v.optional(v.pipe(v.string(), v.maxLength(256))),
  config: v.optional(DESCRIPTOR),
  layers: v.optional(v.pipe(v.array(DESCRIPTOR), v.maxLength(MAX_LAYERS))),
  manifests: v.optional(v.pipe(v.array(DESCRIPTOR), v.maxLength(MAX_LAYERS))),
});

/** A manifest, or an index of manifests. */
export interface Manifest extends v.InferOutput<typeof MANIFEST> {
  /** `sha256:` and the digest of its bytes. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface Registry {
  readonly host: string;
  /**
   * A manifest by its tag or digest; one that is asked for by digest has that digest.
   *
   * @param sizeBytes how long it is, where a descriptor has said it
   */
  manifest(version: string, sizeBytes?: number): Promise<Manifest>;
  /**
   * What refers to a manifest, by the registry's own list (OCI distribution specification 1.1, "Listing Referrers"), or
   * where it has none, by the tag that stands in for it.
   *
   * @param artifactType what a registry that can do so lists alone
   */
  referrers(digest: string, artifactType: string): Promise<readonly Descriptor[]>;
  /** The bytes of a small blob, which have the digest and size that its descriptor says. */
  blob(descriptor: Pick<Descriptor, 'digest' | 'size'>, maxBytes: number): Promise<Uint8Array>;
  blobUrl(digest: string): URL;
  /** What a request for a blob has to be sent with, as far as the registry has asked for it. */
  credentials(): Readonly<Record<string, string>> | undefined;
}

/** Hosts whose registry answers at another. */
const API_HOSTS: ReadonlyMap<string, string> = new Map([
  ['docker.io', 'registry-1.docker.io'],
  ['index.docker.io', 'registry-1.docker.io'],
]);

const baseOf = (host: string): URL => registryUrl(API_HOSTS.get(host) ?? host);

const blobUrlBelow = (base: URL, repository: string, digest: string): URL =>
  new URL(`/v2/${repository}/blobs/${digest}`, base);

/**
 * Where a registry has a blob.
 *
 * @param place its host, and the repository behind it: `registry.example/owner/name`
 * @param digest `sha256:` and 64 hexadecimal digits
 * @returns undefined for what is no such place
 */
export function registryBlobUrl(place: string, digest: string): URL | undefined {
  const slash = place.indexOf('/');
  if (slash < 1 || !URL.canParse(`https://${place}`)) return undefined;
  return blobUrlBelow(baseOf(place.slice(0, slash)), place.slice(slash + 1), digest);
}

/**
 * A repository of a registry (OCI distribution specification 1.1), asked without an account: where it wants a
 * token, an anonymous one is fetched as Docker's token specification says.
 *
 * @param what what messages call the model
 */
export function registry(
  http: HttpClient,
  host: string,
  repository: string,
  what: string,
  options: ResolveOptions = {},
): Registry {
  const base = baseOf(host);
  const { signal, onWait } = options;
  let credentials: Readonly<Record<string, string>> | undefined;

  const send = (url: URL, asked: string, maxBytes: number): Promise<HttpAnswer> =>
    http.request(url, {
      what: asked,
      headers: { accept: [...MANIFEST_TYPES, '*/*;q=0.1'].join(', ') },
      ...(credentials && { credentials }),
      maxBytes,
      signal,
      onWait,
    });

  const sendWithToken = async (
    path: string,
    asked: string,
    maxBytes: number,
  ): Promise<HttpAnswer> => {
    const url = new URL(`/v2/${repository}/${path}`, base);
    let answer = await send(url, asked, maxBytes);
    const challenge = answer.headers['www-authenticate'];
    if (answer.status === 401 && credentials === undefined && challenge !== undefined) {
      credentials = await askToken(http, base, challenge, repository, options);
      answer = await send(url, asked, maxBytes);
    }
    return answer;
  };

  const ask = async (path: string, asked: string, maxBytes: number): Promise<HttpAnswer> => {
    const answer = await sendWithToken(path, asked, maxBytes);
    const by = shownAnswerer(answer, host);
    if (answer.status === 404) {
      throw notThere(`${by} has no ${asked}`, 'Check the name and the tag.');
    }
    if (answer.status === 401 || answer.status === 403) {
      throw refused(
        `${by} does not let everybody have ${asked} (status ${answer.status})`,
        'Check the spelling. zosia asks registries without an account.',
      );
    }
    if (answer.status !== 200) throw badStatus(answer, host, asked);
    return answer;
  };

  const source: Registry = {
    host,
    async manifest(version, sizeBytes) {
      const isDigest = version.startsWith('sha256:');
      const asked = isDigest ? `manifest of ${what}` : what;
      const answer = await ask(`manifests/${version}`, asked, MAX_MANIFEST_BYTES);
      const digest = digestOf(answer.bytes);
      const told = answer.headers['docker-content-digest'];
      const isOther = (expected: string | undefined): boolean =>
        expected !== undefined && expected.startsWith('sha256:') && expected !== digest;
      if (isOther(isDigest ? version : undefined) || isOther(told)) {
        throw badAnswer(`${host} gave another manifest of ${what} than its digest says`);
      }
      if (sizeBytes !== undefined && answer.bytes.length !== sizeBytes) {
        throw badAnswer(`${host} gave a manifest of ${what} of another length than it should have`);
      }
      return { ...jsonOf(answer, MANIFEST, what), digest, bytes: answer.bytes };
    },

    async referrers(digest, artifactType) {
      const path = `referrers/${digest}?artifactType=${encodeURIComponent(artifactType)}`;
      const asked = `what refers to ${what}`;
      const answer = await sendWithToken(path, asked, MAX_MANIFEST_BYTES);
      const isList = (answer.headers['content-type'] ?? '').startsWith(INDEX_TYPE);
      // Registries without such lists answer with all kinds of errors and pages.
      const index =
        answer.status === 200 && isList
          ? jsonOf(answer, MANIFEST, asked)
          : await unlessNotThere(source.manifest(digest.replace(':', '-')));
      return index?.manifests ?? [];
    },

    async blob({ digest, size }, maxBytes) {
      if (size > maxBytes) {
        throw badAnswer(
          `${host} has a part of ${what} with ${size} bytes, more than such a part has`,
        );
      }
      const { bytes } = await ask(`blobs/${digest}`, `part of ${what}`, size);
      if (bytes.length === size && digestOf(bytes) === digest) return bytes;
      throw badAnswer(`${host} gave a part of ${what} that is not what its digest says`);
    },

    blobUrl: (digest) => blobUrlBelow(base, repository, digest),
    credentials: () => credentials,
  };
  return source;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
