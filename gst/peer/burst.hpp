// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <memory>

namespace rtcmc {

/// Sends the packets of a frame, which come as a list, past libnice: equal ones go through the kernel in one piece,
/// where libnice has each take the whole way. Where ICE has found a direct way over UDP: what goes through a relay or
/// over TCP, or is not taken by the socket, libnice sends.
///
/// Threads: any.
class Burst {
 public:
  /// For every element that comes into a webrtcbin, before it runs.
  static void serve(GstElement* added, const std::shared_ptr<Burst>& burst);

  /// Those that did not go through libnice.
  [[nodiscard]] std::uint64_t sent_packets() const { return sent_; }

 private:
  class Link;

  std::atomic<std::uint64_t> sent_ = 0;
};

}  // namespace rtcmc
