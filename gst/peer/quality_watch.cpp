// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/quality_watch.hpp"

namespace rtcmc {

namespace {

bool looks_alike(const SentQuality& one, const SentQuality& other) {
  return one.layer == other.layer && one.portion == other.portion && one.size == other.size;
}

}  // namespace

std::optional<QualityReason> QualityWatch::decide(SentQuality quality, Time now) {
  constexpr SentQuality::Size kUnknown;
  if (!told_) {
    told_ = quality;
    return std::nullopt;
  }
  // That a size becomes known is no news, nor that one is not known yet of what has just begun.
  if (told_->size == kUnknown) {
    told_->size = quality.size;
    told_->input = quality.input;
  } else if (quality.size == kUnknown) {
    quality.size = told_->size;
  }
  if (looks_alike(quality, *told_) || (told_at_ && now - *told_at_ < kBetween)) {
    return std::nullopt;
  }
  const bool is_of_input = quality.input != told_->input;
  told_ = quality;
  told_at_ = now;
  return is_of_input ? QualityReason::Input : QualityReason::Network;
}

}  // namespace rtcmc
