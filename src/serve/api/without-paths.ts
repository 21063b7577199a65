/**
 * A path of this host from its root or home to its last name. Where a name has spaces in it, the text up to
 * the last slash is taken for a part of the path: rather too little is told than too much.
 */
const PATH = /(?<![\w/.])(?:~|\.{1,2})?\/(?!\/)(?:[^"'`,;:()\n]*\/)?/g;

/** A message for clients: files by their names alone, as where they lie is nobody's business. */
export const withoutPaths = (message: string): string => message.replace(PATH, '');
