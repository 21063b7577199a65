/** A conversation of a user who has the last word, as chat templates get it. */
export interface Conversation {
  /** The text that stands before it; undefined for none. */
  readonly system?: string | undefined;
  /** What the user said first, the answer, what the user said then, and so on: an odd number of texts. */
  readonly texts: readonly string[];
}

/** One of the messages that a chat template goes through. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The messages of a conversation, in order. */
export function messagesOf({ system, texts }: Conversation): ChatMessage[] {
  const turns = texts.map((content, index): ChatMessage => {
    return { role: index % 2 === 0 ? 'user' : 'assistant', content };
  });
  return system === undefined ? turns : [{ role: 'system', content: system }, ...turns];
}
