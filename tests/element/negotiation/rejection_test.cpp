// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "camera_fixture.hpp"
#include "couple.hpp"
#include "wait_until.hpp"

// Sections that one side rejects, the first one above all, whose transport webrtcbin takes for all of them. The other
// end is a webrtcbin, too, and what it says is rewritten on its way into what a browser says.

namespace rtcmc::test {
namespace {

constexpr const char* kFirst = "video0";  // as webrtcbin names its sections
constexpr const char* kSecond = "application1";

void replace(std::string& text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  if (at != std::string::npos) {
    text.replace(at, what.size(), by);
  }
}

/// A browser: its group is without, and its port is 0.
std::string reject_first(std::string sdp) {
  replace(sdp, std::string("BUNDLE ") + kFirst, "BUNDLE");
  replace(sdp, "m=video 9 ", "m=video 0 ");
  return sdp;
}

std::string with_unknown_video(std::string sdp) {
  replace(sdp, " VP8/90000", " XYZ/90000");
  replace(sdp, "a=rtpmap:97 rtx/90000\r\n", "");
  return sdp;
}

bool has(const std::string& sdp, const std::string& what) {
  return sdp.find(what) != std::string::npos;
}

class Rejection : public CameraTest {
 protected:
  [[nodiscard]] static PeerSettings settings() {
    return {
        .ice = {}, .data_channel = true, .receivable = {.audio = {}, .video = {rtp::Codec::Vp8}}, .our_user_id = "us"};
  }
  [[nodiscard]] static bool work(const Side& one, const Side& other) { return one.has_channel && other.has_channel; }
  static void call(Side& us, Side& browser) {
    us.talk_to(browser);
    browser.talk_to(us);
    us.peer->offer();
    ASSERT_TRUE(wait_until([&] { return work(us, browser); }));
  }

  /// Candidates of a section that a browser has rejected say nothing to it; those of the second, which carries the
  /// others instead, are the first one's to webrtcbin.
  [[nodiscard]] static std::function<std::optional<protocol::IceCandidate>(protocol::IceCandidate)> only_of_second(
      unsigned& count) {
    return [&count](const protocol::IceCandidate& candidate) -> std::optional<protocol::IceCandidate> {
      if (candidate.sdp_mid != kSecond || candidate.sdp_m_line_index != 1) {
        return std::nullopt;
      }
      ++count;
      return protocol::IceCandidate{candidate.candidate, kFirst, 0};
    };
  }
  [[nodiscard]] static std::optional<protocol::IceCandidate> to_second(const protocol::IceCandidate& candidate) {
    return protocol::IceCandidate{candidate.candidate, kSecond, 1};
  }
};

TEST_F(Rejection, OfTheFirstSectionOfOurOffer) {
  unsigned candidates = 0;
  Side us(bin(), "browser", settings(), {camera()});
  Side browser(bin(), "us", settings());
  us.talk_to(browser);
  browser.talk_to(us);
  us.readdress = only_of_second(candidates);
  browser.rewrite = reject_first;
  browser.readdress = to_second;
  us.peer->offer();
  ASSERT_TRUE(wait_until([&] { return work(us, browser); }));
  EXPECT_EQ(us.refused, std::vector<std::string>{"video_0"});
  EXPECT_GT(candidates, 0U);
  EXPECT_TRUE(us.failures.empty());

  // What follows says the same.
  browser.rewrite = nullptr;
  us.peer->receive({.audio = false, .video = true});
  ASSERT_TRUE(wait_until([&] { return us.descriptions.size() == 2 && browser.descriptions.size() == 2; }));
  EXPECT_TRUE(has(us.descriptions.back(), "m=video 0 ")) << us.descriptions.back();
  EXPECT_TRUE(has(us.descriptions.back(), "BUNDLE application1 video2")) << us.descriptions.back();
  EXPECT_EQ(us.restarts + browser.restarts, 0U);
  EXPECT_EQ(us.refused.size(), 1U);
}

TEST_F(Rejection, OfEverythingEndsTheConnectionAtOnce) {
  Side us(bin(), "browser", {.ice = {}, .receivable = {}}, {camera()});
  Side browser(bin(), "us", {.ice = {}, .receivable = {}});
  us.talk_to(browser);
  browser.talk_to(us);
  browser.rewrite = reject_first;
  us.peer->offer();
  ASSERT_TRUE(wait_until([&] { return !us.failures.empty(); }));
  EXPECT_EQ(us.failures, std::vector<std::string>{"it rejects everything that it is offered"});
}

TEST_F(Rejection, ByUsOfAFirstSectionWithACodecThatWeDoNotKnow) {
  unsigned candidates = 0;
  Side us(bin(), "browser", settings());
  Side browser(bin(), "us", settings(), {camera()});
  us.talk_to(browser);
  browser.talk_to(us);
  us.readdress = only_of_second(candidates);
  browser.readdress = to_second;
  browser.rewrite = with_unknown_video;
  // To a webrtcbin the answer must be one to what it offered.
  us.rewrite = [](std::string sdp) {
    replace(sdp, "m=video 0 ", "m=video 9 ");
    replace(sdp, "BUNDLE", std::string("BUNDLE ") + kFirst);
    replace(sdp, " XYZ/90000", " VP8/90000");
    return sdp;
  };
  browser.peer->offer();
  ASSERT_TRUE(wait_until([&] { return work(us, browser); }));
  EXPECT_TRUE(has(us.descriptions.front(), "m=video 0 ")) << us.descriptions.front();
  EXPECT_TRUE(has(us.descriptions.front(), "BUNDLE application1\r\n")) << us.descriptions.front();
  EXPECT_GT(candidates, 0U);
}

TEST_F(Rejection, OfTheFirstSectionLaterOn) {
  Side us(bin(), "browser", settings(), {camera()});
  Side browser(bin(), "us", settings(), {}, {.video = true});
  ASSERT_NO_FATAL_FAILURE(call(us, browser));
  ASSERT_TRUE(us.refused.empty());
  // As after stop() of the transceiver.
  browser.rewrite = reject_first;
  browser.peer->receive({});
  ASSERT_TRUE(wait_until([&] { return !us.refused.empty() && us.descriptions.size() == 2; }));
  EXPECT_TRUE(has(us.descriptions.back(), "m=video 0 ")) << us.descriptions.back();
  EXPECT_TRUE(has(us.descriptions.back(), "BUNDLE application1\r\n")) << us.descriptions.back();
  EXPECT_EQ(us.restarts + browser.restarts, 0U);
  EXPECT_TRUE(us.failures.empty());
}

// RFC 8829, 5.2.2: what comes next takes the place of what was rejected, which no webrtcbin can follow.
TEST_F(Rejection, APlaceThatIsTakenAgainIsForANewConnection) {
  Side us(bin(), "browser", settings(), {camera()});
  Side browser(bin(), "us", settings(), {}, {.video = true});
  ASSERT_NO_FATAL_FAILURE(call(us, browser));
  browser.rewrite = reject_first;
  browser.peer->receive({});
  ASSERT_TRUE(wait_until([&] { return us.descriptions.size() == 2; }));
  browser.rewrite = [](std::string sdp) {
    replace(sdp, std::string("BUNDLE ") + kFirst, "BUNDLE another");
    replace(sdp, std::string("a=mid:") + kFirst, "a=mid:another");
    return sdp;
  };
  ASSERT_TRUE(wait_until([&] { return !us.refused.empty(); }));
  browser.peer->receive({.video = true});
  EXPECT_TRUE(wait_until([&] { return us.restarts == 1; }));
}

}  // namespace
}  // namespace rtcmc::test
