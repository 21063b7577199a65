import type { Conversation } from './conversation.js';

/** What a chat template puts round the texts of a conversation. */
export interface ChatPieces {
  /** Before the first text of the user, where there is no system text. */
  readonly start: string;
  /** What stands round a system text, the latter up to the first text of the user; undefined for no place. */
  readonly system: { readonly start: string; readonly end: string } | undefined;
  /** After each text of the user: the model's answer follows. */
  readonly userEnd: string;
  /**
   * Between an answer and the next text of the user; undefined where the template leaves out what was said
   * before, so that each text of the user begins anew.
   */
  readonly next: string | undefined;
  /**
   * What stands after a text of the user that has been answered. It is `userEnd`, unless a part of that belongs
   * to the answer, as templates count: a blank more, which the model writes itself, or a mark of thoughts less,
   * which are left out of what was said before.
   */
  readonly answeredUserEnd: string;
}

/** The text of a conversation, up to where the model answers. */
export function joinPieces(
  { start, system, userEnd, next, answeredUserEnd }: ChatPieces,
  conversation: Conversation,
): string | undefined {
  const { texts } = conversation;
  if (conversation.system !== undefined && !system) return undefined;
  const head =
    conversation.system === undefined || !system
      ? start
      : system.start + conversation.system + system.end;
  if (next === undefined) return head + texts.at(-1)! + userEnd;
  const parts = texts.map((text, index) => {
    if (index === texts.length - 1) return text + userEnd;
    return text + (index % 2 === 0 ? answeredUserEnd : next);
  });
  return head + parts.join('');
}
