// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "couple.hpp"
#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

class Bounds : public ::testing::Test {
 public:
  Bounds(const Bounds&) = delete;
  Bounds& operator=(const Bounds&) = delete;

 protected:
  Bounds() : pipeline_(glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))))) {
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }
  ~Bounds() override { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  [[nodiscard]] GstBin* bin() const { return GST_BIN(pipeline_.get()); }

  const glib::Ref<GstElement> pipeline_;
};

std::string description_at(GstElement* webrtcbin, const char* property) {
  GstWebRTCSessionDescription* raw = nullptr;
  g_object_get(webrtcbin, property, &raw, nullptr);
  if (!raw) {
    return {};
  }
  const std::unique_ptr<GstWebRTCSessionDescription, decltype(&gst_webrtc_session_description_free)> description(
      raw, gst_webrtc_session_description_free);
  const glib::String text(gst_sdp_message_as_text(description->sdp));
  return text.get();
}

unsigned count(std::string_view text, std::string_view what) {
  unsigned found = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
    ++found;
  }
  return found;
}

TEST_F(Bounds, ADescriptionDoesNotBringMoreCandidatesThanMessagesMay) {
  const PeerSettings settings{.ice = {}, .data_channel = true, .receivable = {}, .our_user_id = "us"};
  Side stranger(bin(), "us", settings);
  Side us(bin(), "stranger", settings);
  stranger.peer->offer();
  ASSERT_TRUE(wait_until([&] { return !stranger.descriptions.empty(); }));
  std::string offer = stranger.descriptions.front();
  for (int i = 0; i < 1000; ++i) {
    offer += "a=candidate:1 1 UDP 2013266431 127.0.0.1 " + std::to_string(10000 + i) + " typ host\r\n";
  }
  us.peer->accept_offer(offer);
  ASSERT_TRUE(wait_until([&] { return !us.descriptions.empty(); }));
  EXPECT_EQ(count(description_at(us.peer->webrtcbin(), "remote-description"), "a=candidate:"), 256U);
}

/// What webrtcbin makes a field of, the process never forgets.
TEST_F(Bounds, WhatADescriptionInventsLeavesNothingBehind) {
  const PeerSettings settings{.ice = {}, .data_channel = true, .receivable = {}, .our_user_id = "us"};
  Side stranger(bin(), "us", settings);
  Side us(bin(), "stranger", settings);
  stranger.peer->offer();
  ASSERT_TRUE(wait_until([&] { return !stranger.descriptions.empty(); }));
  const std::string offer = stranger.descriptions.front();
  const auto section = offer.find("m=");
  ASSERT_NE(section, std::string::npos);
  us.peer->accept_offer(offer.substr(0, section) + "a=invented-for-the-session:1\r\n" + offer.substr(section) +
                        "a=invented-for-the-section:1\r\n");
  ASSERT_TRUE(wait_until([&] { return !us.descriptions.empty(); }));
  for (const char* name : {"a-invented-for-the-session", "a-invented-for-the-section"}) {
    EXPECT_EQ(g_quark_try_string(name), 0U) << name;
  }
}

TEST_F(Bounds, AUserIdIsCutBetweenCharacters) {
  const PeerSettings settings{.ice = {}, .data_channel = true, .receivable = {}, .our_user_id = "us"};
  std::string user_id = "x";
  for (int i = 0; i < 100; ++i) {
    user_id += "\xc3\xa9";
  }
  const Side side(bin(), user_id, settings);
  const glib::String name(gst_object_get_name(GST_OBJECT(side.peer->webrtcbin())));
  EXPECT_TRUE(g_utf8_validate(name.get(), -1, nullptr)) << name.get();
  EXPECT_TRUE(std::string_view(name.get()).ends_with("\xc3\xa9"));
}

}  // namespace
}  // namespace rtcmc::test
