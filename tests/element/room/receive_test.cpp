// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "media/elements.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "wait_until.hpp"

// Two elements in a room of the real server: one sends, the other one receives.

namespace rtcmc::test {
namespace {

constexpr const char* kReceiveCamera =
    "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1 ! room. ";

/// Looks at what arrives at the element called "sink".
class Sink {
 public:
  explicit Sink(const Pipeline& pipeline, const char* name = "sink")
      : pad_(pad_of(pipeline, name)),
        probe_(gst_pad_add_probe(
            pad_.get(), GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
            [](GstPad*, GstPadProbeInfo* info, gpointer data) {
              static_cast<Sink*>(data)->see(info);
              return GST_PAD_PROBE_OK;
            },
            this, nullptr)) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink() { gst_pad_remove_probe(pad_.get(), probe_); }

  [[nodiscard]] unsigned buffers() const { return buffers_; }
  [[nodiscard]] unsigned stream_starts() const { return stream_starts_; }
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  [[nodiscard]] std::string format() const {
    const auto caps = glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad_.get()));
    return caps ? gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)) : "";
  }

 private:
  static glib::Ref<GstPad> pad_of(const Pipeline& pipeline, const char* name) {
    const auto sink = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.element()), name));
    return static_pad(sink.get(), "sink");
  }

  /// On a streaming thread.
  void see(const GstPadProbeInfo* info) {
    if (GST_IS_BUFFER(info->data)) {
      ++buffers_;
      return;
    }
    const GstEventType type = GST_EVENT_TYPE(GST_EVENT(info->data));
    stream_starts_ += type == GST_EVENT_STREAM_START ? 1U : 0U;
    has_ended_ = has_ended_ || type == GST_EVENT_EOS;
  }

  const glib::Ref<GstPad> pad_;
  std::atomic<unsigned> buffers_ = 0;
  std::atomic<unsigned> stream_starts_ = 0;
  std::atomic<bool> has_ended_ = false;
  const gulong probe_;
};

class Receiving : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Pipeline> enter(const std::string& properties, const std::string& rest) const {
    auto pipeline = std::make_unique<Pipeline>("rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " +
                                               properties + " " + rest);
    pipeline->set_state(GST_STATE_PLAYING);
    EXPECT_TRUE(wait_until([&] { return pipeline->posted("rtcmc-room-joined"); }));
    return pipeline;
  }

  [[nodiscard]] std::unique_ptr<Pipeline> send(const std::string& properties = "") const {
    return enter(properties,
                 "videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1 ! room. "
                 "audiotestsrc is-live=true ! room.");
  }

  RoomServer server_;
};

TEST_F(Receiving, RawIsWhatWhoeverTakesEverythingGets) {
  const auto sender = send();
  const auto receiver = enter("", "room.recv_video_0 ! fakesink name=sink");
  const Sink sink(*receiver);
  EXPECT_TRUE(wait_until([&] { return sink.buffers() > 10; }));
  EXPECT_EQ(sink.format(), "video/x-raw");
  EXPECT_TRUE(receiver->errors().empty());
}

TEST_F(Receiving, NothingIsDecodedForWhoeverWantsItEncoded) {
  const auto sender = send();
  const auto receiver = enter("",
                              "room.recv_video_0 ! video/x-vp8 ! fakesink name=sink room.recv_audio_0 ! audio/x-opus ! "
                              "fakesink name=audio_sink");
  const Sink video(*receiver);
  const Sink audio(*receiver, "audio_sink");
  EXPECT_TRUE(wait_until([&] { return video.buffers() > 10 && audio.buffers() > 10; }));
  EXPECT_EQ(receiver->elements_of("vp8dec"), 0U);
  EXPECT_EQ(receiver->elements_of("opusdec"), 0U);
}

TEST_F(Receiving, RtpIsPassedOnAsItIs) {
  const auto sender = send();
  const auto receiver = enter("", "room.recv_audio_0 ! application/x-rtp ! fakesink name=sink");
  const Sink sink(*receiver);
  EXPECT_TRUE(wait_until([&] { return sink.buffers() > 10; }));
  EXPECT_EQ(receiver->elements_of("rtpopusdepay"), 0U);
}

TEST_F(Receiving, WithoutANameItIsASlot) {
  const auto sender = send();
  for (const auto& [rest, format] : {std::pair{"room. ! videoconvert ! fakesink name=sink", "video/x-raw"},
                                     std::pair{"room. ! audioconvert ! fakesink name=sink", "audio/x-raw"},
                                     std::pair{"room. ! decodebin ! fakesink name=sink", "video/x-raw"}}) {
    const auto receiver = enter("", rest);
    const Sink sink(*receiver);
    EXPECT_TRUE(wait_until([&] { return sink.buffers() > 10; })) << rest;
    EXPECT_EQ(sink.format(), format) << rest;
    EXPECT_TRUE(receiver->errors().empty());
  }
}

TEST_F(Receiving, WhatNobodyHasASlotForIsNotSent) {
  const auto sender = send();
  const auto receiver = enter("", "room.recv_audio_0 ! fakesink name=sink");
  const Sink sink(*receiver);
  EXPECT_TRUE(wait_until([&] { return sink.buffers() > 10; }));
  EXPECT_EQ(receiver->count("rtcmc-stream-added"), 1U);
  EXPECT_EQ(sender->elements_of("vp8enc"), 0U);
}

TEST_F(Receiving, APinnedSlotWaitsForItsParticipant) {
  const auto receiver = enter("recv_video_0::user-id=camera", "room.recv_video_0 ! fakesink name=sink");
  const Sink sink(*receiver);
  const auto stranger = send("user-id=stranger");
  EXPECT_TRUE(wait_until([&] { return receiver->posted("rtcmc-participant-joined"); }));
  EXPECT_FALSE(receiver->posted("rtcmc-stream-added"));
  const auto camera = send("user-id=camera");
  EXPECT_TRUE(wait_until([&] { return sink.buffers() > 10; }));
}

TEST_F(Receiving, AnotherStreamFollowsInTheSameSlot) {
  const auto receiver = enter("", "room.recv_video_0 ! fakesink name=sink");
  const Sink sink(*receiver);
  {
    const auto first = send();
    EXPECT_TRUE(wait_until([&] { return sink.buffers() > 10; }));
  }
  EXPECT_TRUE(wait_until([&] { return receiver->posted("rtcmc-stream-removed"); }));
  const unsigned so_far = sink.buffers();
  const auto second = send();
  EXPECT_TRUE(wait_until([&] { return sink.buffers() > so_far + 10; }));
  EXPECT_EQ(sink.stream_starts(), 2U);
  EXPECT_FALSE(sink.has_ended());
  EXPECT_TRUE(receiver->errors().empty());
}

TEST_F(Receiving, AnEmptySlotIsFilledIfAskedTo) {
  const auto receiver = enter("recv_video_0::fill=true recv_audio_0::fill=true",
                              "room.recv_video_0 ! fakesink name=sink sync=true room.recv_audio_0 ! "
                              "fakesink name=audio_sink sync=true");
  const Sink video(*receiver);
  const Sink audio(*receiver, "audio_sink");
  EXPECT_TRUE(wait_until([&] { return video.buffers() > 10 && audio.buffers() > 10; }));
  // The first one may have come before we looked.
  const unsigned video_starts = video.stream_starts();
  const unsigned audio_starts = audio.stream_starts();
  const auto streams_since = [&](unsigned count) {
    return video.stream_starts() == video_starts + count && audio.stream_starts() == audio_starts + count;
  };
  {
    const auto sender = send();
    EXPECT_TRUE(wait_until([&] { return streams_since(1); }));
  }
  EXPECT_TRUE(wait_until([&] { return streams_since(2); }));
  const unsigned so_far = video.buffers();
  EXPECT_TRUE(wait_until([&] { return video.buffers() > so_far + 10; }));
  EXPECT_TRUE(receiver->errors().empty());
}

TEST_F(Receiving, APadMayComeAndGoDuringTheCall) {
  const auto sender = send();
  const auto receiver = enter("", "room.recv_audio_0 ! fakesink name=sink fakesink name=late async=false");
  EXPECT_TRUE(wait_until([&] { return receiver->posted("rtcmc-stream-added"); }));
  const Sink late(*receiver, "late");
  {
    const auto pad = glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(receiver->room(), "recv_video_%u"));
    const auto element = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(receiver->element()), "late"));
    const auto target = static_pad(element.get(), "sink");
    EXPECT_EQ(gst_pad_link(pad.get(), target.get()), GST_PAD_LINK_OK);
    EXPECT_TRUE(wait_until([&] { return late.buffers() > 10; }));
    gst_element_release_request_pad(receiver->room(), pad.get());
  }
  EXPECT_TRUE(wait_until([&] { return receiver->count("rtcmc-stream-removed") == 1; }));
  EXPECT_TRUE(wait_until([&] { return sender->elements_of("vp8enc") == 0; }));
  EXPECT_TRUE(receiver->errors().empty());
}

TEST_F(Receiving, BothMayAddStreamsDuringTheCall) {
  constexpr const char* kSlots =
      "room.recv_video_0 ! fakesink room.recv_video_1 ! fakesink room.recv_video_2 ! fakesink";
  const auto one = enter("", std::string(kReceiveCamera) + kSlots);
  const auto other = enter("", std::string(kReceiveCamera) + kSlots);
  const auto both_receive = [&](unsigned count) {
    return one->count("rtcmc-stream-added") == count && other->count("rtcmc-stream-added") == count;
  };
  EXPECT_TRUE(wait_until([&] { return both_receive(1); }));
  for (unsigned round = 2; round <= 3; ++round) {
    for (const auto& [from, to] : {std::pair{one.get(), other.get()}, std::pair{other.get(), one.get()}}) {
      const auto camera = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_parse_bin_from_description(
          "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1", TRUE, nullptr))));
      gst_bin_add(GST_BIN(from->element()), camera.get());
      EXPECT_TRUE(gst_element_link(camera.get(), from->room()));
      gst_element_sync_state_with_parent(camera.get());
      EXPECT_TRUE(wait_until([&, receiver = to] { return receiver->count("rtcmc-stream-added") == round; }));
    }
  }
  EXPECT_TRUE(one->warnings().empty());
  EXPECT_TRUE(other->warnings().empty());
}

TEST_F(Receiving, StreamsGetPadsOfTheirOwnIfAskedTo) {
  const auto receiver = enter("auto-receive=true", "");
  struct Pads {
    std::atomic<int> added = 0;
    std::atomic<int> removed = 0;
  } pads;
  const glib::SignalConnection added(
      receiver->room(), "pad-added",
      G_CALLBACK(+[](GstElement*, GstPad*, gpointer data) { ++static_cast<Pads*>(data)->added; }), &pads);
  const glib::SignalConnection removed(
      receiver->room(), "pad-removed",
      G_CALLBACK(+[](GstElement*, GstPad*, gpointer data) { ++static_cast<Pads*>(data)->removed; }), &pads);
  {
    const auto sender = send();
    EXPECT_TRUE(wait_until([&] { return pads.added == 2; }));
  }
  EXPECT_TRUE(wait_until([&] { return pads.removed == 2; }));
  EXPECT_TRUE(receiver->errors().empty());  // though nobody has linked the pads
}

TEST_F(Receiving, StopsWhileDownstreamTakesNothing) {
  const auto sender = send();
  const auto receiver = enter("", "room.recv_video_0 ! fakesink name=sink sync=true ts-offset=3600000000000");
  EXPECT_TRUE(wait_until([&] { return receiver->elements_of("vp8dec") == 1; }));
  EXPECT_EQ(receiver->set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

TEST_F(Receiving, TheRoomGoesOnWhileDownstreamTakesNothing) {
  const auto receiver = enter("",
                              "room.recv_video_0 ! fakesink name=sink sync=true ts-offset=3600000000000 "
                              "room.recv_audio_0 ! fakesink name=audio_sink");
  const Sink audio(*receiver, "audio_sink");
  for (unsigned round = 1; round <= 2; ++round) {
    // The second one's decoder meets a sink that takes nothing.
    {
      const auto sender = send();
      EXPECT_TRUE(wait_until([&] { return receiver->elements_of("vp8dec") == 1; }));
      const unsigned so_far = audio.buffers();
      EXPECT_TRUE(wait_until([&] { return audio.buffers() > so_far + 50; }));
    }
    EXPECT_TRUE(wait_until([&] { return receiver->count("rtcmc-participant-left") == round; }));
  }
  EXPECT_EQ(receiver->set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

TEST_F(Receiving, AnEmptySlotHoldsUpNoOther) {
  const auto sender = enter("", "videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1 ! room.");
  const auto receiver = enter("",
                              "room.recv_video_0 ! fakesink name=sink sync=true "
                              "room.recv_audio_0 ! audioconvert ! fakesink sync=true "
                              "room.recv_video_1 ! videoconvert ! fakesink sync=true");
  const Sink sink(*receiver);
  EXPECT_TRUE(wait_until([&] { return sink.buffers() > 10; }));
  const auto state = [&receiver] {
    GstState now = GST_STATE_NULL;
    gst_element_get_state(receiver->element(), &now, nullptr, 0);
    return now;
  };
  EXPECT_TRUE(wait_until([&] { return state() == GST_STATE_PLAYING; }));
  EXPECT_TRUE(receiver->errors().empty());
}

TEST_F(Receiving, TwoWhoSendBackWhatTheyReceiveDoNotWaitForOneAnother) {
  const auto loop = "room.recv_video_0 ! identity ! room.video_0";
  const auto receiver = enter("", loop);
  const auto other = enter("", loop);
  EXPECT_TRUE(wait_until([&] { return receiver->posted("rtcmc-participant-joined"); }));
  EXPECT_TRUE(wait_until([&] { return other->posted("rtcmc-participant-joined"); }));
}

}  // namespace
}  // namespace rtcmc::test
