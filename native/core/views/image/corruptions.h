// The common corruptions. parameters: as src/backends/js/views/image lists them for each.
#pragma once

#include "image.h"

namespace eigenview {

std::unique_ptr<Step> make_gaussian_noise(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_speckle_noise(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_impulse_noise(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_shot_noise(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_pixelate(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_zoom_blur(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_defocus_blur(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_motion_blur(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_fog(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_brightness(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_contrast(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_saturate(const ImageShape& shape, const std::vector<double>& parameters);
std::unique_ptr<Step> make_elastic(const ImageShape& shape, const std::vector<double>& parameters);

}  // namespace eigenview
