#ifndef PRODUCT_AMX_H
#define PRODUCT_AMX_H

#include "product.h"

/* Whether the processor has the unit, and the system lets this process use it. */
int amx_is_there(void);

/* `multiply` of float32 with factors rounded to bfloat16. Only where the unit is there. */
void multiply_amx(int rows, int columns, int depth, struct matrix a, struct matrix b, struct matrix c,
                  enum onto onto);

#endif
