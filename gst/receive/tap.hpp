// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::receive {

/// What takes the packets of one source pad of a webrtcbin, whether or not anybody wants them: packets that go nowhere
/// are dropped, and what becomes of those that go somewhere is no concern of the webrtcbin, which would stop otherwise.
///
/// Threads: made on a streaming thread; packets pass on one; connect(), disconnect() and request_keyframe() on the
/// room's. Destroyed there or on any other thread, after the webrtcbin was stopped.
class Tap {
 public:
  /// `on_codec` runs on the streaming thread, before the first packet and whenever the codec changes.
  using CodecHandler = std::function<void(rtp::Codec codec)>;

  /// `source` has no peer; the tap's element becomes a child of `bin`.
  Tap(GstBin* bin, GstPad* source, CodecHandler on_codec);
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;
  ~Tap();

  /// Packets go to `sink` from now on; false if it does not take them.
  [[nodiscard]] bool connect(GstPad* sink);
  /// Once it returns, nothing of this tap is on its way in what it was connected to, which must not be waiting for the
  /// caller's thread.
  void disconnect();
  void request_keyframe();

  /// What came so far. Any thread.
  struct Count {
    std::uint32_t ssrc;    // 0: not known yet; is when the codec is
    std::uint64_t frames;  // of audio, packets
  };
  [[nodiscard]] Count count() const;

 private:
  class TapNode;

  void await_push();

  std::shared_ptr<TapNode> node_;
  glib::Ref<GstElement> element_;
};

}  // namespace rtcmc::receive
