/* The element-wise loops of a step, each in one pass over memory where NumPy makes a pass for every operation.
 *
 * Compiled once with REAL as float and once as double. Each loop has its specification in NumPy calls beside it in
 * Python, and makes the same operations in the same order, each rounded by itself: a sum and a product are never
 * contracted to one, and nothing is reassociated, however many elements the processor takes at a time. The bits are
 * therefore those of NumPy.
 *
 *     sizes: of the arrays      arrays: where they begin, none overlapping another      c: the constants, rounded to REAL
 */

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

void chain(const long long *sizes, const struct call *calls)
{
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

/* ---- the mean gradient: the additions of the tree, and the last of them with the scale */

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

LOOP(mean_of_one)
{
    const REAL *restrict a = arrays[0];
    REAL *restrict g = arrays[1];
    const REAL scale = (REAL)c[0];
    for (long long i = 0; i < sizes[0]; i++)
        g[i] = a[i] * scale;
}

LOOP(mean_of_two)
{
    const REAL *restrict a = arrays[0], *restrict b = arrays[1];
    REAL *restrict g = arrays[2];
    const REAL scale = (REAL)c[0];
    for (long long i = 0; i < sizes[0]; i++)
        g[i] = (a[i] + b[i]) * scale;
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

/* ---- the optimizers: θ, g and the slots; c begins with the learning rate, as the rule wants it, and ε */

LOOP(sgd)
{
    REAL *restrict theta = arrays[0];
    const REAL *restrict g = arrays[1];
    const REAL rate = (REAL)c[0];
    for (long long i = 0; i < sizes[0]; i++)
        theta[i] -= g[i] * rate;
}

LOOP(momentum)
{
    REAL *restrict theta = arrays[0], *restrict v = arrays[2];
    const REAL *restrict g = arrays[1];
    const REAL rate = (REAL)c[0], mu = (REAL)c[2];
    for (long long i = 0; i < sizes[0]; i++) {
        v[i] = v[i] * mu + g[i];
        theta[i] -= v[i] * rate;
    }
}

LOOP(nesterov)
{
    REAL *restrict theta = arrays[0], *restrict v = arrays[2];
    const REAL *restrict g = arrays[1];
    const REAL rate = (REAL)c[0], mu = (REAL)c[2];
    for (long long i = 0; i < sizes[0]; i++) {
        v[i] = v[i] * mu + g[i];
        theta[i] -= (v[i] * mu + g[i]) * rate;
    }
}

LOOP(adagrad)
{
    REAL *restrict theta = arrays[0], *restrict s = arrays[2];
    const REAL *restrict g = arrays[1];
    const REAL rate = (REAL)c[0], epsilon = (REAL)c[1];
    for (long long i = 0; i < sizes[0]; i++) {
        s[i] += g[i] * g[i];
        theta[i] -= g[i] / (ROOT(s[i]) + epsilon) * rate;
    }
}

LOOP(rmsprop)
{
    REAL *restrict theta = arrays[0], *restrict s = arrays[2];
    const REAL *restrict g = arrays[1];
    const REAL rate = (REAL)c[0], epsilon = (REAL)c[1], rho = (REAL)c[2], rest = (REAL)c[3];
    for (long long i = 0; i < sizes[0]; i++) {
        s[i] = s[i] * rho + g[i] * g[i] * rest;
        theta[i] -= g[i] / (ROOT(s[i]) + epsilon) * rate;
    }
}

LOOP(adam)
{
    REAL *restrict theta = arrays[0], *restrict M = arrays[2], *restrict V = arrays[3];
    const REAL *restrict g = arrays[1];
    const REAL rate = (REAL)c[0], epsilon = (REAL)c[1], beta1 = (REAL)c[2], beta2 = (REAL)c[3];
    for (long long i = 0; i < sizes[0]; i++) {
        M[i] = M[i] * beta1 + g[i];
        V[i] = V[i] * beta2 + g[i] * g[i];
        theta[i] -= M[i] / (ROOT(V[i]) + epsilon) * rate;
    }
}

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
