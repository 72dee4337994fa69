/* Softmax, its cross entropy and the δ of both, of 16 rows of data at a time, for processors with AVX-512.
 *
 *     m = max_i z_i     s = Σ_i exp(z_i - m), from the first to the last     p_i = exp(z_i - m) / s
 *     C = log s - (z_y - m)                                                  δ_i = p_i - 1 where i = y, p_i elsewhere
 *
 * z is (k, n): its columns are rows of data, and δ takes its place.
 */
#if defined __x86_64__ && defined __GNUC__
#define _MM_MALLOC_H_INCLUDED /* as in product.c */
#define __MM_MALLOC_H
#include <immintrin.h>

#define LANES 16
#define FOR_AVX512 __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline)) FOR_AVX512

typedef __m512 Lanes;

INLINE Lanes all(float number) { return _mm512_set1_ps(number); }

/* exp x = 2ⁿ exp r with n = round(x / log 2), r = x - n log 2 in two parts (Cody and Waite, "Software manual for the
 * elementary functions", 1980), |r| < 0.35, exp r by its series up to r⁷ / 7!, whose rest is less than 6e-9. */
INLINE Lanes exponential(Lanes x)
{
    static const float factorial[] = {5040, 720, 120, 24, 6, 2, 1, 1};
    x = _mm512_max_ps(all(-200), x); /* 0 from there on; and what is not a number stays so */
    const Lanes n = _mm512_roundscale_ps(_mm512_mul_ps(x, all(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const Lanes r = _mm512_fnmadd_ps(n, all(-2.12194440e-4f), _mm512_fnmadd_ps(n, all(0.693359375f), x));
    Lanes sum = all(1 / factorial[0]);
    for (int i = 1; i < 8; i++)
        sum = _mm512_fmadd_ps(sum, r, all(1 / factorial[i]));
    return _mm512_scalef_ps(sum, n);
}

/* log x = e log 2 + log m with x = 2ᵉ m, 0.75 ≤ m < 1.5, and log m = 2 (t + t³/3 + t⁵/5 + …), t = (m - 1) / (m + 1), |t| ≤ 0.2,
 * whose rest from t¹³ on is less than 2e-10. */
INLINE Lanes logarithm(Lanes x)
{
    const Lanes m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
    const Lanes e = _mm512_getexp_ps(_mm512_div_ps(x, m));
    const Lanes t = _mm512_div_ps(_mm512_sub_ps(m, all(1)), _mm512_add_ps(m, all(1))), square = _mm512_mul_ps(t, t);
    Lanes sum = all(2.0f / 11);
    for (int i = 9; i > 1; i -= 2)
        sum = _mm512_fmadd_ps(sum, square, all(2.0f / i));
    const Lanes of_m = _mm512_fmadd_ps(_mm512_mul_ps(sum, square), t, _mm512_add_ps(t, t));
    return _mm512_fmadd_ps(e, all(0.693359375f), _mm512_fmadd_ps(e, all(-2.12194440e-4f), of_m));
}

/* Up to 16 columns: δ in their place, the cost of each of them. A class out of range is taken as the nearest one. */
INLINE Lanes columns(long long k, long long n, long long count, float *z, const long long *y, const float *weight)
{
    const __mmask16 there = count < LANES ? (1 << count) - 1 : 0xffff;
    long long place[LANES];
    float of_label[LANES] = {0};
    Lanes m = _mm512_maskz_loadu_ps(there, z), s = all(0);
    for (long long i = 1; i < k; i++)
        m = _mm512_max_ps(m, _mm512_maskz_loadu_ps(there, z + i * n));
    for (long long j = 0; j < count; j++) {
        place[j] = (y[j] < 0 ? 0 : y[j] >= k ? k - 1 : y[j]) * n + j;
        of_label[j] = z[place[j]];
    }
    for (long long i = 0; i < k; i++) {
        const Lanes e = exponential(_mm512_sub_ps(_mm512_maskz_loadu_ps(there, z + i * n), m));
        s = _mm512_add_ps(s, e);
        _mm512_mask_storeu_ps(z + i * n, there, e);
    }
    for (long long i = 0; i < k; i++)
        _mm512_mask_storeu_ps(z + i * n, there, _mm512_div_ps(_mm512_maskz_loadu_ps(there, z + i * n), s));
    for (long long j = 0; j < count; j++)
        z[place[j]] -= 1;
    const Lanes cost = _mm512_sub_ps(logarithm(s), _mm512_sub_ps(_mm512_loadu_ps(of_label), m));
    if (!weight)
        return cost;
    const Lanes w = _mm512_maskz_loadu_ps(there, weight);
    for (long long i = 0; i < k; i++)
        _mm512_mask_storeu_ps(z + i * n, there, _mm512_mul_ps(_mm512_maskz_loadu_ps(there, z + i * n), w));
    return _mm512_mul_ps(cost, w);
}

/* sizes: k, n, whether there are weights      arrays: z, y, weights, and Σ C in float64, from the first row to the last */
FOR_AVX512 void cross_entropy(const long long *sizes, float *const *arrays, const double *unused)
{
    const long long k = sizes[0], n = sizes[1], *y = (const long long *)arrays[1];
    const float *weight = sizes[2] ? arrays[2] : 0;
    double total = 0;
    (void)unused;
    for (long long j = 0; j < n; j += LANES) {
        const long long count = n - j < LANES ? n - j : LANES;
        float cost[LANES];
        _mm512_storeu_ps(cost, columns(k, n, count, arrays[0] + j, y + j, weight ? weight + j : 0));
        for (long long i = 0; i < count; i++)
            total += cost[i];
    }
    *(double *)arrays[3] = total;
}
#endif
