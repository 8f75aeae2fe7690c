// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace rtcmc::send {

/// Keeps the errors of some elements from the pipeline's bus, where they would end it: somebody here knows what to do
/// about them. Only the first one counts.
///
/// Threads: any. `mutex_` protects what is below it.
class FaultTrap {
 public:
  /// Once the element is in its bin. All other messages go where they went.
  static void watch(const std::shared_ptr<FaultTrap>& trap, GstElement* element);

  void fail(const std::string& fault);
  /// Absent: there is none.
  [[nodiscard]] std::optional<std::string> fault() const;

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> fault_;
};

}  // namespace rtcmc::send
