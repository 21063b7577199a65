#include "engine/base/float_math.h"

#include <stdint.h>

// Adding and subtracting it rounds a number to the nearest integer: above it there are no fractions.
static const float ROUND_FLOAT = 0x1.8p23f;
static const double ROUND_DOUBLE = 0x1.8p52;

static float float_from_bits(uint32_t bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

static double double_from_bits(uint64_t bits) {
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

float float_sqrt(float x) {
#if defined(__x86_64__)
    __asm__("sqrtss %0, %0" : "+x"(x));
#else
    __asm__("fsqrt %s0, %s0" : "+w"(x));
#endif
    return x;
}

// Without branches, so that the compiler makes vector code of the loops over it. exp(x) = 2^n · exp(r)
// with |r| ≤ ln 2 / 2; the Taylor series to r^7 is then short of exp(r) by 5e-9 of it. Below -104 the
// result is zero, above 89 infinite: the ends of the range of floats.
static inline float exp_inline(float x) {
    const float LOG2_E = 0x1.715476p0f;
    // ln 2 in two parts, the first with so few digits that n times it is exact.
    const float LN2_HIGH = 0x1.63p-1f, LN2_LOW = -0x1.bd0106p-13f;
    // What is no number is taken for the lowest.
    x = x > -104.0f ? x : -104.0f;
    x = x < 89.0f ? x : 89.0f;
    float n = (x * LOG2_E + ROUND_FLOAT) - ROUND_FLOAT;
    float r = (x - n * LN2_HIGH) - n * LN2_LOW;
    float series = 1.0f / 5040;
    series = series * r + 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    series = (series * r * r + r) + 1;
    // In two steps, because 2^n alone may be outside the normal numbers.
    int32_t power = (int32_t)n, half = power >> 1;
    float first = float_from_bits((uint32_t)(half + 127) << 23);
    float second = float_from_bits((uint32_t)(power - half + 127) << 23);
    return series * first * second;
}

float float_exp(float x) { return exp_inline(x); }

void float_exp_all(float *values, size_t count, float shift) {
    for (size_t i = 0; i < count; i++) values[i] = exp_inline(values[i] - shift);
}

void float_swiglu(float *restrict gates, const float *restrict ups, size_t count) {
    for (size_t i = 0; i < count; i++) {
        gates[i] = gates[i] / (1 + exp_inline(-gates[i])) * ups[i];
    }
}

// The tanh form, 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), which is x · sigmoid of twice the argument.
static inline float gelu_inline(float x) {
    const float TWICE_ROOT = 0x1.988454p0f; // 2 √(2/π)
    return x / (1 + exp_inline(-TWICE_ROOT * x * (1 + 0.044715f * x * x)));
}

void float_geglu(float *restrict gates, const float *restrict ups, size_t count) {
    for (size_t i = 0; i < count; i++) gates[i] = gelu_inline(gates[i]) * ups[i];
}

// The angle as a number of quarter turns and a rest within an eighth of a turn of zero.
static double quarter_turns(double x, int64_t *quarters) {
    const double TWO_OVER_PI = 0x1.45f306dc9c883p-1;
    // π/2 in two parts, the first with so few digits that n times it is exact.
    const double HIGH = 0x1.921fb544p0, LOW = 0x1.0b4611a626331p-34;
    double n = (x * TWO_OVER_PI + ROUND_DOUBLE) - ROUND_DOUBLE;
    *quarters = (int64_t)n;
    return (x - n * HIGH) - n * LOW;
}

static double sine_near_zero(double r) {
    double square = r * r, term = r, sum = r;
    for (int i = 2; i <= 12; i += 2) {
        term *= -square / (i * (i + 1));
        sum += term;
    }
    return sum;
}

static double cosine_near_zero(double r) {
    double square = r * r, term = 1, sum = 1;
    for (int i = 1; i <= 13; i += 2) {
        term *= -square / (i * (i + 1));
        sum += term;
    }
    return sum;
}

static float sine_of_quarters(double r, int64_t quarters) {
    double value = quarters & 1 ? cosine_near_zero(r) : sine_near_zero(r);
    return (float)(quarters & 2 ? -value : value);
}

float float_sin(float x) {
    int64_t quarters;
    double r = quarter_turns(x, &quarters);
    return sine_of_quarters(r, quarters);
}

float float_cos(float x) {
    int64_t quarters;
    double r = quarter_turns(x, &quarters);
    return sine_of_quarters(r, quarters + 1);
}

static const double LN2 = 0x1.62e42fefa39efp-1;

// ln(m · 2^e) = e ln 2 + 2 artanh((m - 1) / (m + 1)), with m between 2/3 and 4/3.
static double log_double(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
    double mantissa = double_from_bits((bits & 0xfffffffffffff) | (uint64_t)1023 << 52);
    if (mantissa > 4.0 / 3) {
        mantissa /= 2;
        exponent++;
    }
    double t = (mantissa - 1) / (mantissa + 1), square = t * t, power = t, sum = t;
    for (int i = 3; i <= 21; i += 2) {
        power *= square;
        sum += power / i;
    }
    return exponent * LN2 + 2 * sum;
}

static double exp_double(double x) {
    double n = (x / LN2 + ROUND_DOUBLE) - ROUND_DOUBLE;
    double r = x - n * LN2, term = 1, sum = 1;
    for (int i = 1; i <= 13; i++) {
        term *= r / i;
        sum += term;
    }
    return sum * double_from_bits((uint64_t)((int64_t)n + 1023) << 52);
}

float float_pow(float base, float exponent) {
    double power = exponent * log_double(base);
    // Beyond the range of floats, but within that of doubles: the conversion makes zero or infinity of it.
    if (power > 200) power = 200;
    if (power < -200) power = -200;
    return (float)exp_double(power);
}
