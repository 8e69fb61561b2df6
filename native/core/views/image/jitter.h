// Random brightness, contrast, saturation and hue.
#pragma once

#include "image.h"

namespace eigenview {

// parameters: brightness, contrast, saturation, hue.
std::unique_ptr<Step> make_color_jitter(const ImageShape& shape, const std::vector<double>& parameters);

}  // namespace eigenview
