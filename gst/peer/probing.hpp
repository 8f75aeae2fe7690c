// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "glib/timer.hpp"
#include "rate/prober.hpp"
#include "rate/types.hpp"
#include "send/transmission.hpp"

namespace rtcmc {

/// Sends a probe's padding evenly, at its rate. In one piece it would fit into what links let through at once, however
/// slow they are, and show nothing.
///
/// Threads: the room's.
class Probing {
 public:
  /// In place of what is left of the one before.
  void start(const rate::Probe& probe, std::shared_ptr<send::Transmission> transmission);
  void stop() { timer_.cancel(); }
  [[nodiscard]] bool is_active() const { return timer_.active(); }

 private:
  /// False: all is sent that is to be.
  bool go_on(rate::Time now);

  rate::Probe probe_{};
  rate::Time begun_;
  std::size_t sent_ = 0;  // bytes
  std::shared_ptr<send::Transmission> transmission_;
  glib::Timer timer_;
};

}  // namespace rtcmc
