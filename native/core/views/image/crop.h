// A random part of an image, brought back to the size of the whole.
#pragma once

#include "image.h"

namespace eigenview {

// parameters: scale, ratio (two numbers each).
std::unique_ptr<Step> make_random_resized_crop(const ImageShape& shape, const std::vector<double>& parameters);

}  // namespace eigenview
