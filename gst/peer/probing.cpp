// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/probing.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc {

namespace {

constexpr std::chrono::milliseconds kStep{2};

}  // namespace

void Probing::start(const rate::Probe& probe, std::shared_ptr<send::Transmission> transmission) {
  timer_.cancel();
  probe_ = probe;
  begun_ = std::chrono::steady_clock::now();
  sent_ = 0;
  transmission_ = std::move(transmission);
  if (go_on(begun_)) {
    timer_.start_repeating(kStep, [this] {
      if (!go_on(std::chrono::steady_clock::now())) {
        timer_.cancel();
      }
    });
  }
}

bool Probing::go_on(rate::Time now) {
  const double due = static_cast<double>(probe_.rate) / 8 * rate::seconds(now - begun_);
  // The first packet goes at once, and what comes after it shows the rate.
  const std::size_t bytes = std::min(static_cast<std::size_t>(due) + 1, probe_.bytes);
  if (bytes > sent_) {
    const std::size_t padding = transmission_->pad(bytes - sent_, now);
    sent_ = padding > 0 ? sent_ + padding : probe_.bytes;
  }
  return sent_ < probe_.bytes;
}

}  // namespace rtcmc
