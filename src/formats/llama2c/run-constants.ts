/** What run.c has as constants in its code, where other formats have a field. */

/** What is added to the mean square in rmsnorm. */
export const NORM_EPSILON = 1e-5;

/** The base of the rotary embedding's frequencies. */
export const ROPE_BASE = 10_000;
