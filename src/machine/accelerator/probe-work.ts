/**
 * How often the probe goes round a loop of two instructions. A processor needs some 20 ms for it, TCG
 * some 150 ms. A KVM that interprets its guest's kernel mode, as some nested ones do, gets every answer
 * right but needs half a minute; a kernel would seem to hang in it.
 */
export const PROBE_ITERATIONS = 1 << 26;
