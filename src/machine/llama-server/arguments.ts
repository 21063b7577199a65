import { anyObject, tryJson } from '../../json.js';

/** Settings of one answer, by their names in the body of POST /completion (llama.cpp, tools/server/README.md). */
export interface SamplingSettings {
  /** At most so many tokens; -1 for as many as the context has room for. */
  readonly n_predict?: number;
  readonly temperature?: number;
  readonly top_k?: number;
  readonly top_p?: number;
  readonly min_p?: number;
  readonly repeat_penalty?: number;
  readonly repeat_last_n?: number;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  /** The server draws one unless given. */
  readonly seed?: number;
  readonly ignore_eos?: boolean;
  /** Texts that end the answer. */
  readonly stop?: readonly string[];
  /** In GBNF. */
  readonly grammar?: string;
  /** A JSON schema that the answer follows. */
  readonly json_schema?: Readonly<Record<string, unknown>>;
}

/** Arguments of llama-completion, as llama-server takes them. */
export interface SplitArguments {
  /** For llama-server's command line. */
  readonly server: readonly string[];
  /** For the request. */
  readonly sampling: SamplingSettings;
  /** Whether the prompt is a turn of a conversation; undefined where the model is to decide. */
  readonly conversation: boolean | undefined;
  readonly systemPrompt: string | undefined;
  /** Whether a model that can reason is to; undefined where that was not said. */
  readonly thinks: boolean | undefined;
  /** The length of the context that the server is told; undefined for the model's own. */
  readonly contextTokens: number | undefined;
}

type Settings = { -readonly [Name in keyof SamplingSettings]: SamplingSettings[Name] };
type NumberName = {
  [Name in keyof SamplingSettings]-?: SamplingSettings[Name] extends number | undefined
    ? Name
    : never;
}[keyof SamplingSettings];

/** Options that set a number. */
const NUMBERS: Readonly<Record<string, NumberName>> = {
  '-n': 'n_predict',
  '--predict': 'n_predict',
  '--n-predict': 'n_predict',
  '-s': 'seed',
  '--seed': 'seed',
  '--temp': 'temperature',
  '--temperature': 'temperature',
  '--top-k': 'top_k',
  '--top-p': 'top_p',
  '--min-p': 'min_p',
  '--repeat-penalty': 'repeat_penalty',
  '--repeat-last-n': 'repeat_last_n',
  '--presence-penalty': 'presence_penalty',
  '--frequency-penalty': 'frequency_penalty',
};

const WHOLE: readonly NumberName[] = ['n_predict', 'seed', 'top_k', 'repeat_last_n'];
const MAX_SEED = 2 ** 32 - 1;

/** Options without a value that change only how llama-completion prints; llama-server has none of them. */
const OF_THE_TERMINAL: readonly string[] = [
  '-st',
  '--single-turn',
  '--simple-io',
  '--display-prompt',
  '--no-display-prompt',
  '--verbose-prompt',
  '-mli',
  '--multiline-input',
];
/** Such options with a value. */
const OF_THE_TERMINAL_WITH_VALUE: readonly string[] = [
  '-co',
  '--color',
  '-ptc',
  '--print-token-count',
];

const CONVERSATION: Readonly<Record<string, boolean>> = {
  '-cnv': true,
  '--conversation': true,
  '-no-cnv': false,
  '--no-conversation': false,
};

const REASONING_OPTIONS: readonly string[] = ['-rea', '--reasoning'];
/** What a template decides by itself is left to it. */
const REASONING: Readonly<Record<string, boolean | undefined>> = {
  on: true,
  off: false,
  auto: undefined,
};

/**
 * Tells a user's arguments for llama.cpp apart: what belongs to one request goes there, so that one loaded
 * server answers with different settings. The last of two settings wins, as in llama.cpp. All that is not
 * known here goes to the server, which refuses what is wrong, such as a number that is none.
 */
export function splitArguments(args: readonly string[]): SplitArguments {
  const server: string[] = [];
  const sampling: Settings = {};
  let conversation: boolean | undefined;
  let systemPrompt: string | undefined;
  let thinks: boolean | undefined;
  let contextTokens: number | undefined;

  const rest = [...args];
  for (let argument; (argument = rest.shift()) !== undefined;) {
    const option = optionName(argument);
    const [value] = rest;
    if (OF_THE_TERMINAL.includes(option)) continue;
    if (Object.hasOwn(CONVERSATION, option)) {
      conversation = CONVERSATION[option];
    } else if (option === '--ignore-eos') {
      sampling.ignore_eos = true;
    } else if (value === undefined) {
      server.push(argument);
    } else if (takesSetting(option, value, sampling)) {
      rest.shift();
    } else if (OF_THE_TERMINAL_WITH_VALUE.includes(option)) {
      rest.shift();
    } else if (option === '-sys' || option === '--system-prompt') {
      systemPrompt = value;
      rest.shift();
    } else if (REASONING_OPTIONS.includes(option) && Object.hasOwn(REASONING, value)) {
      thinks = REASONING[value];
      rest.shift();
    } else {
      if (option === '-c' || option === '--ctx-size') contextTokens = contextOf(value);
      server.push(argument);
    }
  }
  return { server, sampling, conversation, systemPrompt, thinks, contextTokens };
}

/** llama.cpp takes an underscore for a dash. */
const optionName = (argument: string): string =>
  argument.startsWith('--') ? argument.replaceAll('_', '-') : argument;

/** Puts down what an option sets; false for one that belongs to no request. */
function takesSetting(option: string, value: string, sampling: Settings): boolean {
  if (option === '-r' || option === '--reverse-prompt') {
    sampling.stop = [...(sampling.stop ?? []), value];
    return true;
  }
  if (option === '--grammar') {
    sampling.grammar = value;
    return true;
  }
  if (option === '-j' || option === '--json-schema') {
    const schema = tryJson(anyObject, value);
    if (schema === undefined) return false;
    sampling.json_schema = schema;
    return true;
  }
  const name = Object.hasOwn(NUMBERS, option) ? NUMBERS[option] : undefined;
  return name !== undefined && takesNumber(name, value, sampling);
}

function takesNumber(name: NumberName, value: string, sampling: Settings): boolean {
  const form = WHOLE.includes(name) ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const number = Number(value);
  if (!form.test(value) || !Number.isFinite(number)) return false;
  if (name === 'seed') return takesSeed(number, sampling);
  // -2 is as many as the context has room for, and without an end there are no more either.
  sampling[name] = name === 'n_predict' ? Math.max(number, -1) : number;
  return true;
}

function takesSeed(seed: number, sampling: Settings): boolean {
  if (seed < -1 || seed > MAX_SEED) return false;
  if (seed === -1) delete sampling.seed;
  else sampling.seed = seed;
  return true;
}

/** 0 is the model's own. */
function contextOf(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Number(value) || undefined : undefined;
}
