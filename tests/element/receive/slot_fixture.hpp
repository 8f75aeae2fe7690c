// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gst_ref.hpp"
#include "receive/slot.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::receive::testing {

using Packet = std::vector<std::uint8_t>;

/// What a participant sends: RTP packets of one codec and their caps.
struct Recording {
  glib::Ref<GstCaps> caps;
  std::vector<glib::Ref<GstBuffer>> packets;
};

/// `source`: the elements that make it, in gst-launch's words, up to the payloader. Null caps: something is not
/// installed.
[[nodiscard]] Recording record(const std::string& source);

/// A slot in a pipeline with what takes its data, and a participant whose packets the test makes. The test's thread is
/// the room's thread, and the streaming one unless the test takes another.
class SlotTest : public ::testing::Test {
 protected:
  ~SlotTest() override;

  /// `sink`: what is behind the slot, in gst-launch's words.
  void begin(rtp::Codec codec, const std::string& sink = "fakesink sync=false async=false");
  /// The participant's stream comes and starts.
  void bind();
  /// Of the next one that binds.
  void use_codec(rtp::Codec codec) { codec_ = codec; }
  void unbind();
  /// Streaming thread.
  void push_caps(const glib::Ref<GstCaps>& caps);
  void push(const Packet& packet);
  /// A new frame, one packet long, behind what was pushed before.
  [[nodiscard]] Packet numbered_packet(const std::vector<std::uint8_t>& payload);
  /// Nothing comes for so long.
  void pause(GstClockTime duration);
  /// As of a jitterbuffer that has given a packet up.
  void lose(GstClockTime duration);
  /// As after an RTCP BYE.
  void end_of_stream();
  /// Once more with sequence numbers and timestamps that follow what was pushed before.
  void play(const Recording& recording);

  /// Iterates the room's thread; plays `recording` again and again.
  [[nodiscard]] bool comes_through(const Recording& recording);
  /// Does what is to be done on the room's thread.
  static void settle();

  struct Said {
    GstMessageType type;
    int code;
    std::string text;
  };
  [[nodiscard]] const std::vector<Said>& said();
  [[nodiscard]] unsigned count(GstMessageType type);

  /// Of what was pushed last.
  [[nodiscard]] GstClockTime time() const { return time_; }
  [[nodiscard]] unsigned arrived() const { return arrived_; }
  [[nodiscard]] int keyframe_requests() const { return keyframe_requests_; }
  [[nodiscard]] Slot& slot() { return *slot_; }
  [[nodiscard]] GstElement* pipeline() { return pipeline_.get(); }
  [[nodiscard]] RemoteStream& stream() { return *stream_; }
  [[nodiscard]] const std::shared_ptr<RemoteStream>& shared_stream() const { return stream_; }

 private:
  glib::Ref<GstElement> pipeline_;
  glib::Ref<GstElement> bin_;
  glib::Ref<GstPad> source_;
  std::shared_ptr<Slot> slot_;
  std::shared_ptr<RemoteStream> stream_;
  rtp::Codec codec_ = rtp::Codec::Vp8;
  std::atomic<unsigned> arrived_ = 0;
  std::atomic<int> keyframe_requests_ = 0;
  std::vector<Said> said_;
  std::uint16_t sequence_ = 0;
  std::uint32_t timestamp_ = 0;
  GstClockTime time_ = 0;
};

}  // namespace rtcmc::receive::testing
