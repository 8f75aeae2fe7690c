// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/fit.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>

namespace rtcmc::send {

namespace {

/// As H.264's levels up to 5.2 have it, the highest that browsers' decoders and their hardware take: 36,864 blocks of
/// 16×16 points, of 4096×2304 for example.
constexpr double kMaxPixels = 36864.0 * 256;
constexpr double kMaxSide = 4096;
/// What encoders can make.
constexpr double kMinSide = 16;
/// Of pictures that are made smaller so that they need less.
constexpr double kMinReducedSide = 120;

glib::Ref<GstCaps> anything() {
  return glib::Ref<GstCaps>::adopt(gst_caps_new_empty_simple("video/x-raw"));
}

int even(double size) {
  return std::max(2, 2 * static_cast<int>(std::lround(size / 2)));
}

}  // namespace

glib::Ref<GstCaps> fitting_colours(GstCaps* caps, rtp::Codec codec) {
  auto result = anything();
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, caps)) {
    return result;
  }
  const GstVideoColorimetry& colours = info.colorimetry;
  const bool is_yuv = GST_VIDEO_INFO_IS_YUV(&info);
  const bool is_601 = is_yuv && colours.matrix == GST_VIDEO_COLOR_MATRIX_BT601;
  const bool is_limited = colours.range == GST_VIDEO_COLOR_RANGE_16_235;
  const char* wanted = nullptr;
  if (codec == rtp::Codec::Vp8) {
    wanted = is_601 && is_limited ? nullptr : GST_VIDEO_COLORIMETRY_BT601;
  } else if (is_yuv && !is_limited) {
    wanted = is_601 ? GST_VIDEO_COLORIMETRY_BT601 : GST_VIDEO_COLORIMETRY_BT709;
  }
  if (wanted) {
    gst_caps_set_simple(result.get(), "colorimetry", G_TYPE_STRING, wanted, nullptr);
  }
  return result;
}

glib::Ref<GstCaps> fitting_size(GstCaps* caps, int divisor) {
  auto result = anything();
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  int width = 0;
  int height = 0;
  int par_n = 1;
  int par_d = 1;
  if (!gst_structure_get_int(structure, "width", &width) || !gst_structure_get_int(structure, "height", &height)) {
    return result;
  }
  gst_structure_get_fraction(structure, "pixel-aspect-ratio", &par_n, &par_d);
  if (par_n <= 0 || par_d <= 0) {
    par_n = par_d = 1;
  }
  // Longer, never shorter: no detail is lost.
  const double ratio = static_cast<double>(par_n) / par_d;
  const double full_width = width * std::max(ratio, 1.0);
  const double full_height = height / std::min(ratio, 1.0);
  const double shrink = std::min(
      {1.0, kMaxSide / full_width, kMaxSide / full_height, std::sqrt(kMaxPixels / (full_width * full_height))});
  const double grow = std::max(1.0, kMinSide / std::min(full_width, full_height));
  const double reduce = std::clamp(kMinReducedSide / (std::min(full_width, full_height) * shrink), 1.0 / divisor, 1.0);
  if (par_n == par_d && shrink >= 1 && grow <= 1 && reduce >= 1) {
    return result;
  }
  const double factor = grow > 1 ? std::min(grow, kMaxSide / std::max(full_width, full_height)) : shrink * reduce;
  gst_caps_set_simple(result.get(), "width", G_TYPE_INT, even(full_width * factor), "height", G_TYPE_INT,
                      even(full_height * factor), "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr);
  return result;
}

}  // namespace rtcmc::send
