export interface VerifyOptions {
  /** Whether the second reader reads everything, however much it is. */
  readonly full?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}
