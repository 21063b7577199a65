import type { Conversation, Message } from '../conversation.js';
import { streamAnswer } from './api.js';
import type { Piece } from './api.js';
import { RequestError } from './request.js';
import { Speed } from './speed.js';

/** An answer is drawn this often at most, and for a fifth of the time at most. */
const DRAW_MS = 50;

interface Listener {
  /** More of an answer has come. */
  grown: (conversation: Conversation, message: Message) => void;
  /** An answer has begun, or ended. */
  changed: (conversation: Conversation) => void;
}

/** The answers that are coming, one in a conversation at most. */
export class Answers {
  readonly #running = new Map<string, AbortController>();

  constructor(private readonly listener: Listener) {}

  isRunning({ id }: Conversation): boolean {
    return this.#running.has(id);
  }

  stop({ id }: Conversation): void {
    this.#running.get(id)?.abort();
  }

  /** Asks for an answer to the conversation, and adds it there as it comes. */
  async start(conversation: Conversation): Promise<void> {
    const controller = new AbortController();
    this.#running.set(conversation.id, controller);
    const message: Message = { role: 'assistant', content: '', model: conversation.model };
    conversation.messages.push(message);
    this.listener.changed(conversation);
    try {
      await this.#read(conversation, message, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) message.ending = 'stopped';
      else fail(message, error);
    } finally {
      this.#running.delete(conversation.id);
      this.listener.changed(conversation);
    }
  }

  async #read(conversation: Conversation, message: Message, signal: AbortSignal): Promise<void> {
    const speed = new Speed();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pauseMs = DRAW_MS;
    const draw = (): void => {
      timer = undefined;
      const start = performance.now();
      message.figures = speed.figures();
      this.listener.grown(conversation, message);
      pauseMs = Math.max(DRAW_MS, 4 * (performance.now() - start));
    };
    let finishReason: string | undefined;
    try {
      for await (const piece of streamAnswer(conversation, signal)) {
        speed.take(piece);
        add(message, piece);
        finishReason = piece.finishReason ?? finishReason;
        timer ??= setTimeout(draw, pauseMs);
      }
    } finally {
      clearTimeout(timer);
      message.figures = speed.figures();
    }
    message.ending = finishReason === 'length' ? 'length' : 'complete';
  }
}

function add(message: Message, { content, reasoning }: Piece): void {
  message.content += content;
  if (reasoning !== '') message.reasoning = (message.reasoning ?? '') + reasoning;
}

function fail(message: Message, error: unknown): void {
  message.ending = 'failed';
  message.error =
    error instanceof RequestError ? error.message : `The page failed: ${String(error)}`;
}
