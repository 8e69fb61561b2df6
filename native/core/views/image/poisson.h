// Poisson numbers by inversion of a uniform, as src/backends/js/views/image/poisson.ts defines them.
#pragma once

#include <cstdint>
#include <vector>

namespace eigenview {

class Poisson {
 public:
  // For rates in [0, max_rate].
  explicit Poisson(double max_rate);

  // The numbers of `count` rates at uniforms u, as doubles; NaN for a rate of NaN.
  void invert(const double* rates, const double* u, int64_t count, double* out) const;

 private:
  double search(double rate, double inverse, double probability, double u) const;

  std::vector<double> modes_;        // e^{−m} mᵐ/m!
  std::vector<double> reciprocals_;  // 1/n, as far as a search can come
};

}  // namespace eigenview
