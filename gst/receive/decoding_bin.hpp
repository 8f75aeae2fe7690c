// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "gst_ref.hpp"

namespace rtcmc::receive {

/// Why a stream is not decoded any more.
struct DecodingFault {
  GstStreamError code;
  std::string text;   // sentences: what it is, what can be done
  std::string debug;  // what the element says
};

/// Runs on the thread where the fault shows, mostly the streaming one: it must not wait for anything.
using FaultHandler = std::function<void(const DecodingFault& fault)>;

/// Where the first fault of a decoding is told, and everything after it stops.
///
/// Threads: any.
class Containment {
 public:
  explicit Containment(FaultHandler on_fault) : on_fault_(std::move(on_fault)) {}

  void fail(const DecodingFault& fault);
  [[nodiscard]] bool has_failed() const { return has_failed_; }

 private:
  const FaultHandler on_fault_;
  std::atomic<bool> has_failed_ = false;
};

/// A bin out of which no error, warning or QoS message comes: a participant brings these about, so they are no affair
/// of the pipeline. Errors, also those that its elements only return to whoever pushes, are told to `containment`,
/// after which it takes nothing more.
[[nodiscard]] glib::Ref<GstElement> make_decoding_bin(const std::string& name,
                                                      std::shared_ptr<Containment> containment);
/// Its sink pad, in front of `target`.
void add_contained_sink(GstElement* decoding_bin, GstPad* target);
/// Pictures that are wider or higher than `max_size`, by the caps at `pad`, are a fault and do not pass.
void add_size_check(GstPad* pad, std::shared_ptr<Containment> containment, std::uint32_t max_size);

}  // namespace rtcmc::receive
