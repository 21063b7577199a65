/// <reference lib="esnext.disposable" preserve="true" />

/** Something open that has to be closed: by `close`, or by leaving the block of an `await using`. */
export interface Closable extends AsyncDisposable {
  /** May be called more than once. */
  close(): Promise<void>;
}

/** @param release called once, however often it is closed */
export function closable(release: () => Promise<void>): Closable {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= release());
  return { close, [Symbol.asyncDispose]: close };
}
