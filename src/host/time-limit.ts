/** A signal that aborts after a while, unless that is called off. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** To be called when it is over: it keeps the process running until then. */
  readonly clear: () => void;
}

/**
 * What AbortSignal.timeout is for, except where AbortSignal.any alone refers to it: Node 20 forgets it then.
 *
 * @param ms milliseconds
 * @param why the message of the error with which it aborts
 */
export function timeLimit(ms: number, why: string): TimeLimit {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Error(why));
  }, ms);
  return {
    signal: late.signal,
    clear: () => {
      clearTimeout(timer);
    },
  };
}
