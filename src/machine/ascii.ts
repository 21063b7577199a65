/** Control characters of ASCII, as bytes. */
export const TAB = 0x09;
export const LINE_FEED = 0x0a;
export const DELETE = 0x7f;
