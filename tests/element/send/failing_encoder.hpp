// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "send/track_fixture.hpp"

namespace rtcmc::send::testing {

enum class Failure {
  Busy,         // its hardware does not open
  NoStart,      // not PAUSED
  Caps,         // it refuses them
  Format,       // no converter makes what it asks for
  Silent,       // it only says so to whoever pushes
  WithMessage,  // it posts an error, too
};

/// While it lives, a VP8 encoder is installed that is preferred to all others, and fails. Its factory is one that the
/// element knows, for hardware that nobody tests on.
class FailingEncoder {
 public:
  static constexpr const char* kFactory = "mppvp8enc";

  explicit FailingEncoder(Failure failure);
  FailingEncoder(const FailingEncoder&) = delete;
  FailingEncoder& operator=(const FailingEncoder&) = delete;
  ~FailingEncoder();
};

}  // namespace rtcmc::send::testing
