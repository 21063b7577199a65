/**
 * A signal that is aborted the n-th time that somebody looks whether it is: an interruption at each place in turn
 * that work can be interrupted at. With more looks than there are, the work is done.
 */
export function abortedAtLook(n: number): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  let looks = 0;
  return Object.assign(signal, {
    throwIfAborted(): void {
      if (++looks === n) controller.abort(new Error(`interrupted at look ${n}`));
      AbortSignal.prototype.throwIfAborted.call(signal);
    },
  });
}
