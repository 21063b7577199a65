import * as v from 'valibot';
import type { HttpAnswer, HttpClient } from '../../download/http-client.js';
import { jsonOf } from '../../download/http-client.js';
import { anyObject, byteCount, matching, object } from '../../json.js';
import { isPlainPath } from '../references/reference-error.js';
import type { ResolveOptions } from '../resolved-model.js';
import { shownText } from '../../download/shown-text.js';
import { badAnswer } from './failures.js';

const MIB = 1024 * 1024;

/** The list of a repository's files comes in pages of at most 1000, of some hundred bytes each. */
const MAX_ANSWER_BYTES = 4 * MIB;
const MAX_FILES = 20_000;
const MAX_PAGES = 40;

const INFO = object({
  sha: matching(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/),
  gated: v.optional(v.unknown()),
  tags: v.optional(v.unknown()),
  cardData: v.optional(v.unknown()),
});
const ENTRY = object({
  type: v.string(),
  path: v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024)),
  size: byteCount,
  lfs: v.nullish(object({ oid: matching(/^[0-9a-f]{64}$/), size: byteCount })),
});

/** A file of the hub, as its tree tells. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Of its content; known of files that Git keeps elsewhere, as it does all large ones. */
  readonly sha256: string | undefined;
}

export interface HubModel {
  readonly commit: string;
  /** Whether the hub gives its files only to those who have agreed to something. */
  readonly isGated: boolean;
  /** The hub's word for it: `apache-2.0`. */
  readonly licence: string | undefined;
}

export interface HubApi {
  /** @param revision a branch, tag or commit; the default branch unless given */
  model(repository: string, revision?: string): Promise<HubModel>;
  /** @param commit as `model` tells it */
  files(repository: string, commit: string): Promise<HubFile[]>;
}

/**
 * The hub's API, by the hub's own library, whose every request goes through `http` and is checked on its way:
 * what is asked is the hub alone, and what comes back is bounded and of the known form.
 *
 * @param check throws for an answer that is no success
 */
export function hubApi(
  http: HttpClient,
  hubUrl: URL,
  credentials: Readonly<Record<string, string>> | undefined,
  check: (answer: HttpAnswer) => void,
  { signal, onWait }: ResolveOptions,
): HubApi {
  const ask = async (url: string, what: string, schema: v.GenericSchema): Promise<Response> => {
    const asked = new URL(url);
    if (asked.origin !== hubUrl.origin) {
      throw badAnswer(`${hubUrl.host} sends zosia elsewhere for ${what}, to ${asked.host}`);
    }
    const answer = await http.request(asked, {
      what,
      headers: { accept: 'application/json' },
      credentials,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
      onWait,
    });
    check(answer);
    jsonOf(answer, schema, what);
    const { link } = answer.headers;
    return new Response(answer.bytes.slice(), {
      headers: { 'content-type': 'application/json', ...(link !== undefined && { link }) },
    });
  };
  const base = hubUrl.href.replace(/\/+$/, '');

  return {
    async model(repository, revision = 'HEAD') {
      const { modelInfo } = await import('@huggingface/hub');
      const what = `the model ${repository}`;
      const info = await modelInfo({
        name: repository,
        hubUrl: base,
        revision,
        additionalFields: ['sha', 'cardData', 'tags'],
        fetch: (url) => ask(urlOf(url), what, INFO),
      });
      return {
        commit: info.sha,
        isGated: Boolean(info.gated),
        licence: licenceOf(info.cardData, info.tags),
      };
    },

    async files(repository, commit) {
      const { listFiles } = await import('@huggingface/hub');
      const what = `the files of ${repository}`;
      const files: HubFile[] = [];
      const paths = new Set<string>();
      let pages = 0;
      const entries = listFiles({
        repo: { type: 'model', name: repository },
        recursive: true,
        revision: commit,
        hubUrl: base,
        fetch: (url) => {
          if (++pages > MAX_PAGES)
            throw badAnswer(`${hubUrl.host} does not come to an end of ${what}`);
          return ask(urlOf(url), what, v.array(ENTRY));
        },
      });
      for await (const { type, path, size, lfs } of entries) {
        // A path that leads out of the repository would be another address of the hub.
        if (type !== 'file' || !isPlainPath(path)) continue;
        if (files.length >= MAX_FILES) throw badAnswer(`${hubUrl.host} has too many of ${what}`);
        if (paths.has(path)) throw badAnswer(`${hubUrl.host} lists ${shownText(path)} twice`);
        paths.add(path);
        files.push({ path, sizeBytes: lfs?.size ?? size, sha256: lfs?.oid });
      }
      return files;
    },
  };
}

const urlOf = (url: string | URL | Request): string =>
  typeof url === 'string' ? url : url instanceof URL ? url.href : url.url;

const LICENCE = v.pipe(v.string(), v.regex(/^[\w.+-]{1,64}$/));

/** From the model's card, else from its tags, one of which is `license:apache-2.0`. */
function licenceOf(card: unknown, tags: unknown): string | undefined {
  const written = v.safeParse(v.pipe(anyObject, v.object({ license: v.unknown() })), card);
  const ofCard = written.success ? written.output.license : undefined;
  const first: unknown = Array.isArray(ofCard) ? ofCard[0] : ofCard;
  if (v.is(LICENCE, first)) return first;
  const tag: unknown = Array.isArray(tags)
    ? tags.find((each) => typeof each === 'string' && each.startsWith('license:'))
    : undefined;
  const ofTags = typeof tag === 'string' ? tag.slice('license:'.length) : undefined;
  return v.is(LICENCE, ofTags) ? ofTags : undefined;
}
