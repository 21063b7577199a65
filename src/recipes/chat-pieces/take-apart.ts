import { ZosiaError } from '../../errors.js';
import type { Conversation } from './conversation.js';
import { joinPieces } from './pieces.js';
import type { ChatPieces } from './pieces.js';
import { MARKS, PADDED, PROBES, trialConversations } from './probes.js';
import type { Role } from './probes.js';
import { renderConversations } from './render.js';
import type { Rendering, RenderOptions } from './render.js';

/** A chat template, and what else a model's vocabulary has to say. */
export interface ChatTemplateSource {
  /** In Jinja. */
  readonly template: string;
  /** The text of the token that a text begins with; empty for none. */
  readonly bosToken: string;
  /** The text of the token that a text ends with; empty for none. */
  readonly eosToken: string;
  /** Whether the tokenizer puts that first token before every text: the pieces begin without it. */
  readonly addsBos: boolean;
  /** The texts of the tokens that stand for no text. */
  readonly specialTokens?: readonly string[] | undefined;
}

/** A chat template as what stands round the texts of a conversation. */
export interface TakenApart {
  readonly pieces: ChatPieces;
  /** Why there is no place for a system text; undefined where there is one. */
  readonly whyNoSystem: string | undefined;
  /**
   * The roles whose texts it trims, at least in some places: with these the pieces make the same text as the
   * template for texts that have been trimmed.
   */
  readonly trims: ReadonlySet<Role>;
  /** Whether it leaves thoughts (`<think>`) out of answers that have been given. */
  readonly dropsThoughts: boolean;
  /** The special token that ends an answer, as far as the pieces tell. */
  readonly answerEnd: string | undefined;
}

/** No chat template comes near this. */
const MAX_TEMPLATE_CHARACTERS = 1 << 20;

/**
 * Finds what a chat template puts round the texts of a conversation: renders some of marks, and then others, which
 * the pieces have to give the same of, to the character.
 *
 * The template is not told the time, and knows what llama.cpp tells it: `messages`, `bos_token`, `eos_token`,
 * `add_generation_prompt` and `enable_thinking`; no tools and no documents.
 *
 * @throws ZosiaError `ZOSIA_TEMPLATE_NOT_PIECES`; the reason of `signal`
 */
export async function takeTemplateApart(
  source: ChatTemplateSource,
  options: RenderOptions = {},
): Promise<TakenApart> {
  const { template, bosToken, eosToken } = source;
  if (template.length > MAX_TEMPLATE_CHARACTERS) {
    throw notPieces(`has ${template.length} characters`);
  }
  const trials = trialConversations([bosToken, eosToken]);
  const conversations = [...Object.values(PROBES), ...Object.values(PADDED).flat(), ...trials];
  const made = await renderConversations(
    template,
    {
      bos_token: bosToken,
      eos_token: eosToken,
      add_generation_prompt: true,
      enable_thinking: true,
    },
    conversations,
    options,
  );
  if ('why' in made) throw notPieces(made.why);
  const renderings = new Map(conversations.map((each, i) => [each, made.renderings[i]!]));
  return examine(source, trials, (conversation) => renderings.get(conversation)!);
}

type Render = (conversation: Conversation) => Rendering;

function examine(
  source: ChatTemplateSource,
  trials: readonly Conversation[],
  render: Render,
): TakenApart {
  const plain = findPlainPieces(render);
  const isSame = (pieces: ChatPieces) => (conversation: Conversation) => {
    const rendering = render(conversation);
    return 'text' in rendering && rendering.text === joinPieces(pieces, conversation);
  };
  const withoutSystem = trials.filter(({ system }) => system === undefined);
  const exception = withoutSystem.find((each) => !isSame(plain)(each));
  if (exception) {
    throw notPieces(`makes something else of a conversation of ${shown(exception)}`);
  }
  const system = findSystem(plain, render);
  const isHeld =
    typeof system === 'object' && trials.every((each) => isSame({ ...plain, system })(each));
  const found = isHeld ? { ...plain, system } : plain;
  const roles = Object.keys(PADDED) as Role[];
  const trims = roles.filter((role) =>
    PADDED[role].some((each) => (isHeld || each.system === undefined) && !isSame(found)(each)),
  );
  const thoughts = render(PROBES.thoughts);
  return {
    pieces: source.addsBos ? withoutBos(found, source.bosToken) : found,
    whyNoSystem: isHeld ? undefined : typeof system === 'string' ? system : 'it changes its text',
    trims: new Set(trims),
    dropsThoughts:
      'text' in thoughts &&
      thoughts.text.includes(MARKS.answer) &&
      !thoughts.text.includes(MARKS.thought),
    answerEnd: answerEndOf(found.next, [source.eosToken, ...(source.specialTokens ?? [])]),
  };
}

/** Pieces without a place for a system text. */
function findPlainPieces(render: Render): ChatPieces {
  const [start, userEnd] =
    split(render(PROBES.oneTurn), [MARKS.question]) ??
    refuse(render(PROBES.oneTurn), 'does not have the text of the user in it once');
  const two = render(PROBES.twoTurns);
  const onlyLast = split(two, [MARKS.nextQuestion]);
  if (onlyLast) {
    const isSame = onlyLast[0] === start && onlyLast[1] === userEnd;
    if (!isSame)
      throw notPieces('makes something else of the last text where others were before it');
    return {
      start: start!,
      system: undefined,
      userEnd: userEnd!,
      next: undefined,
      answeredUserEnd: userEnd!,
    };
  }
  const [head, answeredUserEnd, next, end] =
    split(two, [MARKS.question, MARKS.answer, MARKS.nextQuestion]) ??
    refuse(two, 'does not have each text of a conversation in it once and in order');
  const pieces: ChatPieces = {
    start: start!,
    system: undefined,
    userEnd: userEnd!,
    next: next!,
    answeredUserEnd: answeredUserEnd!,
  };
  if (head !== start || end !== userEnd) {
    throw notPieces('puts something else before or after a conversation that goes on');
  }
  if (belongsToAnswer(pieces)) return pieces;
  const [before, later] = [userEnd, answeredUserEnd].map((text) => JSON.stringify(text));
  throw notPieces(`ends a text of the user with ${before}, and with ${later} once it is answered`);
}

/** Whether what an answered text has other than the last is blank, or opens (and closes) thoughts. */
function belongsToAnswer({ userEnd, answeredUserEnd }: ChatPieces): boolean {
  if (answeredUserEnd.startsWith(userEnd)) return answeredUserEnd.trim() === userEnd.trim();
  if (!userEnd.startsWith(answeredUserEnd)) return false;
  const left = userEnd.slice(answeredUserEnd.length);
  return /^\s*<(think|thinking|thought)>\s*(<\/\1>\s*)?$/.test(left);
}

/** What stands round a system text, or why it has no place. */
function findSystem(plain: ChatPieces, render: Render): ChatPieces['system'] | string {
  const one = render(PROBES.systemOneTurn);
  const two = render(PROBES.systemTwoTurns);
  for (const rendering of [one, two]) {
    if ('raised' in rendering) return `it refuses one: ${rendering.raised}`;
    if ('failed' in rendering) return `it fails with one: ${rendering.failed}`;
    if (!rendering.text.includes(MARKS.system)) return 'it leaves it out';
  }
  const [start, end] = split(one, [MARKS.system, MARKS.question]) ?? [];
  if (start === undefined || end === undefined) return 'it puts it after the text of the user';
  const pieces = { ...plain, system: { start, end } };
  const isSame = (rendering: Rendering, conversation: Conversation): boolean =>
    'text' in rendering && rendering.text === joinPieces(pieces, conversation);
  if (!isSame(one, PROBES.systemOneTurn))
    return 'it puts something else after the text of the user';
  if (!isSame(two, PROBES.systemTwoTurns)) return 'it moves it as a conversation goes on';
  return pieces.system;
}

/** What a text has round marks that it has once each, in that order, and no others. */
function split(rendering: Rendering, marks: readonly string[]): string[] | undefined {
  if (!('text' in rendering)) return undefined;
  const pieces: string[] = [];
  let rest = rendering.text;
  for (const mark of marks) {
    const at = rest.indexOf(mark);
    if (at < 0) return undefined;
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at + mark.length);
  }
  pieces.push(rest);
  const hasMore = pieces.some((piece) => Object.values(MARKS).some((mark) => piece.includes(mark)));
  return hasMore ? undefined : pieces;
}

function withoutBos(pieces: ChatPieces, bos: string): ChatPieces {
  const strip = (text: string): string =>
    bos !== '' && text.startsWith(bos) ? text.slice(bos.length) : text;
  const { start, system } = pieces;
  return {
    ...pieces,
    start: strip(start),
    system: system && { ...system, start: strip(system.start) },
  };
}

/** The longest special token that an answer is followed by. */
function answerEndOf(
  next: string | undefined,
  specialTokens: readonly string[],
): string | undefined {
  const after = next?.trimStart() ?? '';
  const fitting = specialTokens.filter((token) => token !== '' && after.startsWith(token));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

function refuse(rendering: Rendering, otherwise: string): never {
  if ('raised' in rendering) throw notPieces(`refuses a conversation: ${rendering.raised}`);
  if ('failed' in rendering) throw notPieces(`cannot be rendered: ${rendering.failed}`);
  throw notPieces(otherwise);
}

const shown = ({ texts }: Conversation): string =>
  texts.length === 1 ? JSON.stringify(texts[0]) : `${texts.length} texts`;

function notPieces(why: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_TEMPLATE_NOT_PIECES',
    `the model's chat template ${why}, and so is no text round the texts of a conversation`,
    {
      hint: 'The Linux machine, as zosia up starts it without --machine efi, renders any template.',
    },
  );
}
