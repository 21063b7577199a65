// Names of the parts of a split model: NAME-00001-of-00003.gguf (llama.cpp, llama_split_path).
#ifndef ZOSIA_SPLIT_NAME_H
#define ZOSIA_SPLIT_NAME_H

#include <stdbool.h>

// The part's number, from 1, and how many there are. False if the name is not that of a part.
bool split_name_parse(const char *name, unsigned *number, unsigned *count);

// Makes it the name of another part of the same model. False if there is no such part.
bool split_name_set_number(char *name, unsigned number);

#endif
