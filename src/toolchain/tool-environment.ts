/**
 * The environment that clang and lld run in: messages in English, and without the variables that would add
 * folders or options of the host's to theirs.
 */
export const TOOL_ENVIRONMENT = {
  LC_ALL: 'C',
  CPATH: undefined,
  C_INCLUDE_PATH: undefined,
  CCC_OVERRIDE_OPTIONS: undefined,
  LIB: undefined,
  LINK: undefined,
  _LINK_: undefined,
};
