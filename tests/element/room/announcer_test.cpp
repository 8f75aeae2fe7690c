// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/announcer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "element/extra.hpp"
#include "glib/signal_connection.hpp"
#include "pipeline.hpp"

namespace rtcmc {
namespace {

constexpr unsigned kMany = 5000;

/// An element on whose bus nothing is read unless the test does.
class AnnouncerTest : public ::testing::Test {
 protected:
  [[nodiscard]] glib::Ref<GstMessage> read() {
    const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.element()));
    return glib::Ref<GstMessage>::adopt(gst_bus_pop(bus.get()));
  }

  [[nodiscard]] unsigned read_all() {
    unsigned count = 0;
    while (read()) {
      ++count;
    }
    return count;
  }

  static void repeat(const std::function<void()>& act) {
    for (unsigned i = 0; i < kMany; ++i) {
      act();
    }
  }

  void change_extra(const std::string& value = "Ann") {
    const auto extra = glib::Ref<JsonObject>::adopt(json_object_new());
    json_object_set_string_member(extra.get(), "name", value.c_str());
    announcer_.extra_changed("ann", extra.get());
  }

  test::Pipeline pipeline_{"rtcmcroom name=room room-id=any"};
  Announcer announcer_{pipeline_.room()};
};

/// Participants come and go, and with them elements inside of ours.
TEST_F(AnnouncerTest, WhatElementsInsideSayIsBoundedToo) {
  const auto inner = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new("inner"))));
  gst_bin_add(GST_BIN(pipeline_.room()), inner.get());
  static_cast<void>(read_all());
  repeat([&inner] { gst_element_post_message(inner.get(), gst_message_new_latency(GST_OBJECT(inner.get()))); });
  EXPECT_EQ(read_all(), Announcer::kMaxUnread);
  repeat([&inner] {
    gst_element_post_message(inner.get(), gst_message_new_state_changed(GST_OBJECT(inner.get()), GST_STATE_NULL,
                                                                        GST_STATE_READY, GST_STATE_VOID_PENDING));
  });
  EXPECT_EQ(read_all(), 0U);
  gst_bin_remove(GST_BIN(pipeline_.room()), inner.get());
}

TEST_F(AnnouncerTest, ManyChangesOfExtraLeaveABoundedNumberOfMessages) {
  int told = 0;
  const glib::SignalConnection connection(
      pipeline_.room(), "extra-changed",
      G_CALLBACK(+[](GstElement*, const char*, const GstStructure*, int* count) { ++*count; }), &told);
  repeat([this] { change_extra(); });
  EXPECT_EQ(told, kMany) << "signals are for whoever reads no messages";
  EXPECT_EQ(read_all(), Announcer::kMaxUnread);
}

TEST_F(AnnouncerTest, EveryMessageIsBounded) {
  const auto collection = glib::Ref<GstStreamCollection>::adopt(gst_stream_collection_new(nullptr));
  const std::vector<std::function<void()>> announcements = {
      [this] { announcer_.room_joined(true, "any"); },
      [this] { announcer_.room_error("text"); },
      [this] { announcer_.room_closed(); },
      [this] { announcer_.page_ready("http://127.0.0.1/"); },
      [this] { announcer_.participant_joined("ann", nullptr); },
      [this] { announcer_.participant_left("ann"); },
      [this] { announcer_.user_id_changed("ann", "bob"); },
      [this] { announcer_.stream_added("ann", "stream", rtp::Kind::Video); },
      [this] { announcer_.stream_removed("ann", "stream", rtp::Kind::Video); },
      [this, &collection] { announcer_.streams_changed(collection.get()); },
      [this, &collection] { announcer_.streams_selected(collection.get(), {}, 1); },
      [this] { announcer_.data("ann", ChannelOpened{}); },
      [this] { announcer_.mute_changed("ann", "stream", "audio", true); },
      [this] { announcer_.progress(GST_PROGRESS_TYPE_CONTINUE, "text"); },
      [this] { announcer_.error(GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "text", "detail"); },
      [this] { announcer_.warning(GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "text", "detail"); },
  };
  for (std::size_t i = 0; i < announcements.size(); ++i) {
    repeat(announcements[i]);
    const unsigned count = read_all();
    EXPECT_LE(count, Announcer::kMaxUnread) << "announcement " << i;
    EXPECT_GE(count, 1U) << "announcement " << i;
  }
}

TEST_F(AnnouncerTest, LargeExtraCountsByItsSize) {
  const std::string large(60000, 'x');
  repeat([&] { change_extra(large); });
  EXPECT_LE(read_all(), Announcer::kMaxUnreadSize / large.size());
}

TEST_F(AnnouncerTest, WhoReadsAgainGetsMessagesAgain) {
  repeat([this] { change_extra(); });
  EXPECT_EQ(read_all(), Announcer::kMaxUnread);
  change_extra();
  EXPECT_EQ(read_all(), 1U);
}

TEST_F(AnnouncerTest, ManyOfOneKindDoNotKeepAnErrorBack) {
  repeat([this] { change_extra(); });
  repeat([this] { announcer_.warning(GST_CORE_ERROR, GST_CORE_ERROR_FAILED, "careful", ""); });
  announcer_.error(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY, "The room is full.", "why");
  for (unsigned i = 0; i < 2 * Announcer::kMaxUnread; ++i) {
    ASSERT_TRUE(read());
  }
  const auto message = read();
  ASSERT_TRUE(message);
  ASSERT_EQ(GST_MESSAGE_TYPE(message.get()), GST_MESSAGE_ERROR);
  glib::Error error;
  gchar* raw = nullptr;
  gst_message_parse_error(message.get(), error.out(), &raw);
  const glib::String detail(raw);
  EXPECT_TRUE(g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY));
  EXPECT_STREQ(error.message(), "The room is full.");
  EXPECT_TRUE(std::string(detail.get()).ends_with("room:\nwhy")) << detail.get();
}

}  // namespace
}  // namespace rtcmc
