// The loops over rows of numbers that the objectives share, vectorised.
#pragma once

#include <cstdint>

namespace eigenview::losses {

// Whether all n numbers are finite.
bool all_finite(const double* x, int64_t n);

// Sum, and inner product, of n numbers; the order of summation depends on n alone.
double sum_of(const double* x, int64_t n);
double dot(const double* x, const double* y, int64_t n);

// sums += x − origin; n numbers each.
void add_difference(const double* x, const double* origin, int64_t n, double* sums);

// x = (x − origin) − offset; squares += x².
void centre_row(double* x, const double* origin, const double* offset, int64_t n, double* squares);

// g = factor · (x − y), and the sum of (x − y)².
double difference_row(const double* x, const double* y, double factor, int64_t n, double* g);

// g += factor · (x − y + offset), and the sum of (x − y + offset)².
double add_difference_row(const double* x, const double* y, const double* offset, double factor, int64_t n, double* g);

// y = factor · x, and y = x ⊙ factors.
void scale_row(const double* x, double factor, int64_t n, double* y);
void scale_row(const double* x, const double* factors, int64_t n, double* y);

// y = factors ⊙ y + others ⊙ x.
void scale_and_add(double* y, const double* factors, const double* x, const double* others, int64_t n);

// g = factor · (g + own · u).
void project_row(double* g, double factor, double own, const double* u, int64_t n);

// y += factor · x.
void add_scaled(const double* x, double factor, int64_t n, double* y);

// y += x.
void add_row(const double* x, int64_t n, double* y);

// e = e^{s − shift}; s may be e.
void exp_row(const double* s, double shift, int64_t n, double* e);

// e = e^{s − shifts}, one shift an element.
void exp_row(const double* s, const double* shifts, int64_t n, double* e);

// maxima = max(maxima, s), and the largest of s.
double max_row(const double* s, int64_t n, double* maxima);

// w ⊙= factor + factors.
void weigh_row(double factor, const double* factors, int64_t n, double* w);

// Sines and cosines of n angles of any size; all finite.
void sin_cos_row(const double* angles, int64_t n, double* sines, double* cosines);

// cosines, sines: of wθ for n angles θ; on return of (w + 1)θ, by the addition theorem from those of θ. Adds up both.
void turn_row(const double* cos1, const double* sin1, int64_t n, double* cosines, double* sines, double& cosine_sum,
              double& sine_sum);

// The same, and out += a sin((w + 1)θ) + b cos((w + 1)θ) in place of the sums.
void turn_row(const double* cos1, const double* sin1, int64_t n, double* cosines, double* sines, double a, double b,
              double* out);

}  // namespace eigenview::losses
