// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/bitrate_wish.hpp"

#include <algorithm>

namespace rtcmc::send {

namespace {

constexpr double kClearlyLess = 0.85;
constexpr double kClearlyMore = 1.15;

}  // namespace

std::optional<std::uint64_t> BitrateWish::decide(std::uint64_t rate, std::optional<std::uint64_t> least,
                                                 bool is_reduced, Time now) {
  if (!told_) {
    full_ = rate;
    if (!is_reduced || !least || *least >= rate) {
      return std::nullopt;
    }
    told_ = Told{*least, now};
    return *least;
  }
  full_ = std::max(full_, rate);
  const std::uint64_t wish = std::min(least.value_or(full_), full_);
  const double change = static_cast<double>(wish) / static_cast<double>(std::max<std::uint64_t>(told_->rate, 1));
  const bool is_less = change < kClearlyLess && now - told_->time >= kBeforeLess;
  const bool is_more = (change > kClearlyMore || (wish == full_ && change > 1)) && now - told_->time >= kBeforeMore;
  if (!is_less && !is_more) {
    return std::nullopt;
  }
  told_ = Told{wish, now};
  if (wish == full_) {
    told_.reset();
  }
  return wish;
}

}  // namespace rtcmc::send
