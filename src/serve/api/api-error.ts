/** What a client is told of that went wrong. Its message is for anyone to see. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** What a program can tell it by, as OpenAI's API has it; null where the status says enough. */
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    options: {
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = options.code ?? null;
    this.headers = options.headers ?? {};
  }
}

/** @param seconds after which it may be worth asking again */
export const retryAfter = (seconds: number): Record<string, string> => ({
  'retry-after': String(seconds),
});
