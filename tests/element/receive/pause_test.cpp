// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound of which nothing is sent in silence (Opus' DTX), as browsers do with usedtx=1.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "gst_ref.hpp"
#include "media/elements.hpp"
#include "receive/pauses.hpp"
#include "receive/slot_fixture.hpp"

namespace rtcmc::receive::testing {
namespace {

/// Where a recording begins anew, and at the encoder's first packet, times fit less well.
constexpr GstClockTimeDiff kJoint = 10 * GST_MSECOND;

struct Stretch {
  GstClockTime begin;
  GstClockTime end;

  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// What leaves a pad from now on.
void watch_stretches(GstPad* pad, std::vector<Stretch>& stretches) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        const GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        static_cast<std::vector<Stretch>*>(data)->push_back(
            {GST_BUFFER_PTS(buffer), GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer)});
        return GST_PAD_PROBE_OK;
      },
      &stretches, nullptr);
}

class PauseTest : public SlotTest {
 protected:
  /// Half of it is silence.
  static Recording sound_with_pauses() {
    return record(
        "concat name=both audiotestsrc samplesperbuffer=960 num-buffers=50 ! both. "
        "audiotestsrc samplesperbuffer=960 num-buffers=50 wave=silence ! both. "
        "both. ! audio/x-raw,rate=48000,channels=2 ! opusenc dtx=true complexity=7 ! rtpopuspay dtx=true");
  }
  /// Comes to a decoder, whose output from then on goes into `stretches`.
  void hear(const Recording& recording, std::vector<Stretch>& stretches) {
    begin(rtp::Codec::Opus);
    bind();
    push_caps(recording.caps);
    ASSERT_TRUE(comes_through(recording));
    const auto pad = decoded();
    ASSERT_TRUE(pad);
    watch_stretches(pad.get(), stretches);
  }

 private:
  [[nodiscard]] glib::Ref<GstPad> decoded() {
    const std::unique_ptr<GstIterator, decltype(&gst_iterator_free)> all(
        gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline()), "opusdec"), gst_iterator_free);
    GValue found = G_VALUE_INIT;
    if (gst_iterator_next(all.get(), &found) != GST_ITERATOR_OK) {
      return nullptr;
    }
    auto pad = static_pad(GST_ELEMENT(g_value_get_object(&found)), "src");
    g_value_unset(&found);
    return pad;
  }
};

TEST_F(PauseTest, SoundHasNoHolesWhereNothingIsSent) {
  const auto recording = sound_with_pauses();
  ASSERT_TRUE(recording.caps);
  ASSERT_LT(recording.packets.size(), 75U) << "without pauses";
  std::vector<Stretch> stretches;
  ASSERT_NO_FATAL_FAILURE(hear(recording, stretches));
  const GstClockTime begin = time();
  play(recording);
  play(recording);
  const GstClockTime played = time() - begin;
  ASSERT_FALSE(stretches.empty());
  EXPECT_GT(stretches.back().end - stretches.front().begin, played - 100 * GST_MSECOND);
  for (std::size_t i = 1; i < stretches.size(); ++i) {
    EXPECT_LT(std::abs(GST_CLOCK_DIFF(stretches[i - 1].end, stretches[i].begin)), kJoint)
        << "at " << stretches[i].begin / GST_MSECOND << " ms";
  }
  EXPECT_EQ(count(GST_MESSAGE_WARNING) + count(GST_MESSAGE_ERROR), 0U);
}

/// As RTP's timestamps make them: of no round lengths, when pictures and sound are brought together.
TEST_F(PauseTest, SoundStaysInTimeWhateverItsPausesLast) {
  const auto recording = record(
      "audiotestsrc samplesperbuffer=960 num-buffers=25 ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay");
  ASSERT_TRUE(recording.caps);
  std::vector<Stretch> stretches;
  ASSERT_NO_FATAL_FAILURE(hear(recording, stretches));
  // What was played is behind by one packet, since the next may tell of one that was lost, and by where play() ends.
  constexpr GstClockTimeDiff kBehind = 70 * GST_MSECOND;
  // Between two of play(): a thirtieth of a second from the last packet, which lasts 20 ms.
  constexpr GstClockTime kJointPause = GST_SECOND / 30 - 20 * GST_MSECOND;
  for (const GstClockTime microseconds : {60'000, 60'021, 60'095, 60'320, 61'000, 40'600, 20'100, 15'000, 14'500}) {
    pause(microseconds * GST_USECOND - kJointPause);
    play(recording);
    ASSERT_FALSE(stretches.empty());
    EXPECT_LT(GST_CLOCK_DIFF(stretches.back().end, time()), kBehind) << "after a pause of " << microseconds << " us";
  }
  for (const GstClockTime microseconds : {20'000, 20'001, 2'600, 2'499, 100, 1}) {
    lose(microseconds * GST_USECOND);
    play(recording);
    EXPECT_LT(GST_CLOCK_DIFF(stretches.back().end, time()), kBehind) << microseconds << " us were lost";
  }
  EXPECT_EQ(count(GST_MESSAGE_WARNING) + count(GST_MESSAGE_ERROR), 0U);
}

struct PauseCase {
  const char* name;
  std::vector<GstClockTime> times;  // of packets of 20 ms, in ms
  std::vector<Stretch> made_up;     // likewise
};

/// What is said to the decoder, with nothing else around it.
TEST(Pauses, AreMadeUpByTheDecoder) {
  const std::vector<PauseCase> cases{
      {"none", {0, 20, 40}, {}},
      {"a clock that was corrected", {0, 25, 40}, {}},
      {"of one packet", {0, 40}, {{20, 40}}},
      {"of a packet and a half", {0, 50}, {{20, 40}, {40, 50}}},
      {"of what Opus has no multiple for", {0, 59}, {{20, 40}, {40, 57}}},
      {"of so little more than a packet that Opus cannot make it up", {0, 42}, {{20, 40}}},
      {"of Opus' own", {0, 80, 100}, {{20, 40}, {40, 60}, {60, 80}}},
      {"the sound was off", {0, 2000, 2020}, {}},
      {"back in time", {1000, 0, 20}, {}},
  };
  for (const PauseCase& each : cases) {
    const auto pad = glib::Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new("source", GST_PAD_SRC))));
    fill_pauses(pad.get());
    std::vector<Stretch> made_up;
    gst_pad_add_probe(
        pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
          if (GST_EVENT_TYPE(event) == GST_EVENT_GAP) {
            GstClockTime begin = 0;
            GstClockTime duration = 0;
            gst_event_parse_gap(event, &begin, &duration);
            static_cast<std::vector<Stretch>*>(data)->push_back(
                {begin / GST_MSECOND, (begin + duration) / GST_MSECOND});
          }
          return GST_PAD_PROBE_OK;
        },
        &made_up, nullptr);
    gst_pad_set_active(pad.get(), TRUE);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad.get(), gst_event_new_stream_start("sound"));
    gst_pad_push_event(pad.get(), gst_event_new_segment(&segment));
    for (const GstClockTime time : each.times) {
      GstBuffer* buffer = gst_buffer_new();
      GST_BUFFER_PTS(buffer) = time * GST_MSECOND;
      GST_BUFFER_DURATION(buffer) = 20 * GST_MSECOND;
      gst_pad_push(pad.get(), buffer);
    }
    EXPECT_EQ(made_up, each.made_up) << each.name;
  }
}

}  // namespace
}  // namespace rtcmc::receive::testing
