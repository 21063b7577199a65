import { fileURLToPath } from 'node:url';
import { shownText, shownUrl } from '../../download/shown-text.js';
import { asItLooks, deceptiveCharacter } from '../../formats/unseen.js';
import type { ModelReference } from './reference.js';
import { behindHubHost, formatHub, isHubUrl, parseHub, parseHubUrl } from './parse-hub.js';
import {
  behindOllamaHost,
  formatOci,
  formatOllama,
  parseDocker,
  parseOci,
  parseOllama,
} from './parse-registry.js';
import {
  badReference,
  FORMS,
  isLoopback,
  MAX_REFERENCE_LENGTH,
  MODEL_FILE,
} from './reference-error.js';

export interface ParseOptions {
  /** A hub of another place than huggingface.co; addresses of its pages are taken for its models, too. */
  readonly hubUrl?: URL | undefined;
}

/** A name: of the catalogue, of the store, or of a file in models/. */
const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** Schemes with what parses the text behind them; `//` behind the colon is passed over. */
const SCHEMES: ReadonlyMap<string, (text: string) => ModelReference> = new Map<
  string,
  (text: string) => ModelReference
>([
  ['hf', parseHub],
  ['huggingface', parseHub],
  ['ollama', parseOllama],
  ['oci', parseOci],
  ['docker', parseDocker],
]);

/**
 * Takes apart what a user calls a model by. Spellings of other programs are understood, too:
 * `hf.co/owner/repo:Q4_K_M`, `huggingface://owner/repo/file.gguf`, `ollama://name`, `docker://ai/name`, and
 * addresses of the hub's pages.
 *
 * @throws ZosiaError `ZOSIA_REFERENCE_INVALID`
 */
export function parseReference(text: string, options: ParseOptions = {}): ModelReference {
  if (text.trim() === '') throw badReference('no model is named');
  if (text.length > MAX_REFERENCE_LENGTH) {
    throw badReference(`a model is named in ${text.length} characters, more than any has`);
  }
  // Before anything is shown of it: a URL may have a password.
  if (/^https?:/i.test(text)) return parseUrl(text, options);
  const deceptive = deceptiveCharacter(text);
  // A file of this host has the name that it has; what only looks like a reference is no file that anybody meant.
  if (deceptive !== undefined && (UNPRINTED.test(text) || !isPath(text) || isPrefixed(text))) {
    throw badReference(`${shownText(text)} has ${deceptive}`, SPELLED);
  }
  if (/^file:/i.test(text)) {
    if (/^file:\/*$/i.test(text))
      throw badReference(`${shownText(text)} names no file`, FILE_EXAMPLE);
    return { kind: 'path', path: pathOf(text) };
  }
  const scheme = /^([a-z]+):(?:\/\/)?(.*)$/i.exec(text);
  const parse = scheme && SCHEMES.get(scheme[1]!.toLowerCase());
  if (parse) return parse(scheme[2]!);
  const hub = behindHubHost(text);
  if (hub !== undefined) return parseHub(hub);
  const ollama = behindOllamaHost(text);
  if (ollama !== undefined) return parseOllama(ollama);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw badReference(`${shownText(text)} begins with a scheme that zosia does not know`);
  }
  if (looksLikePath(text)) return { kind: 'path', path: text };
  if (NAME.test(text)) return { kind: 'name', name: text };
  const [front = '', behind] = text.split(':');
  if (behind === '' || (front === '' && behind !== undefined)) {
    throw badReference(
      `${shownText(text)} has nothing ${behind === '' ? 'behind' : 'before'} its colon`,
    );
  }
  throw badReference(`${shownText(text)} is no name of a model`, hintForName(text));
}

/** Controls, format characters and the like: not even a file is named by them. */
const UNPRINTED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const SPELLED = 'Write it anew, in letters, digits and signs of ASCII, rather than copy it.';

const looksLikePath = (text: string): boolean =>
  text.includes('/') || /^[.~]/.test(text) || MODEL_FILE.test(text);

/** What something else than a file is told by. */
const PREFIX = /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:hf|huggingface|ollama|oci|docker|https?|file):)/i;

const isPath = (text: string): boolean =>
  /^file:/i.test(text) ||
  (looksLikePath(text) &&
    !PREFIX.test(text) &&
    behindHubHost(text) === undefined &&
    behindOllamaHost(text) === undefined);

/** Whether a text looks as if it were no path. */
function isPrefixed(text: string): boolean {
  const looks = asItLooks(text).trim();
  return (
    !/^file:/i.test(text) &&
    (PREFIX.test(looks) ||
      behindHubHost(looks) !== undefined ||
      behindOllamaHost(looks) !== undefined)
  );
}

/**
 * The inverse of {@link parseReference}: parsed again, it gives the same. User name and password of a URL are
 * left out.
 */
export function formatReference(reference: ModelReference): string {
  switch (reference.kind) {
    case 'path':
      // A path of a form that something else has, too, such as `hf:a/b`, is told by its first characters.
      return isRead(reference.path) ? reference.path : `./${reference.path}`;
    case 'name':
      return reference.name;
    case 'hub':
      return formatHub(reference);
    case 'ollama':
      return formatOllama(reference);
    case 'oci':
      return formatOci(reference);
    case 'https':
      return withoutCredentials(reference.url).href;
  }
}

/** A URL without user name and password. */
export function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = bare.password = '';
  return bare;
}

/** What a path that is not there may have been meant for: `hf:owner/repo` for `owner/repo`. */
export function otherReadings(path: string): string[] {
  const readings = [`hf:${path}`, `oci:${path}`];
  return readings.filter((reading) => {
    try {
      parseReference(reading);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether a path is taken for itself. */
function isRead(path: string): boolean {
  try {
    const reference = parseReference(path);
    return reference.kind === 'path' && reference.path === path;
  } catch {
    return false;
  }
}

function parseUrl(text: string, { hubUrl }: ParseOptions): ModelReference {
  const deceptive = deceptiveCharacter(text);
  if (deceptive !== undefined) {
    throw badReference(
      `this URL has ${deceptive}`,
      'Write it anew, rather than copy it; what is no ASCII has to be encoded, as browsers do it.',
    );
  }
  if (/^https?:\/*$/i.test(text)) {
    throw badReference(`${shownText(text)} names no host`, URL_EXAMPLE);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isDecodable(url)) {
    throw badReference(
      'this is no URL: its host cannot be made out, or it has an encoding that is no UTF-8',
      URL_EXAMPLE,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw badReference(
      `${shownUrl(url)} is asked for without encryption`,
      'Write https://. Plain http is for servers on this host alone.',
    );
  }
  if (isHubUrl(url, hubUrl)) return parseHubUrl(url, hubUrl);
  const sum = /^#sha256=(.*)$/i.exec(url.hash);
  if (url.hash !== '' && !(sum && /^[0-9a-f]{64}$/i.test(sum[1]!))) {
    throw badReference(
      `${shownUrl(url)} has something behind # that is no digest`,
      'Write #sha256= and 64 digits 0-9a-f behind the URL, or leave it out.',
    );
  }
  return { kind: 'https', url };
}

const URL_EXAMPLE =
  'Write https://host/path/file.gguf; #sha256= and a digest behind it have the file compared with that.';

function isDecodable({ pathname, username, password }: URL): boolean {
  try {
    [pathname, username, password].forEach(decodeURIComponent);
    return true;
  } catch {
    return false;
  }
}

const FILE_EXAMPLE =
  'Give the path itself, or file:/// with the path behind it: file:///home/me/model.gguf.';

function pathOf(text: string): string {
  try {
    return fileURLToPath(text);
  } catch {
    throw badReference(`${shownText(text)} is of no file of this host`, FILE_EXAMPLE);
  }
}

/** Names with a colon are those of Ollama's models, which its users bring along. */
function hintForName(text: string): string {
  const isTagged = /^[\w.-]+:[\w.-]+$/.test(text);
  return isTagged ? `For a model of Ollama's registry write ollama:${text}` : FORMS;
}
