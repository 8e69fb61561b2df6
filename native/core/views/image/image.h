// Images as rows: planar, channel after channel, each height×width, row after row. Pixel (x, y) of a channel covers the
// unit square around (x + ½, y + ½).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../step.h"

namespace eigenview {

struct ImageShape {
  int width, height, channels;
  double white;  // the value of a saturated pixel; black is 0

  int64_t plane() const { return static_cast<int64_t>(width) * height; }
  int64_t size() const { return plane() * channels; }
};

// A transform of one image into another of the same shape.
class ImageStep : public RowStep {
 public:
  explicit ImageStep(const ImageShape& shape)
      : RowStep(static_cast<int>(shape.size()), static_cast<int>(shape.size())), shape_(shape) {}

 protected:
  const ImageShape shape_;
};

// The transforms of augmentations.cpp and of corruptions.cpp. `parameters`: as src/views/image lists them for each. Null for
// a name there is not.
std::unique_ptr<Step> make_augmentation(const std::string& name, const ImageShape& shape,
                                        const std::vector<double>& parameters);
std::unique_ptr<Step> make_corruption(const std::string& name, const ImageShape& shape,
                                      const std::vector<double>& parameters);

}  // namespace eigenview
