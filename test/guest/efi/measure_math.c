// Compares float_math.h with the C library's double functions. For each function prints its name and the
// largest error found, in units in the last place of the right float.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/float_math.h"

// The distance from `x` to the next float, where it is a normal number.
static double unit_of(double x) {
    float f = (float)fabs(x), next;
    uint32_t bits;
    if (f < 0x1p-126f) return 0x1p-149;
    memcpy(&bits, &f, sizeof bits);
    bits++;
    memcpy(&next, &bits, sizeof next);
    return (double)next - (double)f;
}

static double worst;

static void compare(double is, double ought) {
    if (isinf((float)ought) || isinf(is)) {
        if ((float)ought != (float)is) worst = INFINITY;
        return;
    }
    double error = fabs(is - ought) / unit_of(ought);
    if (error > worst) worst = error;
}

static void report(const char *name) {
    printf("%s %.4f\n", name, worst);
    worst = 0;
}

int main(void) {
    for (float x = -110; x < 95; x += 0.00037f) compare(float_exp(x), exp(x));
    report("exp");
    for (float x = -8; x < 8; x += 0.000031f) compare(float_sin(x), sin(x));
    for (float x = 1; x < 1048576; x *= 1.00003f) compare(float_sin(x), sin(x));
    report("sin");
    for (float x = -8; x < 8; x += 0.000031f) compare(float_cos(x), cos(x));
    for (float x = 1; x < 1048576; x *= 1.00003f) compare(float_cos(x), cos(x));
    report("cos");
    for (float x = 0; x <= 1; x += 0.0001f) compare(float_pow(10000, x), pow(10000, x));
    for (float base = 1e-30f; base < 1e30f; base *= 1.7f) {
        for (float x = -40; x < 40; x += 0.013f) compare(float_pow(base, x), pow(base, x));
    }
    report("pow");
    for (float x = 1e-37f; x < 1e38f; x *= 1.00003f) compare(float_sqrt(x), sqrt(x));
    report("sqrt");

    float values[1003], ups[1003], gates[1003];
    for (int i = 0; i < 1003; i++) {
        values[i] = gates[i] = (float)(i - 700) / 10;
        ups[i] = (float)i / 7;
    }
    float_exp_all(values, 1003, 3.5f);
    for (int i = 0; i < 1003; i++) compare(values[i], exp((float)(i - 700) / 10 - 3.5f));
    report("exp_all");
    float_swiglu(gates, ups, 1003);
    for (int i = 0; i < 1003; i++) {
        double gate = (float)(i - 700) / 10;
        compare(gates[i], gate / (1 + exp(-gate)) * ups[i]);
    }
    report("swiglu");
    return 0;
}
