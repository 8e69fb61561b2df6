// Plasma fractals, as src/backends/js/views/image/plasma.ts defines them.
#pragma once

#include <cstdint>

#include "../draw.h"

namespace eigenview {

// map: side×side heights in [0, 1]; side a power of two.
void plasma(const Draw& draw, int64_t side, double decay, double* map);

}  // namespace eigenview
