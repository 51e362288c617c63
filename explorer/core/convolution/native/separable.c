/* Sums of a picture's values, weighted by a column times a row, in one way through the picture.

   Each line is weighted down into a buffer that stays in the processor's first cache, and from
   there across: (rows + columns) products a value, with no picture between the two passes.
   explorer/core/separable.py calls it; explorer/core/separable.py and this file group the terms
   alike, for that decides how often a sum is rounded. */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* One for each kind of processor, chosen at run time: the compiler's own vectors, as wide as they
   are there. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

enum {
    BLOCK = 1024, /* so many sums are finished before the next: they stay in the first cache */
    GROUP = 4,    /* so many terms are added up before they are added to the sum */
    AHEAD = 2,    /* so many lines ahead, memory is fetched */
    CACHE_LINE = 64 / sizeof(float)
};

/* Add up count values from each of the places, weighted. The first group has up to five terms, so
   that none of the later ones is shorter than GROUP. */
FOR_EACH_PROCESSOR
static void weigh(const float *const *places, const float *weights, ptrdiff_t terms, float *sums,
                  ptrdiff_t count)
{
    for (ptrdiff_t start = 0; start < count; start += BLOCK) {
        const ptrdiff_t length = count - start < BLOCK ? count - start : BLOCK;
        float *restrict out = sums + start;
        const float *w = weights;
        ptrdiff_t term = terms == 1 ? 1 : 2 + (terms - 2) % GROUP;
        const float *a = places[0] + start, *b = a, *c = a, *d = a, *e = a;
        if (term > 1)
            b = places[1] + start;
        if (term > 2)
            c = places[2] + start;
        if (term > 3)
            d = places[3] + start;
        if (term > 4)
            e = places[4] + start;
        switch (term) {
        case 1:
            for (ptrdiff_t x = 0; x < length; x++)
                out[x] = w[0] * a[x];
            break;
        case 2:
            for (ptrdiff_t x = 0; x < length; x++)
                out[x] = w[0] * a[x] + w[1] * b[x];
            break;
        case 3:
            for (ptrdiff_t x = 0; x < length; x++)
                out[x] = w[0] * a[x] + w[1] * b[x] + w[2] * c[x];
            break;
        case 4:
            for (ptrdiff_t x = 0; x < length; x++)
                out[x] = w[0] * a[x] + w[1] * b[x] + w[2] * c[x] + w[3] * d[x];
            break;
        default:
            for (ptrdiff_t x = 0; x < length; x++)
                out[x] = w[0] * a[x] + w[1] * b[x] + w[2] * c[x] + w[3] * d[x] + w[4] * e[x];
        }
        for (; term < terms; term += GROUP) {
            w = weights + term;
            a = places[term] + start;
            b = places[term + 1] + start;
            c = places[term + 2] + start;
            d = places[term + 3] + start;
            for (ptrdiff_t x = 0; x < length; x++)
                out[x] += w[0] * a[x] + w[1] * b[x] + w[2] * c[x] + w[3] * d[x];
        }
    }
}

/* Where the picture's lines lie, and how they are continued. */
typedef struct {
    ptrdiff_t width, channels;    /* a line has width * channels values */
    const int32_t *lines;         /* which is each line of the continued picture, -1 for zeros */
    const int32_t *left, *right;  /* which place of a line each one beyond its ends repeats, or -1 */
    ptrdiff_t lefts, rights;      /* so many are beyond them */
} Frame;

typedef struct {
    const float *column, *row;
    ptrdiff_t rows, columns;
} Factors;

/* Continue a line beyond one of its ends. */
static void extend(float *beyond, const float *line, const int32_t *sources, ptrdiff_t count,
                   ptrdiff_t channels)
{
    for (ptrdiff_t place = 0; place < count; place++)
        for (ptrdiff_t channel = 0; channel < channels; channel++)
            *beyond++ = sources[place] < 0 ? 0.0f : line[sources[place] * channels + channel];
}

/* Have memory that will be written soon brought into the cache: it takes a sixth off the time
   where it is not there yet, as that of a result seldom is. */
static void fetch(const float *values, ptrdiff_t count)
{
#if defined(__GNUC__)
    for (ptrdiff_t i = 0; i < count; i += CACHE_LINE)
        __builtin_prefetch(values + i, 1);
#else
    (void)values;
    (void)count;
#endif
}

/* Make the lines of sums from first to last (excluded): line y is of the continued picture's lines
   y to y + rows - 1, and as much shorter than them as the row asks for. 0, or -1 for want of
   memory. */
int weigh_separably(const Frame *frame, const Factors *factors, const float *planes, float *sums,
                    ptrdiff_t first, ptrdiff_t last)
{
    const ptrdiff_t channels = frame->channels, rows = factors->rows, columns = factors->columns;
    const ptrdiff_t line = frame->width * channels;
    const ptrdiff_t continued = (frame->lefts + frame->width + frame->rights) * channels;
    const ptrdiff_t out = continued - (columns - 1) * channels;
    float *buffer = malloc((size_t)continued * sizeof *buffer);
    float *zeros = calloc((size_t)line, sizeof *zeros);
    const float **places = malloc((size_t)(rows > columns ? rows : columns) * sizeof *places);
    const int is_short = !buffer || !zeros || !places;
    for (ptrdiff_t y = first; y < last && !is_short; y++) {
        const int32_t *lines = frame->lines + y;
        if (y + AHEAD < last)
            fetch(sums + (y + AHEAD) * out, out);
        float *inside = buffer + frame->lefts * channels;
        for (ptrdiff_t i = 0; i < rows; i++)
            places[i] = lines[i] < 0 ? zeros : planes + lines[i] * line;
        weigh(places, factors->column, rows, inside, line);
        extend(buffer, inside, frame->left, frame->lefts, channels);
        extend(inside + line, inside, frame->right, frame->rights, channels);
        for (ptrdiff_t i = 0; i < columns; i++)
            places[i] = buffer + i * channels;
        weigh(places, factors->row, columns, sums + y * out, out);
    }
    free(buffer);
    free(zeros);
    free(places);
    return is_short ? -1 : 0;
}
