import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveBytes, serveJson, sha256, startServer } from './served-bytes.js';
import type { Intercept, ModelServer } from './served-bytes.js';

export interface ServedRepository {
  /** By path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** 40 digits; one of its own unless given. */
  readonly commit?: string;
  /** Further names of the commit, beside `main`. */
  readonly tags?: readonly string[];
  /** The hub's name of it; apache-2.0 unless given. */
  readonly licence?: string;
  /** Its files are for those with access alone; what it has is told to everybody. */
  readonly gated?: boolean;
  /** Nobody without the token hears of it. */
  readonly isPrivate?: boolean;
}

export interface HubOptions {
  /** By `owner/repo`. */
  readonly repos: Readonly<Record<string, ServedRepository>>;
  /** The token that may see and have everything. */
  readonly token?: string;
  /** Files of one page of a tree; 1000 unless given, as at the hub. */
  readonly pageSize?: number;
  readonly intercept?: Intercept;
  /** Of the second host. */
  readonly interceptBytes?: Intercept;
}

export interface HubServer extends ModelServer {
  /** The second host, which has the bytes. */
  readonly cdn: ModelServer;
  /** Gives the second host a file that a repository has got meanwhile. */
  publish(bytes: Uint8Array): void;
}

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/**
 * A hub: its API of models and trees, and its files, which are redirected to another host, as the hub does it.
 * Source of the answers' form: huggingface.js, packages/hub/src/types/api, and huggingface_hub, utils/_http.py.
 */
export async function startHub({
  repos,
  token,
  pageSize = 1000,
  intercept,
  interceptBytes,
}: HubOptions): Promise<HubServer> {
  const blobs = new Map<string, Uint8Array>();
  for (const { files } of Object.values(repos)) {
    for (const bytes of Object.values(files)) blobs.set(sha256(bytes), bytes);
  }
  const cdn = await startServer((request, response, { pathname }) => {
    const bytes = blobs.get(pathname.slice('/blobs/'.length));
    if (bytes) serveBytes(request, response, bytes);
    else response.writeHead(404).end();
  }, interceptBytes);

  const answer = (request: IncomingMessage, response: ServerResponse, url: URL): void => {
    const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const isApi = parts[0] === 'api' && parts[1] === 'models';
    const [owner, name, page, revision, ...path] = isApi ? parts.slice(2) : parts;
    const repository = `${owner ?? ''}/${name ?? ''}`;
    const repo = repos[repository];
    const isKnown = token !== undefined && request.headers.authorization === `Bearer ${token}`;
    const fail = (status: number, code: string): void => {
      serveJson(response, { error: code }, { status, headers: { 'x-error-code': code } });
    };
    if (!repo || (repo.isPrivate && !isKnown)) {
      fail(isKnown ? 404 : 401, 'RepoNotFound');
      return;
    }
    const { commit = COMMIT, tags = [] } = repo;
    if (!['HEAD', 'main', commit, ...tags].includes(revision ?? '')) {
      fail(404, 'RevisionNotFound');
    } else if (isApi && page === 'revision') {
      serveJson(response, modelOf(repository, repo, commit));
    } else if (isApi && page === 'tree') {
      const entries = treeOf(repo);
      const first = Number(url.searchParams.get('cursor') ?? 0);
      url.searchParams.set('cursor', String(first + pageSize));
      const isMore = first + pageSize < entries.length;
      const headers: Record<string, string> = isMore ? { link: `<${url.href}>; rel="next"` } : {};
      serveJson(response, entries.slice(first, first + pageSize), { headers });
    } else if (!isApi && page === 'resolve') {
      const bytes = repo.files[path.join('/')];
      if (repo.gated && !isKnown) fail(request.headers.authorization ? 403 : 401, 'GatedRepo');
      else if (!bytes) fail(404, 'EntryNotFound');
      else {
        response.writeHead(302, {
          location: new URL(`/blobs/${sha256(bytes)}`, cdn.url).href,
          'x-linked-etag': `"${sha256(bytes)}"`,
          'x-linked-size': bytes.length,
          'x-repo-commit': commit,
        });
        response.end();
      }
    } else fail(404, 'EntryNotFound');
  };

  const hub = await startServer(answer, intercept);
  return {
    ...hub,
    cdn,
    publish: (bytes) => void blobs.set(sha256(bytes), bytes),
    close: async () => {
      await Promise.all([hub.close(), cdn.close()]);
    },
  };
}

function modelOf(
  id: string,
  { licence = 'apache-2.0', gated }: ServedRepository,
  sha: string,
): unknown {
  return {
    ...{ _id: 'aa', id, sha, private: false, gated: gated ? 'auto' : false },
    ...{ downloads: 1, likes: 1, lastModified: '2024-09-15T00:00:00.000Z' },
    tags: ['gguf', `license:${licence}`],
    cardData: { license: licence },
  };
}

/** Folders and files; large ones are kept by Git LFS, as all GGUFs are. */
function treeOf({ files }: ServedRepository): unknown[] {
  const paths = Object.keys(files);
  const folders = paths.flatMap((path) =>
    path.includes('/') ? [path.replace(/\/[^/]*$/, '')] : [],
  );
  return [
    ...[...new Set(folders)].map((path) => ({ type: 'directory', oid: COMMIT, size: 0, path })),
    ...paths.map((path) => {
      const bytes = files[path]!;
      const isLarge = /\.(?:gguf|bin)$/i.test(path);
      const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 130 };
      return { type: 'file', oid: COMMIT, size: bytes.length, path, ...(isLarge && { lfs }) };
    }),
  ];
}
