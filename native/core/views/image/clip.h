#pragma once

#include "../../clones.h"

namespace eigenview {

// x brought into [0, white]; NaN stays.
EIGENVIEW_INLINE double clip(double x, double white) {
  const double positive = x < 0 ? 0 : x;
  return positive > white ? white : positive;
}

}  // namespace eigenview
