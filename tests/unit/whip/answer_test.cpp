// SPDX-License-Identifier: LGPL-2.1-or-later
#include "whip/answer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <variant>

namespace rtcmc::whip {
namespace {

using Kind = Refused::Kind;
using namespace std::chrono_literals;

constexpr const char* kUrl = "https://media.example/whip/garden?key=secret";

Answer created() {
  return {.status = 201,
          .reason = "Created",
          .content_type = "application/sdp",
          .location = "/whip/session/1",
          .retry_after = "",
          .links = "",
          .body = "v=0\r\n"};
}

/// What becomes of it, in a word or with where it leads.
std::string outcome(const Answer& answer, const std::string& url = kUrl) {
  const Verdict verdict = judge(url, answer);
  if (const auto* accepted = std::get_if<Accepted>(&verdict)) {
    return "accepted " + accepted->session_url;
  }
  if (const auto* redirected = std::get_if<Redirected>(&verdict)) {
    return "redirected " + redirected->url;
  }
  const auto& refused = std::get<Refused>(verdict);
  EXPECT_EQ(refused.text.find("secret"), std::string::npos) << "a query is nobody's business";
  EXPECT_NE(refused.text.find("https://media.example/whip/garden"), std::string::npos) << refused.text;
  switch (refused.kind) {
    case Kind::NotAuthorized:
      return "not authorized";
    case Kind::NotFound:
      return "not found";
    case Kind::Busy:
      return "busy";
    case Kind::Nonsense:
      return "nonsense";
    case Kind::Unreachable:
      break;
  }
  return "unreachable";
}

TEST(Answers, AreTakenForWhatTheyAre) {
  struct Case {
    unsigned status;
    const char* outcome;
  };
  for (const auto& [status, wanted] : std::initializer_list<Case>{
           {201, "accepted https://media.example/whip/session/1"},
           {200, "nonsense"},
           {204, "nonsense"},
           {301, "not found"},
           {303, "not found"},
           {307, "redirected https://media.example/whip/session/1"},
           {308, "redirected https://media.example/whip/session/1"},
           {400, "nonsense"},
           {401, "not authorized"},
           {403, "not authorized"},
           {404, "not found"},
           {405, "not found"},
           {406, "nonsense"},
           {410, "not found"},
           {415, "nonsense"},
           {422, "nonsense"},
           {429, "busy"},
           {500, "nonsense"},
           {503, "busy"},
           {999, "nonsense"},
           {0, "nonsense"},
       }) {
    Answer answer = created();
    answer.status = status;
    EXPECT_EQ(outcome(answer), wanted) << status;
  }
}

TEST(Answers, HaveToHaveADescription) {
  struct Case {
    const char* content_type;
    const char* body;
    const char* outcome;
  };
  for (const auto& [type, body, wanted] : std::initializer_list<Case>{
           {"application/sdp", "v=0\r\n", "accepted https://media.example/whip/session/1"},
           {"Application/SDP; charset=utf-8", "v=0\r\n", "accepted https://media.example/whip/session/1"},
           {"application/sdpx", "v=0\r\n", "nonsense"},
           {"text/html", "v=0\r\n", "nonsense"},
           {"", "v=0\r\n", "nonsense"},
           {"application/sdp", "", "nonsense"},
           {"application/sdp", "<html>", "nonsense"},
       }) {
    Answer answer = created();
    answer.content_type = type;
    answer.body = body;
    EXPECT_EQ(outcome(answer), wanted) << type << " " << body;
  }
}

TEST(Answers, LeadToTheSameServerOrByHttps) {
  struct Case {
    const char* url;
    const char* location;
    const char* session;  // null: nowhere
  };
  for (const auto& [url, location, session] : std::initializer_list<Case>{
           {"https://a.example/whip/x", "s/1", "https://a.example/whip/s/1"},
           {"https://a.example/whip/x", "/s/1?k=v", "https://a.example/s/1?k=v"},
           {"https://a.example/whip/x", "../s", "https://a.example/s"},
           {"https://a.example/whip/x", "?s=1", "https://a.example/whip/x?s=1"},
           {"https://a.example/whip/x", "https://a.example/s", "https://a.example/s"},
           {"https://a.example/whip/x", "https://b.example:8443/s", "https://b.example:8443/s"},
           {"https://a.example/whip/x", "//b.example/s", "https://b.example/s"},
           {"http://127.0.0.1:7880/whip/v1", "/whip/v1/PA_1", "http://127.0.0.1:7880/whip/v1/PA_1"},
           {"http://a.example/whip", "https://b.example/s", "https://b.example/s"},
           {"http://a.example:80/whip", "http://A.example/s", "http://A.example/s"},
           {"https://a.example/whip/x", "http://a.example/s", nullptr},
           {"http://a.example/whip/x", "http://b.example/s", nullptr},
           {"http://a.example/whip/x", "http://a.example:8080/s", nullptr},
           {"http://a.example/whip/x", "//b.example/s", nullptr},
           {"https://a.example/whip/x", "https://user:password@b.example/s", nullptr},
           {"https://a.example/whip/x", "ftp://a.example/s", nullptr},
           {"https://a.example/whip/x", "file:///etc/passwd", nullptr},
           {"https://a.example/whip/x", "javascript:alert(1)", nullptr},
           {"https://a.example/whip/x", "https:///s", nullptr},
           {"https://a.example/whip/x", "https:/.//s", nullptr},
           {"https://a.example/whip/x", "a:/.//s", nullptr},
           {"https://a.example/whip/x", "a:x/..//s", nullptr},
           {"https://a.example/whip/x", "////s", nullptr},
           {"https://a.example/whip/x", "/s\r\nX: y", nullptr},
           {"https://a.example/whip/x", "", nullptr},
       }) {
    EXPECT_EQ(resolve(url, location), session ? std::optional<std::string>(session) : std::nullopt)
        << url << " " << location;
  }
  EXPECT_EQ(resolve(kUrl, std::string(100000, 'x')), std::nullopt);
  Answer answer = created();
  answer.location = "";
  EXPECT_EQ(outcome(answer), "nonsense");
  answer.location = "http://elsewhere.example/";
  EXPECT_EQ(outcome(answer), "nonsense");
  answer.status = 307;
  EXPECT_EQ(outcome(answer), "not found");
}

TEST(Answers, SayWhenToComeAgain) {
  struct Case {
    const char* retry_after;
    std::optional<std::chrono::seconds> wait;
  };
  for (const auto& [text, wait] : std::initializer_list<Case>{
           {"", std::nullopt},
           {"0", 0s},
           {"7", 7s},
           {"1000000", kMaxRetryAfter},
           {"99999999999999999999", kMaxRetryAfter},
           {"-1", std::nullopt},
           {"7 s", std::nullopt},
           {"Fri, 31 Dec 2027 23:59:59 GMT", std::nullopt},
       }) {
    Answer answer = created();
    answer.status = 503;
    answer.retry_after = text;
    EXPECT_EQ(std::get<Refused>(judge(kUrl, answer)).retry_after, wait) << text;
  }
}

TEST(Answers, OfAStrangerDoNotFillAWarning) {
  Answer answer = created();
  answer.status = 400;
  answer.reason = std::string(100000, 'a');
  answer.body = "no \x1b[31mcodec\nthat we know" + std::string(100000, 'b');
  const auto refused = std::get<Refused>(judge(kUrl, answer));
  EXPECT_LT(refused.text.size(), 600U);
  EXPECT_NE(refused.text.find("no [31mcodec"), std::string::npos);
  EXPECT_EQ(refused.text.find('\n'), std::string::npos);
}

TEST(Endpoints, AreHttpUrls) {
  for (const char* url : {"https://example.org", "http://127.0.0.1:7880/whip/v1", "HTTPS://[2001:db8::1]/x?y=z"}) {
    EXPECT_EQ(url_fault(url), std::nullopt) << url;
  }
  for (const char* url :
       {"", "example.org/whip", "rtmp://example.org/live", "https://", "https:///whip", "https://u:p@example.org/",
        "https://example.org/a b", "https://example.org:0/", "https://example.org:99999/", "/whip"}) {
    EXPECT_TRUE(url_fault(url)) << url;
  }
}

TEST(Endpoints, TakeTokens) {
  for (const char* token : {"abc", "eyJhbGciOi.J9-_~+/x==", "0"}) {
    EXPECT_TRUE(is_token(token)) << token;
  }
  for (const char* token : {"", "=", "Bearer abc", "abc\r\nX: y", "a=b", "\xc3\xa9"}) {
    EXPECT_FALSE(is_token(token)) << token;
  }
}

}  // namespace
}  // namespace rtcmc::whip
