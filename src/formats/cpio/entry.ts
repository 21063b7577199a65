import type { EntryAttributes, EntryContent } from '../entry.js';

/**
 * One name in the archive. Times are whole seconds, 0 to 2^32 - 1. A hard link names an entry of type
 * `file`, and has its attributes, whatever is given here.
 */
export type CpioEntry = EntryContent & EntryAttributes;
