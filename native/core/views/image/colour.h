// Colours of a pixel. Without branches on data, so that loops over planes vectorise.
#pragma once

#include "../../clones.h"

namespace eigenview {

// ITU-R 601-2.
EIGENVIEW_INLINE double luma(double r, double g, double b) { return 0.299 * r + 0.587 * g + 0.114 * b; }

// Hue in turns, [0, 1), red at 0; saturation in [0, 1]; value in the units of r, g, b. Grey has hue 0, black also
// saturation 0.
struct Hsv {
  double h, s, v;
};

EIGENVIEW_INLINE Hsv to_hsv(double r, double g, double b) {
  const double high_rg = r > g ? r : g, low_rg = r < g ? r : g;
  const double high = high_rg > b ? high_rg : b, low = low_rg < b ? low_rg : b;
  const double chroma = high - low;
  // A divisor that is chosen, not a quotient: compilers do not compute what might trap.
  const double unit = chroma == 0 ? 1 : chroma;
  const bool red = high == r, green = high == g;
  const double numerator = red ? g - b : green ? b - r : r - g;
  const double sector = red ? 0 : green ? 2 : 4;
  double h = (sector + numerator / unit) / 6;
  h = h < 0 ? h + 1 : h;
  h = h >= 1 ? h - 1 : h;
  return {h, chroma / (high == 0 ? 1 : high), high};
}

// v − v s·clamp(min(k, 4 − k), 0, 1) at k = n + 6h mod 6.
EIGENVIEW_INLINE double hsv_channel(double n, const Hsv& hsv) {
  double k = n + 6 * hsv.h;
  k = k >= 6 ? k - 6 : k;
  double part = k < 4 - k ? k : 4 - k;
  part = part < 0 ? 0 : part;
  part = part > 1 ? 1 : part;
  return hsv.v - hsv.v * hsv.s * part;
}

// h in [0, 1).
EIGENVIEW_INLINE void to_rgb(const Hsv& hsv, double& r, double& g, double& b) {
  r = hsv_channel(5, hsv);
  g = hsv_channel(3, hsv);
  b = hsv_channel(1, hsv);
}

}  // namespace eigenview
