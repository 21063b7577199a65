import type { HttpAnswer } from '../../download/http-client.js';
import { CHECKPOINT_HINT, isCheckpoint } from '../references/parse-hub.js';
import type { ModelReference } from '../references/reference.js';
import { shownAnswerer } from '../../download/place.js';
import { shownText, shownUrl } from '../../download/shown-text.js';
import type { ResolvedModel, ResolveOptions } from '../resolved-model.js';
import type { SourceContext } from './context.js';
import { badStatus, notThere, refused, unusable } from './failures.js';
import { nameFrom, safeFileName } from './safe-file-name.js';

type UrlReference = Extract<ModelReference, { kind: 'https' }>;

const GGUF_FILE = /\.gguf$/i;

/** The most that is downloaded of a file whose server does not say how long it is. */
const MAX_BYTES = 4 * 1024 ** 4;

/**
 * Asks a server for the size and name of a file. Behind `#sha256=` the URL may say what digest it has.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_REFUSED`, `ZOSIA_MODEL_UNUSABLE` for a page of text, or
 *   a name that no model has, `ZOSIA_DOWNLOAD_FAILED`
 */
export async function resolveHttps(
  { url: given }: UrlReference,
  { http }: Pick<SourceContext, 'http'>,
  options: ResolveOptions = {},
): Promise<ResolvedModel> {
  const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(given.hash)?.[1]?.toLowerCase();
  const credentials = basicCredentials(given);
  const url = new URL(given);
  url.username = url.password = url.hash = '';
  const what = shownUrl(url);
  const answer = await facts(url, what, http, credentials, options);
  const { headers } = answer;
  // Some servers call all that they do not know text/plain: what it is, its first bytes tell.
  const type = headers['content-type'] ?? '';
  if (/^\s*(?:text\/(?:html|xml)|application\/(?:xhtml|json|xml))/i.test(type)) {
    throw unusable(
      `${shownAnswerer(answer, what)} is a page, not a model`,
      `Its server says that it is ${shownText(type)}. Give the address that the button for downloading leads to.`,
    );
  }
  const name = fileNameOf(headers['content-disposition']) ?? lastName(url);
  if (name !== undefined && isCheckpoint(name)) {
    throw unusable(
      `${what} is no GGUF: a checkpoint of llama2.c needs its tokenizer, too`,
      CHECKPOINT_HINT,
    );
  }
  if (name === undefined || !GGUF_FILE.test(name)) {
    throw unusable(
      `${what} is of no file that is named as a model is`,
      'Its name has to end in .gguf.',
    );
  }
  const fileName = safeFileName(name);
  const sizeBytes = sizeOf(answer);
  const isPinned = sha256 === undefined ? '' : `#sha256=${sha256}`;
  const plain = `${url.protocol}//${url.host}${url.pathname}`;
  return {
    reference: plain + isPinned,
    name: nameFrom(fileName.replace(GGUF_FILE, '')),
    source: { kind: 'https', repository: plain },
    files: [
      {
        name: fileName,
        fileName,
        role: 'model',
        url,
        maxBytes: MAX_BYTES,
        ...(sizeBytes !== undefined && { sizeBytes }),
        ...(sha256 !== undefined && { sha256 }),
        ...(credentials && { credentials }),
      },
    ],
  };
}

/** Not all servers answer HEAD; those are asked for the first byte. */
async function facts(
  url: URL,
  what: string,
  http: SourceContext['http'],
  credentials: Readonly<Record<string, string>> | undefined,
  { signal, onWait }: ResolveOptions,
): Promise<HttpAnswer> {
  const request = { what, ...(credentials && { credentials }), signal, onWait };
  const head = await http.request(url, { ...request, method: 'HEAD' });
  if (head.status === 200) return head;
  checkStatus(head, url, what, credentials !== undefined);
  const first = await http.request(url, {
    ...request,
    headers: { range: 'bytes=0-0' },
    // A server without ranges begins to send the whole file.
    headersOnly: true,
  });
  if (first.status === 206 || first.status === 200) return first;
  checkStatus(first, url, what, credentials !== undefined);
  if (first.status === 403) {
    throw refused(
      `${shownAnswerer(first, url.host)} does not let you have ${what}`,
      'Links with a signature in them are valid for a while: take a new one.',
    );
  }
  throw badStatus(first, url.host, what);
}

function checkStatus(answer: HttpAnswer, { host }: URL, what: string, isNamed: boolean): void {
  const { status } = answer;
  if (status === 404 || status === 410) {
    throw notThere(`${shownAnswerer(answer, what)} is not there`, 'Check the URL.');
  }
  if (status === 401) {
    throw refused(
      `${shownAnswerer(answer, host)} wants to know who asks for ${what}`,
      isNamed
        ? 'Check the user and the password in the URL.'
        : 'Name a user in the URL: https://user:password@host/path',
    );
  }
}

function basicCredentials({ username, password }: URL): { authorization: string } | undefined {
  if (username + password === '') return undefined;
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
}

/** From Content-Range where a part was asked for, else from Content-Length. */
function sizeOf({ status, headers }: HttpAnswer): number | undefined {
  const text =
    status === 206
      ? /^bytes \d+-\d+\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
      : headers['content-length'];
  const isCoded = (headers['content-encoding'] ?? 'identity') !== 'identity';
  const size = Number(text);
  return text === undefined || isCoded || !/^\d+$/.test(text) || !Number.isSafeInteger(size)
    ? undefined
    : size;
}

/** The name in a Content-Disposition (RFC 6266), without the folders that it must not have. */
function fileNameOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header)?.[1];
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header);
  const name = extended === undefined ? (plain?.[1] ?? plain?.[2]) : decoded(extended);
  return name?.split(/[/\\]/).at(-1);
}

function lastName({ pathname }: URL): string | undefined {
  return decoded(pathname.split('/').at(-1)!)?.split(/[/\\]/).at(-1);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
