import { ZosiaError } from '../errors.js';

/** The proxy by which a URL is reached. */
export interface NamedProxy {
  /** The variable that names it, as it is spelled there. */
  readonly variable: string;
  /** Host and port, without user and password; empty where there is a problem. */
  readonly host: string;
  /** What is wrong with the variable's value, which goes after "it". */
  readonly problem?: string | undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The variables of one scheme; of two spellings that are set the first counts, even where it is empty. */
const OF_HTTP = ['http_proxy', 'HTTP_PROXY'];
const OF_HTTPS = ['https_proxy', 'HTTPS_PROXY'];

/**
 * The proxy that undici's EnvHttpProxyAgent takes for a URL, so that a message can name it: it reads the same
 * variables by the same rules, the spelling in small letters first.
 */
export function proxyFor(
  { protocol, hostname, port }: URL,
  // Not an option of zosia's: undici reads these variables by itself.
  // eslint-disable-next-line no-restricted-properties
  variables: Variables = process.env,
): NamedProxy | undefined {
  const isSecure = protocol === 'https:';
  const number = Number(port === '' ? (isSecure ? 443 : 80) : port);
  const excepted = variables['no_proxy'] ?? variables['NO_PROXY'] ?? '';
  if (excepted === '*') return undefined;
  for (const entry of excepted.split(/[,\s]/).filter((each) => each !== '')) {
    const [, name = entry, only] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const suffix = name.replace(/^\*?\./, '').toLowerCase();
    if (only !== undefined && Number(only) !== number) continue;
    if (hostname === suffix || hostname.endsWith(`.${suffix}`)) return undefined;
  }
  const names = isSecure
    ? [named(OF_HTTPS, variables), named(OF_HTTP, variables)]
    : [named(OF_HTTP, variables)];
  return names.find((each) => each !== undefined);
}

/**
 * Refuses what undici would crash on, or warn of.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION` where the proxy by which a URL is to be reached cannot be used
 */
export function requireUsableProxy(url: URL, proxy = proxyFor(url)): void {
  if (proxy?.problem === undefined) return;
  const { variable, problem } = proxy;
  // Its value may have a password in it, and is not shown.
  throw new ZosiaError(
    'ZOSIA_BAD_OPTION',
    `${variable} names no proxy that can be used: it ${problem}`,
    {
      hint:
        `Set it to a URL like http://proxy.example:3128, or unset it; ` +
        `NO_PROXY=${url.hostname} reaches this host without a proxy.`,
    },
  );
}

/** The proxies of both schemes as undici takes them; an empty one is none. */
export function proxyUrls(
  // eslint-disable-next-line no-restricted-properties
  variables: Variables = process.env,
): { readonly httpProxy: string; readonly httpsProxy: string } {
  const urlOf = (spellings: readonly string[]): string =>
    readProxy(valueOf(spellings, variables)?.value ?? '').url?.href ?? '';
  return { httpProxy: urlOf(OF_HTTP), httpsProxy: urlOf(OF_HTTPS) };
}

function named(spellings: readonly string[], variables: Variables): NamedProxy | undefined {
  const found = valueOf(spellings, variables);
  if (found === undefined) return undefined;
  const { url, problem } = readProxy(found.value);
  return {
    variable: found.variable,
    host: url?.host ?? '',
    ...(problem !== undefined && { problem }),
  };
}

function valueOf(
  spellings: readonly string[],
  variables: Variables,
): { readonly variable: string; readonly value: string } | undefined {
  const variable = spellings.find((name) => variables[name] !== undefined);
  const value = variable === undefined ? '' : variables[variable]!;
  return variable === undefined || value === '' ? undefined : { variable, value };
}

/** One without a scheme is an HTTP proxy, as curl takes it. */
function readProxy(value: string): { readonly url?: URL; readonly problem?: string } {
  const text = value.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) return { problem: 'is no URL' };
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return {
      problem: `is a proxy of the kind ${url.protocol.slice(0, -1)}, where zosia uses http and https`,
    };
  }
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    return { problem: 'has a % in its user or password, which has to be written as %25' };
  }
  return { url };
}
