/* The three products of a layer, out = left · right, for processors with AVX-512:
 *
 *                                      left        right      out
 *     forward     z = Mᵀ A             Mᵀ          A          (units, n)        and a = relu(z)
 *     back        W δ                  W           δ          (inputs, n)       and its product with relu's slope
 *     gradient    A δᵀ                 A           δᵀ         (inputs, units)
 *
 * Each element is a sum over the depth from its first to its last, each product added to it unrounded, whatever the
 * shapes and however they are cut. A BLAS copies both factors, fills the result with zeros, and reads it to add to it.
 * Here the left factor is read where it lies, once, and what the next band wants of it is fetched meanwhile; the right
 * one is copied only where it must be turned; and the result is written once.
 *
 *     strip    STRIP columns of the right factor
 *     band     up to HIGH rows of the left one
 *     tile     a band by a strip: its sums stay in 28 of the processor's 32 registers
 */

/* Whether this processor can. */
int computes_products(void);

#if !defined __x86_64__ || !defined __GNUC__
int computes_products(void) { return 0; }
#else
/* The compiler's own header asks for one of the C library, which a machine with a compiler need not have, for two
 * functions that are not used here: it is told that it has been there, as gcc and as clang call it. */
#define _MM_MALLOC_H_INCLUDED
#define __MM_MALLOC_H
#include <immintrin.h>

int computes_products(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") != 0;
}

#define LANES 16
#define STRIP (2 * LANES)
#define HIGH 14
#define AHEAD (8 * LANES)
#define DEPTH 1280 /* of a part of long sums, so that several strips of it fit the place for copies */

#define FOR_AVX512 __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline)) FOR_AVX512

typedef __m512 Lanes;

struct shape {
    long long rows, columns, depth;
    long long left_pitch, left_turned;   /* element (i, k) is at i · pitch + k, or turned at k · pitch + i */
    long long right_pitch, right_turned; /* element (k, j) is at k · pitch + j, or turned at j · pitch + k */
    long long ending;
    long long place; /* how many numbers the place for copies holds, STRIP · DEPTH at least, or all of a copy */
};

enum { AS_SUMMED, RELU, RELU_SLOPE }; /* ending */

/* What the tiles of a band have in common, for a part of the depth. */
struct band {
    const float *left, *next; /* this band and the next one in the left factor */
    const float *right;       /* its strips, so far apart, their rows so far apart */
    long long left_pitch, strip_pitch, right_pitch, depth;
    long long columns, out_pitch;
    float *out;
    const float *a; /* relu's, for its slope: as ``out`` */
    int add;        /* to what is there */
    int ending;
};

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

/* A part of the right factor, turned, in strips, each with its numbers of one row beside each other, row by row. */
FOR_AVX512 static void turn_all(const float *right, long long pitch, long long depth, long long columns, float *to)
{
    for (long long j = 0; j < columns; j += LANES) {
        float *strip = to + j / STRIP * STRIP * depth + j % STRIP;
        for (long long k = 0; k < depth; k += LANES) {
            for (int i = 0; i < LANES; i++) /* rows of data come from memory */
                _mm_prefetch((const char *)(right + (j + i) * pitch + k + AHEAD), _MM_HINT_T0);
            turn(right + j * pitch + k, pitch, columns - j, depth - k, strip + k * STRIP, STRIP);
        }
    }
}

/* Write a tile's sums, and what comes of them. */
INLINE void end(int ending, int high, int vectors, Lanes sums[HIGH][2], const __mmask16 *there, long long pitch, float *out, const float *a)
{
    const Lanes zero = _mm512_setzero_ps(), one = _mm512_set1_ps(1.0f);
#pragma GCC unroll 16
    for (int i = 0; i < high; i++)
        for (int v = 0; v < vectors; v++) {
            const long long at = i * pitch + v * LANES;
            Lanes x = sums[i][v];
            if (ending == RELU) /* what is not a number stays what it is */
                x = _mm512_mask_mov_ps(x, _mm512_cmp_ps_mask(x, zero, _CMP_LE_OQ), zero);
            if (ending == RELU_SLOPE) {
                const __mmask16 positive = _mm512_cmp_ps_mask(_mm512_maskz_loadu_ps(there[v], a + at), zero, _CMP_GT_OQ);
                x = _mm512_mul_ps(x, _mm512_maskz_mov_ps(positive, one));
            }
            _mm512_mask_storeu_ps(out + at, there[v], x);
        }
}

/* ``last`` tells which of the last vector's columns there are. */
INLINE void tile(int turned, int high, int vectors, const struct band *band, long long column, __mmask16 last)
{
    const float *right = band->right + column / STRIP * band->strip_pitch, *left = band->left, *next = band->next;
    const long long pitch = band->left_pitch, out_pitch = band->out_pitch;
    const __mmask16 there[2] = {vectors == 1 ? last : 0xffff, last};
    float *out = band->out + column;
    const float *a = band->a + column, *third[5]; /* of the rows of the band every third: so few addresses stay in registers */
    for (int i = 0; i < 5; i++)
        third[i] = left + 3 * i * pitch;
    Lanes sums[HIGH][2];
#pragma GCC unroll 16
    for (int i = 0; i < high; i++)
        for (int v = 0; v < vectors; v++)
            sums[i][v] = band->add ? _mm512_maskz_loadu_ps(there[v], out + i * out_pitch + v * LANES) : _mm512_setzero_ps();
    for (long long k = 0; k < band->depth; k++, right += band->right_pitch) {
        Lanes of_right[2];
        for (int v = 0; v < vectors; v++)
            of_right[v] = _mm512_maskz_loadu_ps(there[v], right + v * LANES);
        _mm_prefetch((const char *)(turned ? next + k * pitch : next + k % LANES * pitch + k / LANES * LANES), _MM_HINT_T0);
#pragma GCC unroll 16
        for (int i = 0; i < high; i++) {
            const Lanes of_left = _mm512_set1_ps(turned ? left[k * pitch + i] : third[i / 3][i % 3 * pitch + k]);
            for (int v = 0; v < vectors; v++)
                sums[i][v] = _mm512_fmadd_ps(of_left, of_right[v], sums[i][v]);
        }
    }
    switch (band->ending) {
        case RELU: end(RELU, high, vectors, sums, there, out_pitch, out, a); break;
        case RELU_SLOPE: end(RELU_SLOPE, high, vectors, sums, there, out_pitch, out, a); break;
        default: end(AS_SUMMED, high, vectors, sums, there, out_pitch, out, a);
    }
}

#define CASE(high) case high: tile(turned, high, vectors, band, column, last); break;

/* The same, compiled for each height. */
INLINE void any_tile(int turned, int high, int vectors, const struct band *band, long long column, __mmask16 last)
{
    switch (high) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
        CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
    }
}

INLINE void all_tiles(int turned, int high, struct band *band)
{
    for (long long column = 0; column < band->columns; column += STRIP) {
        const long long rest = band->columns - column;
        if (rest > LANES)
            any_tile(turned, high, 2, band, column, first_of(rest - LANES));
        else
            any_tile(turned, high, 1, band, column, first_of(rest));
        band->next = band->left; /* it was fetched with the first tile */
    }
}

FOR_AVX512 static void compute_turned(int high, struct band *band) { all_tiles(1, high, band); }
FOR_AVX512 static void compute(int high, struct band *band) { all_tiles(0, high, band); }

/* Where the b-th of so many parts of nearly one size begins. */
static long long border(long long b, long long parts, long long length) { return length * b / parts; }
static long long parts_of(long long length, long long most) { return (length + most - 1) / most; }

/* A part of the depth and of the columns: ``first`` of the depth, ``column`` of the columns. */
FOR_AVX512 static void part(const struct shape *shape, float *const *arrays, struct band *band, long long first, long long column)
{
    const long long pitch = shape->left_pitch, bands = parts_of(shape->rows, HIGH);
    const float *left = arrays[0] + (shape->left_turned ? first * pitch : first);
    if (shape->right_turned) {
        turn_all(arrays[1] + column * shape->right_pitch + first, shape->right_pitch, band->depth, band->columns, arrays[3]);
        band->right = arrays[3];
    } else
        band->right = arrays[1] + first * shape->right_pitch + column;
    for (long long b = 0; b < bands; b++) {
        const long long row = border(b, bands, shape->rows), high = border(b + 1, bands, shape->rows) - row;
        const int is_last = b + 1 == bands;
        band->out = arrays[2] + row * shape->columns + column;
        band->a = arrays[4] + row * shape->columns + column;
        if (shape->left_turned) {
            band->left = left + row;
            band->next = is_last ? band->left : band->left + 2 * high - 1; /* where it begins came with this band */
            compute_turned(high, band);
        } else {
            band->left = left + row * pitch;
            band->next = is_last ? band->left : band->left + high * pitch;
            compute(high, band);
        }
    }
}

/* sizes: a shape      arrays: left, right, out, a place for copies, relu's a */
FOR_AVX512 void product(const long long *sizes, float *const *arrays, const double *unused)
{
    const struct shape *shape = (const struct shape *)sizes;
    (void)unused;
    const int turned = shape->right_turned != 0;
    const long long depths = parts_of(shape->depth, DEPTH), strips = parts_of(shape->columns, STRIP);
    for (long long d = 0; d < depths; d++) {
        const long long first = border(d, depths, shape->depth), depth = border(d + 1, depths, shape->depth) - first;
        const long long parts = parts_of(strips, shape->place / (STRIP * depth));
        struct band band = {
            .left_pitch = shape->left_pitch, .depth = depth, .out_pitch = shape->columns,
            .strip_pitch = turned ? STRIP * depth : STRIP, .right_pitch = turned ? STRIP : shape->right_pitch,
            .add = d > 0, .ending = d + 1 == depths ? shape->ending : AS_SUMMED,
        };
        for (long long p = 0; p < parts; p++) {
            const long long column = STRIP * border(p, parts, strips), stop = STRIP * border(p + 1, parts, strips);
            band.columns = (stop < shape->columns ? stop : shape->columns) - column;
            part(shape, arrays, &band, first, column);
        }
    }
}
#endif
