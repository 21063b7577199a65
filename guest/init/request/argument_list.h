// Arguments between commas: "-c,2048". A backslash before a comma or a backslash takes that character's
// meaning away; before anything else it is an ordinary character.
#ifndef ZOSIA_ARGUMENT_LIST_H
#define ZOSIA_ARGUMENT_LIST_H

// Splits a list in place; two commas in a row hold an empty argument, an empty list holds none.
// Returns the number of arguments, or -1 when there are more than `maximum`.
int argument_list_split(char *list, const char **arguments, int maximum);

#endif
