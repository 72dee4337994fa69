/* The element-wise loops of a step, each in one pass over memory where NumPy makes a pass for every operation.
 *
 * Compiled once with REAL as float and once as double. Each loop has its specification in NumPy calls beside it in
 * Python, and makes the same operations in the same order, each rounded by itself: a sum and a product are never
 * contracted to one, and nothing is reassociated, however many elements the processor takes at a time. The bits are
 * therefore those of NumPy.
 *
 *     sizes: of the arrays      arrays: where they begin, none overlapping another      c: the constants, rounded to REAL
 */

#define INLINE static inline __attribute__((always_inline))
#define LOOP(name) VERSIONS void name(const long long *sizes, REAL *const *arrays, const double *c)

/* What this file was when it was compiled: a library of another one is not used. */
const char source[] = SOURCE;

static inline float root_float(float x) { return __builtin_sqrtf(x); }
static inline double root_double(double x) { return __builtin_sqrt(x); }
#define ROOT(x) _Generic((x), float: root_float, double: root_double)(x)

/* ---- several loops over the same elements, a chunk at a time that stays in the nearest cache between them */

#define CHUNK 1024 /* NORM_BLOCK: a chunk has one sum of squares */
#define MOST_ARRAYS 8

struct call {
    void (*loop)(const long long *, REAL *const *, const double *);
    REAL *const *arrays;
    const double *numbers;
    long long count; /* of arrays */
    long long sums;  /* of these, at the end: with one element for each chunk */
};

void chain(const long long *sizes, const struct call *calls, const double *unused)
{
    (void)unused;
    for (long long start = 0; start < sizes[0]; start += CHUNK) {
        const long long rest = sizes[0] - start, size = rest < CHUNK ? rest : CHUNK;
        for (long long i = 0; i < sizes[1]; i++) {
            REAL *moved[MOST_ARRAYS];
            for (long long k = 0; k < calls[i].count; k++)
                moved[k] = calls[i].arrays[k] + (k < calls[i].count - calls[i].sums ? start : start / CHUNK);
            calls[i].loop(&size, moved, calls[i].numbers);
        }
    }
}

/* ---- calls of any of the functions of these libraries, one after the other */

struct operation {
    void (*run)(const long long *, REAL *const *, const double *);
    const long long *sizes;
    REAL *const *arrays;
    const double *numbers;
};

void sequence(const long long *sizes, const struct operation *operations, const double *unused)
{
    (void)unused;
    for (long long i = 0; i < sizes[0]; i++)
        operations[i].run(operations[i].sizes, operations[i].arrays, operations[i].numbers);
}

/* ---- the additions of the tree over the shards' gradients, but the last */

LOOP(sum)
{
    const REAL *restrict a = arrays[0], *restrict b = arrays[1];
    REAL *restrict total = arrays[2];
    for (long long i = 0; i < sizes[0]; i++)
        total[i] = a[i] + b[i];
}

LOOP(add_to)
{
    REAL *restrict total = arrays[0];
    const REAL *restrict a = arrays[1];
    for (long long i = 0; i < sizes[0]; i++)
        total[i] += a[i];
}

/* ---- the norm: s = the sum of each chunk's squares, zeros behind the last one
 *
 * Lane l adds the squares of elements l, l + LANES, … in their order; then the lanes are added as NumPy adds a contiguous row:
 * eight of them on, and the eight in pairs.
 */

#define LANES 64

static inline REAL sum_of_lanes(const REAL *lane)
{
    REAL r[8];
    for (int j = 0; j < 8; j++)
        r[j] = lane[j];
    for (int l = 8; l < LANES; l += 8)
        for (int j = 0; j < 8; j++)
            r[j] += lane[l + j];
    return ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
}

LOOP(sums_of_squares)
{
    const REAL *restrict g = arrays[0];
    REAL *restrict s = arrays[1];
    for (long long start = 0; start < sizes[0]; start += CHUNK) {
        REAL lane[LANES] = {0}, padded[CHUNK];
        const REAL *row = g + start;
        if (sizes[0] - start < CHUNK) {
            for (long long i = 0; i < CHUNK; i++)
                padded[i] = start + i < sizes[0] ? row[i] : 0;
            row = padded;
        }
        for (int r = 0; r < CHUNK; r += LANES)
            for (int l = 0; l < LANES; l++)
                lane[l] += row[r + l] * row[r + l];
        s[start / CHUNK] = sum_of_lanes(lane);
    }
}

/* The sum of these sums in double: lane l adds every NORM_LANES-th, then the lanes are added in pairs. */

#define NORM_LANES 8

LOOP(total)
{
    const REAL *restrict s = arrays[0];
    double *restrict sum = (double *)arrays[1], lane[NORM_LANES] = {0};
    long long i = 0;
    for (; i + NORM_LANES <= sizes[0]; i += NORM_LANES)
        for (int l = 0; l < NORM_LANES; l++)
            lane[l] += s[i + l];
    for (int l = 0; i < sizes[0]; i++, l++)
        lane[l] += s[i];
    *sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* ---- the optimizers: θ, g and up to two slots; k is η, as the rule wants it, ε, and what else the rule takes */

enum rule { SGD, MOMENTUM, NESTEROV, ADAGRAD, RMSPROP, ADAM };

INLINE void apply(enum rule rule, REAL g, REAL *theta, REAL *m, REAL *v, const REAL *k)
{
    switch (rule) {
    case SGD:
        *theta -= g * k[0];
        break;
    case MOMENTUM:
        *m = *m * k[2] + g;
        *theta -= *m * k[0];
        break;
    case NESTEROV:
        *m = *m * k[2] + g;
        *theta -= (*m * k[2] + g) * k[0];
        break;
    case ADAGRAD:
        *m += g * g;
        *theta -= g / (ROOT(*m) + k[1]) * k[0];
        break;
    case RMSPROP:
        *m = *m * k[2] + g * g * k[3];
        *theta -= g / (ROOT(*m) + k[1]) * k[0];
        break;
    case ADAM:
        *m = *m * k[2] + g;
        *v = *v * k[3] + g * g;
        *theta -= *m / (ROOT(*v) + k[1]) * k[0];
    }
}

INLINE int slots_of(enum rule rule) { return rule == SGD ? 0 : rule == ADAM ? 2 : 1; }

/* arrays: θ, g, the slots      c: k */
INLINE void update(enum rule rule, const long long *sizes, REAL *const *arrays, const double *c)
{
    const int slots = slots_of(rule);
    REAL *restrict theta = arrays[0], *restrict m = slots > 0 ? arrays[2] : theta, *restrict v = slots > 1 ? arrays[3] : theta;
    const REAL *restrict g = arrays[1], k[4] = {(REAL)c[0], (REAL)c[1], (REAL)c[2], (REAL)c[3]};
    for (long long i = 0; i < sizes[0]; i++)
        apply(rule, g[i], theta + i, m + i, v + i, k);
}

/* All that a step ends with, in one pass: g = the mean of one gradient or two, the sums of its squares, and the rule. g is
 * written nowhere. Adam's root and quotient leave the processor time for the rest.
 *
 * arrays: θ, what g is of, the slots, the sums      c: k, and the scale of the mean
 */
INLINE void step(enum rule rule, int of, const long long *sizes, REAL *const *arrays, const double *c)
{
    const int slots = slots_of(rule);
    REAL *const *const slot = arrays + 1 + of;
    REAL *restrict theta = arrays[0], *restrict m = slots > 0 ? slot[0] : theta, *restrict v = slots > 1 ? slot[1] : theta;
    REAL *restrict sums = slot[slots];
    const REAL *restrict a = arrays[1], *restrict b = arrays[of];
    const REAL k[4] = {(REAL)c[0], (REAL)c[1], (REAL)c[2], (REAL)c[3]}, scale = (REAL)c[4];
    for (long long start = 0; start < sizes[0]; start += CHUNK) {
        const long long rest = sizes[0] - start, stop = start + (rest < CHUNK ? rest : CHUNK);
        REAL lane[LANES] = {0};
        long long i = start;
        for (; i + LANES <= stop; i += LANES) /* of a known length, so that the lanes stay in registers */
            for (int l = 0; l < LANES; l++) {
                const REAL g = (of == 1 ? a[i + l] : a[i + l] + b[i + l]) * scale;
                lane[l] += g * g;
                apply(rule, g, theta + i + l, m + i + l, v + i + l, k);
            }
        for (int l = 0; i < stop; i++, l++) {
            const REAL g = (of == 1 ? a[i] : a[i] + b[i]) * scale;
            lane[l] += g * g;
            apply(rule, g, theta + i, m + i, v + i, k);
        }
        sums[start / CHUNK] = sum_of_lanes(lane);
    }
}

#define LOOPS_OF(name, rule)                            \
    LOOP(name) { update(rule, sizes, arrays, c); }      \
    LOOP(name##_of_1) { step(rule, 1, sizes, arrays, c); } \
    LOOP(name##_of_2) { step(rule, 2, sizes, arrays, c); }

LOOPS_OF(sgd, SGD)
LOOPS_OF(momentum, MOMENTUM)
LOOPS_OF(nesterov, NESTEROV)
LOOPS_OF(adagrad, ADAGRAD)
LOOPS_OF(rmsprop, RMSPROP)
LOOPS_OF(adam, ADAM)

/* ---- relu, back: δ ← δ · 1 where a > 0, δ · 0 elsewhere */

LOOP(relu_slope)
{
    REAL *restrict d = arrays[0];
    const REAL *restrict a = arrays[1];
    for (long long i = 0; i < sizes[0]; i++)
        d[i] *= a[i] > 0 ? (REAL)1 : (REAL)0;
}

/* ---- softmax and cross entropy around NumPy's exp: z is (k, n), its columns rows of data, y (n,) their classes */

/* A class out of range is taken as the nearest one, as NumPy's take with "clip" does: nothing is written elsewhere. */
static inline long long at(long long y, long long k, long long n, long long j)
{
    return (y < 0 ? 0 : y >= k ? k - 1 : y) * n + j;
}

/* z ← z - m, m the largest of a column; of_label = z_y after that */
LOOP(softmax_shift)
{
    const long long k = sizes[0], n = sizes[1];
    REAL *restrict z = arrays[0], *restrict top = arrays[1], *restrict of_label = arrays[2];
    const long long *restrict y = (const long long *)arrays[3];
    for (long long j = 0; j < n; j++)
        top[j] = z[j];
    for (long long i = 1; i < k; i++)
        for (long long j = 0; j < n; j++)
            top[j] = z[i * n + j] > top[j] ? z[i * n + j] : top[j];
    for (long long i = 0; i < k; i++)
        for (long long j = 0; j < n; j++)
            z[i * n + j] -= top[j];
    for (long long j = 0; j < n; j++)
        of_label[j] = z[at(y[j], k, n, j)];
}

/* s = Σ_i z_i from the first to the last;  z ← z / s - onehot(y) */
LOOP(softmax_delta)
{
    const long long k = sizes[0], n = sizes[1];
    REAL *restrict z = arrays[0], *restrict s = arrays[1];
    const long long *restrict y = (const long long *)arrays[2];
    for (long long j = 0; j < n; j++)
        s[j] = z[j];
    for (long long i = 1; i < k; i++)
        for (long long j = 0; j < n; j++)
            s[j] += z[i * n + j];
    for (long long i = 0; i < k; i++)
        for (long long j = 0; j < n; j++)
            z[i * n + j] /= s[j];
    for (long long j = 0; j < n; j++)
        z[at(y[j], k, n, j)] -= 1;
}
