// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "element/pad_names.hpp"
#include "element/settings.hpp"
#include "element/source_pad.hpp"
#include "receive/slot.hpp"
#include "session/session.hpp"

namespace rtcmc {

struct OutputSettings {
  GstClockTime latency = 0;
  std::uint32_t max_picture_size = receive::kDefaultMaxPictureSize;  // pixels, see receive::DecodingSettings
  bool stays = false;                                                // pads of auto-receive, one for each kind, stay
};

/// The element's source pads, and the slot behind each: those that were requested, and those of auto-receive.
///
/// Threads: any. `mutex_` protects all data below it; it is never held while a pad or a slot is made, added, removed or
/// closed.
class Outputs {
 public:
  Outputs(GstBin* bin, PadNames& pad_names) : bin_(bin), pad_names_(pad_names) {}

  void add(RtcmcSourcePad* pad, rtp::Kind kind, const OutputSettings& settings);
  void remove(RtcmcSourcePad* pad);
  [[nodiscard]] bool empty() const;
  [[nodiscard]] PadKinds kinds() const;

  /// From here until detach() the session fills the slots.
  void attach(const std::shared_ptr<Session>& session, const OutputSettings& settings);
  /// Removes the pads of auto-receive.
  void detach();

  /// A further pad, for this stream. Null if `session` is not attached any more.
  [[nodiscard]] std::shared_ptr<receive::Slot> expose(const Session* session, const event::SlotWanted& wanted);
  /// The pad of such a slot goes.
  void withdraw(const std::shared_ptr<receive::Slot>& slot);
  /// Downstream of all of them gets an end of stream.
  void end_of_stream();

 private:
  struct Output {
    RtcmcSourcePad* pad;  // only as a key
    std::shared_ptr<receive::Slot> slot;
  };

  [[nodiscard]] std::shared_ptr<receive::Slot> make_slot(RtcmcSourcePad* pad, rtp::Kind kind,
                                                         const OutputSettings& settings);
  static void end(const Output& output);
  void remove_exposed(const Output& output);

  GstBin* const bin_;
  PadNames& pad_names_;

  mutable std::mutex mutex_;
  std::vector<Output> outputs_;
  std::vector<Output> exposed_;  // by auto-receive
  std::shared_ptr<Session> session_;
  OutputSettings settings_;
};

}  // namespace rtcmc
