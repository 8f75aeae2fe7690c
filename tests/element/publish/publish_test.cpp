// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <string>

#include "bad_whip_server.hpp"
#include "element/news.hpp"
#include "room/camera_room.hpp"
#include "wait_until.hpp"
#include "whip/answer.hpp"
#include "whip/client.hpp"

// Publishing where it cannot work: it is told once, tried again, and of no account for the room. What works is tested
// with real servers, in tests/e2e.

namespace rtcmc::test {
namespace {

using Reply = BadWhipServer::Reply;
using Request = BadWhipServer::Request;

constexpr const char* kSdpType = "application/sdp";

class Publishing : public CameraRoom {
 protected:
  void publish_at(const std::string& url, const std::string& more = "") {
    play("publish-url=" + url + " publish-token=let-me-in " + more);
  }

  [[nodiscard]] bool warns_of(const std::string& what) {
    return wait_until([&] {
      return std::ranges::any_of(pipeline_->warnings(), [&](const Pipeline::Trouble& warning) {
        return warning.domain == GST_RESOURCE_ERROR && warning.text.find(what) != std::string::npos;
      });
    });
  }

  /// What is published, or not, is nobody's business in the room.
  void expect_that_the_room_goes_on() {
    const auto viewer = see();
    const unsigned before = viewer->packets();
    EXPECT_TRUE(wait_until([&] { return viewer->packets() > before + 10; }));
    EXPECT_TRUE(pipeline_->errors().empty());
    EXPECT_EQ(pipeline_->warnings().size(), 1U) << "it is told once";
  }
};

struct BadServer {
  const char* name;
  Reply reply;
  const char* warning;
};

void PrintTo(const BadServer& server, std::ostream* out) {
  *out << server.name;
}

class PublishingAt : public Publishing, public ::testing::WithParamInterface<BadServer> {};

TEST_P(PublishingAt, IsToldOnceAndTriedAgain) {
  const BadWhipServer server(
      [](const Request& request) { return request.method == "POST" ? GetParam().reply : Reply(); });
  publish_at(server.url());
  EXPECT_TRUE(warns_of(GetParam().warning));
  EXPECT_TRUE(wait_until([&] { return server.count("POST") >= 2; }));
  const Request& first = server.requests().front();
  EXPECT_EQ(first.method, "POST");
  EXPECT_EQ(first.path, "/whip");
  EXPECT_EQ(first.authorization, "Bearer let-me-in");
  EXPECT_EQ(first.content_type, kSdpType);
  EXPECT_NE(first.body.find("\r\na=candidate:"), std::string::npos) << "they are all in it";
  EXPECT_NE(first.body.find("\r\na=sendonly"), std::string::npos);
  EXPECT_NE(first.body.find("\r\na=setup:actpass"), std::string::npos);
  expect_that_the_room_goes_on();
}

INSTANTIATE_TEST_SUITE_P(
    BadServers, PublishingAt,
    ::testing::Values(
        BadServer{"Refuses", {.status = 401}, "set publish-token"},
        BadServer{"Forbids", {.status = 403}, "set publish-token"},
        BadServer{"IsElsewhere", {.status = 404, .content_type = "text/html", .body = "<html>"}, "check the path"},
        BadServer{"IsFull", {.status = 503}, "no room for us now"},
        BadServer{"Breaks", {.status = 500}, "refuses what we offer"},
        BadServer{"IsAPage", {.status = 200, .content_type = "text/html", .body = "<html>"}, "is no WHIP endpoint"},
        BadServer{"HasNoDescription",
                  {.status = 201, .content_type = "text/plain", .body = "ok", .headers = {{"Location", "/s/1"}}},
                  "answers with no session description"},
        BadServer{"HasAnotherDescription",
                  {.status = 201, .content_type = kSdpType, .body = "{}", .headers = {{"Location", "/s/1"}}},
                  "calls something a session description"},
        BadServer{"HasNoSession",
                  {.status = 201, .content_type = kSdpType, .body = "v=0\r\n"},
                  "does not say where the session is"},
        BadServer{"HasItsSessionElsewhere",
                  {.status = 201,
                   .content_type = kSdpType,
                   .body = "v=0\r\n",
                   .headers = {{"Location", "http://127.0.0.1:1/s/1"}}},
                  "where we do not go"},
        BadServer{"TellsTooMuch",
                  {.status = 201,
                   .content_type = kSdpType,
                   .body = "v=0\r\n" + std::string(whip::kMaxAnswer, 'x'),
                   .headers = {{"Location", "/s/1"}}},
                  "says more than a WHIP endpoint has to say"},
        BadServer{
            "SendsUsWithoutTheOffer", {.status = 302, .headers = {{"Location", "/elsewhere"}}}, "takes no offer along"},
        BadServer{"SendsUsToAStranger",
                  {.status = 307, .headers = {{"Location", "http://127.0.0.1:1/whip"}}},
                  "sends us where we do not go"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(Publishing, GoesWhereItIsSentWithTheOffer) {
  const BadWhipServer server([](const Request& request) {
    return request.path == "/whip" ? Reply{.status = 307, .headers = {{"Location", "other"}}} : Reply{.status = 401};
  });
  publish_at(server.url());
  EXPECT_TRUE(warns_of("/other does not let us publish"));
  const Request& second = server.requests().at(1);
  EXPECT_EQ(second.method, "POST");
  EXPECT_EQ(second.path, "/other");
  EXPECT_EQ(second.authorization, "Bearer let-me-in");
  EXPECT_EQ(second.body, server.requests().front().body);
}

TEST_F(Publishing, IsNotSentAroundForEver) {
  const BadWhipServer server([](const Request&) { return Reply{.status = 308, .headers = {{"Location", "/whip"}}}; });
  publish_at(server.url());
  EXPECT_TRUE(warns_of("from one place to another without end"));
  expect_that_the_room_goes_on();
}

TEST_F(Publishing, WaitsForNoAnswerForEver) {
  const BadWhipServer server([](const Request&) { return Reply{.never_comes = true}; });
  publish_at(server.url());
  EXPECT_TRUE(warns_of("did not answer within 8 s"));
  expect_that_the_room_goes_on();
}

TEST_F(Publishing, WhereNobodyListensIsToldWithoutAServer) {
  const std::string url = BadWhipServer([](const Request&) { return Reply(); }).url();
  publish_at(url);
  EXPECT_TRUE(warns_of("No server listens at"));
  expect_that_the_room_goes_on();
}

TEST_F(Publishing, EndsTheSessionThatCannotBeUsed) {
  // Of another offer than ours.
  const BadWhipServer server([](const Request& request) {
    return request.method == "POST" ? Reply{.status = 201,
                                            .content_type = kSdpType,
                                            .body = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n",
                                            .headers = {{"Location", "session/1"}}}
                                    : Reply();
  });
  publish_at(server.url("/whip/garden"));
  EXPECT_TRUE(warns_of("does not fit what we offer"));
  EXPECT_TRUE(wait_until([&] { return server.count("DELETE") > 0; }));
  const auto end = std::ranges::find(server.requests(), "DELETE", &Request::method);
  EXPECT_EQ(end->path, "/whip/session/1");
  EXPECT_EQ(end->authorization, "Bearer let-me-in");
  expect_that_the_room_goes_on();
}

TEST_F(Publishing, StopsWhileItWaitsForAnAnswer) {
  const BadWhipServer server([](const Request&) { return Reply{.never_comes = true}; });
  publish_at(server.url());
  EXPECT_TRUE(wait_until([&] { return server.count("POST") > 0; }));
  const gint64 begin = g_get_monotonic_time();
  EXPECT_EQ(pipeline_->set_state(GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_LT(std::chrono::microseconds(g_get_monotonic_time() - begin), whip::Client::kTimeout / 2);
  EXPECT_TRUE(pipeline_->warnings().empty());
}

TEST_F(Publishing, LeavesTheRoomWithOthersAlone) {
  const BadWhipServer server([](const Request&) { return Reply{.status = 401}; });
  publish_at(server.url());
  EXPECT_TRUE(warns_of("set publish-token"));
  g_signal_emit_by_name(pipeline_->room(), "leave");
  EXPECT_TRUE(wait_until([&] {
    gint state = 0;
    g_object_get(pipeline_->room(), "state", &state, nullptr);
    return state == static_cast<gint>(State::Left);
  }));
}

TEST_F(Publishing, HasSettingsThatAreChecked) {
  for (const char* wrong : {"publish-url=rtmp://example.org/live", "publish-url=https://user:pass@example.org/",
                            "publish-url=http://127.0.0.1:1/ publish-token=Bearer\\ x"}) {
    Pipeline pipeline("rtcmcroom name=room room-id=garden socket-url=" + server_.url() + " " + wrong);
    EXPECT_EQ(pipeline.set_state(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE) << wrong;
    ASSERT_EQ(pipeline.errors().size(), 1U) << wrong;
    EXPECT_EQ(pipeline.errors().front().code, GST_RESOURCE_ERROR_SETTINGS);
    EXPECT_TRUE(pipeline.errors().front().text.starts_with("publish-")) << pipeline.errors().front().text;
  }
}

}  // namespace
}  // namespace rtcmc::test
