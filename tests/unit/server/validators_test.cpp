// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/validators.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace rtcmc::server {
namespace {

bool has(std::vector<std::pair<std::string, std::string>> headers, const Validators& validators) {
  HttpRequest request;
  request.headers = std::move(headers);
  return client_has(request, validators);
}

TEST(Validators, IfNoneMatchComparesWeakly) {
  struct Case {
    const char* header;
    const char* etag;
    bool has;
  };
  constexpr std::array<Case, 29> kCases{{
      // The table of RFC 9110, section 8.8.3.2.
      {R"(W/"1")", R"(W/"1")", true},
      {R"(W/"1")", R"(W/"2")", false},
      {R"(W/"1")", R"("1")", true},
      {R"("1")", R"("1")", true},
      {R"("1")", R"(W/"1")", true},
      // Lists.
      {R"("0", "1")", R"("1")", true},
      {R"("1","0")", R"("1")", true},
      {R"(W/"0" , W/"1" ,"2")", R"("1")", true},
      {R"(, ,"1",)", R"("1")", true},
      {R"("0", "2")", R"("1")", false},
      {R"("a,b")", R"("a,b")", true},
      {R"("a,b")", R"("b")", false},
      // Anything.
      {"*", R"("1")", true},
      {"*", "", true},
      {R"("*")", R"("1")", false},
      {R"(*, "0")", R"("1")", false},
      // Nothing.
      {"", R"("1")", false},
      {R"("")", R"("1")", false},
      {R"("")", R"("")", true},
      {R"("1")", "", false},
      // Faults.
      {"1", R"("1")", false},
      {R"("1)", R"("1")", false},
      {R"("1 ", "1")", R"("1")", false},
      {R"(w/"1")", R"("1")", false},
      {R"(W/1)", R"("1")", false},
      {R"("0""1")", R"("1")", false},
      {R"("0" "1")", R"("1")", false},
      {R"("0", x, "1")", R"("1")", false},
      {R"("1", x)", R"("1")", true},
  }};
  for (const Case& c : kCases) {
    EXPECT_EQ(has({{"if-none-match", c.header}}, {.etag = c.etag}), c.has) << c.header << " and " << c.etag;
  }
  EXPECT_TRUE(has({{"if-none-match", R"("0")"}, {"if-none-match", R"("1")"}}, {.etag = R"("1")"}));
  EXPECT_FALSE(has({}, {.etag = R"("1")", .modified = 1}));
}

TEST(Validators, IfModifiedSinceWantsOneDate) {
  constexpr std::int64_t kModified = 784111777;
  struct Case {
    const char* header;
    bool has;
  };
  constexpr std::array<Case, 9> kCases{{
      {"Sun, 06 Nov 1994 08:49:37 GMT", true},
      {"Sun, 06 Nov 1994 08:49:38 GMT", true},
      {"Sun, 06 Nov 1994 08:49:36 GMT", false},
      {"Mon, 07 Nov 1994 08:49:37", false},
      {"Mon, 06 Nov 1994 08:49:37 GMT", false},
      {"Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", false},
      {"Sun, 06 Nov 99999 08:49:37 GMT", false},
      {"784111777", false},
      {"*", false},
  }};
  for (const Case& c : kCases) {
    EXPECT_EQ(has({{"if-modified-since", c.header}}, {.modified = kModified}), c.has) << c.header;
  }
  EXPECT_EQ(http_date(kModified), kCases[0].header);
  EXPECT_FALSE(has({{"if-modified-since", kCases[0].header}}, {.etag = R"("1")"})) << "a content without a date";
}

TEST(Validators, ATagSaysMoreThanADate) {
  const Validators validators{.etag = R"("1")", .modified = 784111777};
  const std::pair<std::string, std::string> later("if-modified-since", "Sun, 06 Nov 1994 08:49:38 GMT");
  const std::pair<std::string, std::string> earlier("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT");
  EXPECT_FALSE(has({{"if-none-match", R"("0")"}, later}, validators));
  EXPECT_TRUE(has({{"if-none-match", R"("1")"}, earlier}, validators));
}

}  // namespace
}  // namespace rtcmc::server
