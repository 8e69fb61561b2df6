#include "corruptions.h"

namespace eigenview {

std::unique_ptr<Step> make_corruption(const std::string& name, const ImageShape& shape,
                                      const std::vector<double>& parameters) {
  if (name == "gaussianNoise") return make_gaussian_noise(shape, parameters);
  if (name == "shotNoise") return make_shot_noise(shape, parameters);
  if (name == "impulseNoise") return make_impulse_noise(shape, parameters);
  if (name == "speckleNoise") return make_speckle_noise(shape, parameters);
  if (name == "pixelate") return make_pixelate(shape, parameters);
  if (name == "zoomBlur") return make_zoom_blur(shape, parameters);
  if (name == "defocusBlur") return make_defocus_blur(shape, parameters);
  if (name == "motionBlur") return make_motion_blur(shape, parameters);
  if (name == "fog") return make_fog(shape, parameters);
  if (name == "brightness") return make_brightness(shape, parameters);
  if (name == "contrast") return make_contrast(shape, parameters);
  if (name == "saturate") return make_saturate(shape, parameters);
  if (name == "elastic") return make_elastic(shape, parameters);
  return nullptr;
}

}  // namespace eigenview
