// Reading the model's files into memory before llama.cpp asks for them.
#ifndef ZOSIA_PRELOAD_H
#define ZOSIA_PRELOAD_H

// Begins to read the models on the mounted disk, beside everything else that happens: a processor that
// llama.cpp does not use while it starts has them in memory when it maps them. Ends by itself when they are
// read, or a quarter of the memory is left.
void model_preload(void);

#endif
