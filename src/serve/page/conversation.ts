/** How an answer ended: by the model, at a limit of tokens, stopped by the reader, or with an error. */
export type Ending = 'complete' | 'length' | 'stopped' | 'failed';

/** How fast an answer came. */
export interface Figures {
  readonly tokens: number;
  readonly tokensPerSecond?: number | undefined;
  /** Counted by the page, which knows pieces, not tokens. */
  readonly isEstimate?: boolean | undefined;
}

export interface Message {
  readonly role: 'user' | 'assistant';
  content: string;
  /** What the model thought before it answered. */
  reasoning?: string | undefined;
  /** The model that answered. */
  model?: string | undefined;
  figures?: Figures | undefined;
  /** Of an answer; undefined while it comes. */
  ending?: Ending | undefined;
  /** What went wrong, for the reader. */
  error?: string | undefined;
}

export interface Conversation {
  readonly id: string;
  /** Given by the reader; undefined: the first question is the title. */
  title?: string | undefined;
  system: string;
  model?: string | undefined;
  /** When it last changed, in milliseconds since 1970. */
  changed: number;
  messages: Message[];
}

const MOST_TITLE_CHARACTERS = 60;

export function titleOf({ title, messages }: Conversation): string {
  if (title !== undefined) return title;
  const first = messages[0]?.content.slice(0, 1000).replace(/\s+/g, ' ').trim() ?? '';
  if (first === '') return 'New conversation';
  const characters = Array.from(first);
  if (characters.length <= MOST_TITLE_CHARACTERS) return first;
  return `${characters.slice(0, MOST_TITLE_CHARACTERS).join('')}\u2026`;
}

interface SentMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/**
 * What a model is sent of a conversation. Answers that never came are left out, and questions in a row are
 * put together: many chat templates refuse roles that do not alternate.
 */
export function sentMessages({ system, messages }: Conversation): SentMessage[] {
  const sent: SentMessage[] = [];
  if (system.trim() !== '') sent.push({ role: 'system', content: system });
  for (const { role, content } of messages) {
    if (content === '') continue;
    const last = sent.at(-1);
    if (last?.role !== role) sent.push({ role, content });
    else sent[sent.length - 1] = { role, content: `${last.content}\n\n${content}` };
  }
  return sent;
}

/** Reads what the page has kept; undefined where it is something else. */
export function parseConversation(json: string): Conversation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isConversation(value)) return undefined;
  // The page was closed while it came.
  for (const message of value.messages) {
    if (message.role === 'assistant') message.ending ??= 'stopped';
  }
  return value;
}

function isConversation(value: unknown): value is Conversation {
  const { id, title, system, model, changed, messages } = (value ?? {}) as Partial<Conversation>;
  return (
    typeof id === 'string' &&
    typeof system === 'string' &&
    typeof changed === 'number' &&
    isTextOrNone(title) &&
    isTextOrNone(model) &&
    Array.isArray(messages) &&
    messages.every(isMessage)
  );
}

function isMessage(value: unknown): value is Message {
  const { role, content, reasoning, error } = (value ?? {}) as Partial<Message>;
  return (
    (role === 'user' || role === 'assistant') &&
    typeof content === 'string' &&
    isTextOrNone(reasoning) &&
    isTextOrNone(error)
  );
}

const isTextOrNone = (value: unknown): boolean => value === undefined || typeof value === 'string';
