import { TOOL_ENVIRONMENT } from '../tool-environment.js';

/** Variables by which git would take what it does not find in the repository it is told of, each line with what. */
const FOREIGN_SETTINGS = [
  // Another repository, or parts of one: objects, index, history.
  'GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_NAMESPACE GIT_PREFIX GIT_IMPLICIT_WORK_TREE',
  'GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH GIT_DEFAULT_HASH',
  'GIT_SHALLOW_FILE GIT_GRAFT_FILE GIT_REPLACE_REF_BASE GIT_NO_REPLACE_OBJECTS',
  // What new repositories have, files of attributes among it.
  'GIT_TEMPLATE_DIR GIT_ATTR_SOURCE',
  // Settings, besides those in the files of the user and the system, which may say how a server is reached.
  'GIT_CONFIG GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_NOSYSTEM',
  // How it reads the names of what is left out.
  'GIT_LITERAL_PATHSPECS GIT_GLOB_PATHSPECS GIT_NOGLOB_PATHSPECS GIT_ICASE_PATHSPECS',
  // Lines about itself, among those that say why it failed.
  'GIT_TRACE GIT_TRACE2 GIT_TRACE_SETUP GIT_TRACE_PACKET GIT_TRACE_PERFORMANCE GIT_CURL_VERBOSE',
].flatMap((names) => names.split(' '));

/**
 * The environment in which git brings a source. How a server is reached stays as the user has it: proxies,
 * certificates, ssh.
 */
export const GIT_ENVIRONMENT: Readonly<Record<string, string | undefined>> = {
  ...TOOL_ENVIRONMENT,
  ...Object.fromEntries(FOREIGN_SETTINGS.map((name) => [name, undefined])),
  // An attribute such as `eol=crlf` counts for more than any setting: only those of the source itself are to.
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
};

/** Options of git's own, for the same: the user has a file of attributes, too. */
export const GIT_OPTIONS = ['-c', 'core.attributesFile=/dev/null'];
