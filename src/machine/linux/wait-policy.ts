/**
 * How llama.cpp's threads wait for one another: they sleep until they are woken, or look again and again
 * whether they may go on, which is quicker as long as each of them has a processor to itself.
 */
export const WAIT_POLICIES = ['sleep', 'spin'] as const;
export type WaitPolicy = (typeof WAIT_POLICIES)[number];

/** The guest's boot flag for it; none leaves it to the guest, whose threads sleep. */
export const waitFlags = (wait: WaitPolicy | undefined): string[] =>
  wait === undefined ? [] : [`zosia.llama_wait=${wait}`];
