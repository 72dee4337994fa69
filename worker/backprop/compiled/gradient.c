/* The gradient of a layer: ∂C/∂M = A δᵀ, A and δ having a column for each row of data.
 *
 * Each element is a sum over the rows of data from the first to the last, each product added to it unrounded, whatever
 * the shapes. A BLAS copies both factors, fills the result with zeros, and reads it to add to it; here δ is copied whole
 * and A by bands that stay in the nearest cache, and the result is written once.
 *
 *     packed   δ in strips of STRIP units, each with its numbers of one row of data beside each other, row by row
 *     tile     up to HIGH inputs by one strip: its sums stay in 28 of the processor's 32 registers
 *     band     up to HIGH inputs by all units
 */

/* Whether this processor can. */
int computes_gradients(void);

#if !defined __x86_64__ || !defined __GNUC__
int computes_gradients(void) { return 0; }
#else
/* The compiler's own header asks for one of the C library, which a machine with a compiler need not have, for two
 * functions that are not used here: it is told that it has been there, as gcc and as clang call it. */
#define _MM_MALLOC_H_INCLUDED
#define __MM_MALLOC_H
#include <immintrin.h>

int computes_gradients(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") != 0;
}

#define LANES 16
#define STRIP (2 * LANES)
#define HIGH 14
#define DEPTH 256 /* rows of data at a time: what a band reads of A stays in the nearest cache */

#define FOR_AVX512 __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline)) FOR_AVX512

typedef __m512 Lanes;

INLINE __mmask16 first_of(long long count) { return count < LANES ? (1 << count) - 1 : 0xffff; }

/* 16 rows of up to 16 numbers, turned: the j-th number of each goes to to[j]. Behind the last row there are zeros. */
INLINE void turn(const float *from, long long pitch, long long rows, long long columns, float *to, long long to_pitch)
{
    Lanes a[LANES], b[LANES];
    for (int i = 0; i < LANES; i++)
        a[i] = i < rows ? _mm512_maskz_loadu_ps(first_of(columns), from + i * pitch) : _mm512_setzero_ps();
    for (int i = 0; i < LANES; i += 2) {
        b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
    }
    for (int i = 0; i < LANES; i += 4)
        for (int j = 0; j < 2; j++) {
            const __m512d low = _mm512_castps_pd(b[i + j]), high = _mm512_castps_pd(b[i + j + 2]);
            a[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, high));
            a[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, high));
        }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < LANES; j += 8) {
            b[j + i] = _mm512_shuffle_f32x4(a[j + i], a[j + i + 4], 0x88);
            b[j + i + 4] = _mm512_shuffle_f32x4(a[j + i], a[j + i + 4], 0xdd);
        }
    for (int i = 0; i < 8; i++) {
        a[i] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0x88);
        a[i + 8] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0xdd);
    }
    for (int j = 0; j < LANES && j < columns; j++)
        _mm512_storeu_ps(to + j * to_pitch, a[j]);
}

FOR_AVX512 static void pack(const float *delta, long long units, long long n, float *packed)
{
    for (long long j = 0; j < units; j += LANES)
        for (long long r = 0; r < n; r += LANES)
            turn(delta + j * n + r, n, units - j, n - r, packed + j / STRIP * STRIP * n + r * STRIP + j % STRIP, STRIP);
}

/* What a band is made of. */
struct band {
    const float *packed;
    long long units, n;    /* of δ */
    long long first, last; /* of these n rows of data */
    float a[DEPTH][LANES]; /* the band's inputs in each of them */
};

/* ``add`` to what is there, or begin. ``last`` tells which of the last vector's units there are. */
INLINE void tile(int high, int vectors, int add, const struct band *band, long long unit, float *out, __mmask16 last)
{
    const float *delta = band->packed + unit * band->n + band->first * STRIP;
    const long long rows = band->last - band->first, units = band->units;
    Lanes sums[HIGH][2];
#pragma GCC unroll 16
    for (int i = 0; i < high; i++)
        for (int v = 0; v < vectors; v++)
            sums[i][v] = add ? _mm512_maskz_loadu_ps(v == vectors - 1 ? last : 0xffff, out + i * units + v * LANES)
                             : _mm512_setzero_ps();
    for (long long r = 0; r < rows; r++) {
        const Lanes d[2] = {_mm512_loadu_ps(delta + r * STRIP), _mm512_loadu_ps(delta + r * STRIP + LANES)};
#pragma GCC unroll 16
        for (int i = 0; i < high; i++)
            for (int v = 0; v < vectors; v++)
                sums[i][v] = _mm512_fmadd_ps(_mm512_set1_ps(band->a[r][i]), d[v], sums[i][v]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < high; i++)
        for (int v = 0; v < vectors; v++)
            _mm512_mask_storeu_ps(out + i * units + v * LANES, v == vectors - 1 ? last : 0xffff, sums[i][v]);
}

#define CASE(high) case high: tile(high, vectors, add, band, unit, out, last); break;

/* The same, compiled for each height. */
INLINE void any_tile(int high, int vectors, int add, const struct band *band, long long unit, float *out, __mmask16 last)
{
    switch (high) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
        CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
    }
}

FOR_AVX512 static void compute(int high, const struct band *band, float *out)
{
    const int add = band->first > 0;
    for (long long unit = 0; unit < band->units; unit += STRIP) {
        const long long left = band->units - unit;
        if (left > LANES)
            any_tile(high, 2, add, band, unit, out + unit, first_of(left - LANES));
        else
            any_tile(high, 1, add, band, unit, out + unit, first_of(left));
    }
}

/* Begin and end of the b-th of so many bands of nearly one height. */
static long long border(long long b, long long inputs) { return inputs * b / ((inputs + HIGH - 1) / HIGH); }

/* sizes: inputs, units, n, pitch      arrays: A, δ (units, n), a place for packed δ, the gradient (inputs, units)
 *
 * With a pitch of 0, A is (inputs, n). Otherwise it is the address of rows of data so many numbers apart.
 */
FOR_AVX512 void gradient(const long long *sizes, float *const *arrays)
{
    const long long inputs = sizes[0], pitch = sizes[3];
    struct band band;
    band.packed = arrays[2], band.units = sizes[1], band.n = sizes[2];
    pack(arrays[1], band.units, band.n, arrays[2]);
    for (band.first = 0; band.first < band.n; band.first = band.last) {
        band.last = band.n - band.first < DEPTH ? band.n : band.first + DEPTH;
        const long long rows = band.last - band.first;
        for (long long b = 0; border(b, inputs) < inputs; b++) {
            const long long i = border(b, inputs), high = border(b + 1, inputs) - i;
            if (pitch) {
                const float *x = *(const float *const *)arrays[0] + band.first * pitch + i;
                for (long long r = 0; r < rows; r++)
                    _mm512_storeu_ps(band.a[r], _mm512_maskz_loadu_ps(first_of(high), x + r * pitch));
            } else {
                const float *a = arrays[0] + i * band.n + band.first;
                for (long long r = 0; r < rows; r += LANES)
                    turn(a + r, band.n, high, rows - r, band.a[r], LANES);
            }
            compute(high, &band, arrays[3] + i * band.units);
        }
    }
}
#endif
