// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/outlets.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/elements.hpp"
#include "send/timeline.hpp"

namespace rtcmc::send::testing {
namespace {

/// A pad that writes down what comes to it.
class Ear {
 public:
  Ear() {
    gst_pad_set_element_private(pad_.get(), this);
    gst_pad_set_chain_function(
        pad_.get(), +[](GstPad* pad, GstObject*, GstBuffer* buffer) {
          const auto taken = glib::Ref<GstBuffer>::adopt(buffer);
          self(pad).heard_.emplace_back("buffer");
          return GST_FLOW_OK;
        });
    gst_pad_set_event_function(
        pad_.get(), +[](GstPad* pad, GstObject*, GstEvent* event) -> gboolean {
          const auto taken = glib::Ref<GstEvent>::adopt(event);
          self(pad).heard_.emplace_back(GST_EVENT_TYPE_NAME(event));
          return TRUE;
        });
    gst_pad_set_active(pad_.get(), TRUE);
  }

  [[nodiscard]] GstPad* pad() const { return pad_.get(); }
  [[nodiscard]] const std::vector<std::string>& heard() const { return heard_; }

 private:
  static Ear& self(GstPad* pad) { return *static_cast<Ear*>(gst_pad_get_element_private(pad)); }

  const glib::Ref<GstPad> pad_ =
      glib::Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new("sink", GST_PAD_SINK))));
  std::vector<std::string> heard_;
};

class OutletsTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<const Outlets::Outlet> add(const Ear& ear, Outlets::Gate gate) {
    auto pad = glib::Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new(nullptr, GST_PAD_SRC))));
    return outlets_.add(element_.get(), std::move(pad), ear.pad(), std::move(gate));
  }
  void begin() {
    outlets_.keep(Outlets::Kept::StreamStart, glib::Ref<GstEvent>::adopt(gst_event_new_stream_start("stream")));
    outlets_.keep(Outlets::Kept::Caps,
                  glib::Ref<GstEvent>::adopt(gst_event_new_caps(parse_caps("audio/x-opus").get())));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    outlets_.keep(Outlets::Kept::Segment, glib::Ref<GstEvent>::adopt(gst_event_new_segment(&segment)));
  }
  void push(bool can_start = true) { outlets_.push(glib::Ref<GstBuffer>::adopt(gst_buffer_new()), {can_start, false}); }

  const glib::Ref<GstElement> element_ = make_installed("identity");
  Outlets outlets_;
};

bool always(const Outlets::Arrival&) {
  return true;
}

using Heard = std::vector<std::string>;

TEST_F(OutletsTest, WhoComesLateHearsWhatCameFirst) {
  const Ear early;
  const auto first = add(early, always);
  begin();
  push();
  const Ear late;
  const auto second = add(late, always);
  EXPECT_EQ(late.heard(), Heard{});
  push();
  EXPECT_EQ(early.heard(), (Heard{"stream-start", "caps", "segment", "buffer", "buffer"}));
  EXPECT_EQ(late.heard(), (Heard{"stream-start", "caps", "segment", "buffer"}));
}

TEST_F(OutletsTest, EachTakesWhatItWants) {
  begin();
  const Ear all;
  const auto first = add(all, always);
  const Ear some;
  const auto second = add(some, [](const Outlets::Arrival& arrival) { return arrival.can_start; });
  push(false);
  EXPECT_EQ(some.heard(), Heard{});
  push(true);
  EXPECT_EQ(some.heard().back(), "buffer");
  EXPECT_EQ(all.heard().size(), some.heard().size() + 1);
}

TEST_F(OutletsTest, OneMayGoWhileItIsPushedTo) {
  begin();
  const Ear ear;
  std::shared_ptr<const Outlets::Outlet> leaving;
  leaving = add(ear, [&](const Outlets::Arrival&) {
    outlets_.remove(element_.get(), leaving);
    return false;
  });
  const Ear other;
  const auto staying = add(other, always);
  push();
  push();
  EXPECT_EQ(ear.heard(), Heard{});
  EXPECT_EQ(other.heard().size(), 5U);
}

TEST_F(OutletsTest, WhatIsForgottenNobodyHears) {
  begin();
  outlets_.forget_all();
  EXPECT_FALSE(outlets_.kept(Outlets::Kept::Caps));
  EXPECT_FALSE(outlets_.kept(Outlets::Kept::StreamStart));
}

TEST(TimelineTest, OnlyWhatHasNoTimestampIsStamped) {
  Timeline timeline;
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 10 * GST_SECOND;
  timeline.set_segment(glib::Ref<GstEvent>::adopt(gst_event_new_segment(&segment)));
  EXPECT_TRUE(timeline.begin(GST_CLOCK_TIME_NONE, GST_SECOND));
  const auto stamped = [&timeline](GstClockTime pts, GstClockTime dts) {
    auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new());
    GST_BUFFER_PTS(buffer.get()) = pts;
    GST_BUFFER_DTS(buffer.get()) = dts;
    return GST_BUFFER_PTS(timeline.stamped(std::move(buffer), GST_SECOND).get());
  };
  EXPECT_EQ(stamped(GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE), 11 * GST_SECOND) << "a second into the segment";
  EXPECT_EQ(stamped(12 * GST_SECOND, GST_CLOCK_TIME_NONE), 12 * GST_SECOND);
  EXPECT_EQ(stamped(GST_CLOCK_TIME_NONE, 13 * GST_SECOND), 13 * GST_SECOND);

  auto list = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new());
  gst_buffer_list_add(list.get(), gst_buffer_new());
  const auto complete = timeline.stamped(list, GST_SECOND);
  EXPECT_EQ(GST_BUFFER_PTS(gst_buffer_list_get(complete.get(), 0)), 11 * GST_SECOND);
  EXPECT_EQ(timeline.stamped(complete, GST_SECOND).get(), complete.get()) << "nothing is to be done";
}

}  // namespace
}  // namespace rtcmc::send::testing
