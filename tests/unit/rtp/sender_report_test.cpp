// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtp/sender_report.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "rtp/feedback.hpp"

namespace rtcmc::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr SenderReport kReport{0xdeadbeef, 0xe0000001'80000002, 0xfffffffe, 0x01020304, 0xf0e0d0c0};

const Bytes kReportBytes{0x80, 200,  0,    6,     //
                         0xde, 0xad, 0xbe, 0xef,  //
                         0xe0, 0,    0,    1,     //
                         0x80, 0,    0,    2,     //
                         0xff, 0xff, 0xff, 0xfe,  //
                         1,    2,    3,    4,     //
                         0xf0, 0xe0, 0xd0, 0xc0};

Bytes after_report(Bytes description) {
  description.insert(description.begin(), kReportBytes.begin(), kReportBytes.end());
  return description;
}

Bytes tail(const Bytes& bytes, std::size_t from) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end()};
}

struct ReportCase {
  std::string cname;
  Bytes description;
};

TEST(SenderReport, NamesItsSenderInWholeWordsThatEndWithZero) {
  const std::vector<ReportCase> cases{
      {"", {0x81, 202, 0, 2, 0xde, 0xad, 0xbe, 0xef, 1, 0, 0, 0}},
      {"a", {0x81, 202, 0, 2, 0xde, 0xad, 0xbe, 0xef, 1, 1, 'a', 0}},
      {"ab", {0x81, 202, 0, 3, 0xde, 0xad, 0xbe, 0xef, 1, 2, 'a', 'b', 0, 0, 0, 0}},
      {"abc", {0x81, 202, 0, 3, 0xde, 0xad, 0xbe, 0xef, 1, 3, 'a', 'b', 'c', 0, 0, 0}},
      {"abcd", {0x81, 202, 0, 3, 0xde, 0xad, 0xbe, 0xef, 1, 4, 'a', 'b', 'c', 'd', 0, 0}},
      {"abcde", {0x81, 202, 0, 3, 0xde, 0xad, 0xbe, 0xef, 1, 5, 'a', 'b', 'c', 'd', 'e', 0}},
  };
  for (const auto& [cname, description] : cases) {
    EXPECT_EQ(compose(kReport, cname), after_report(description)) << cname;
  }
}

TEST(SenderReport, CutsANameThatIsTooLong) {
  const std::string longest(255, 'x');
  const Bytes bytes = compose(kReport, longest);
  EXPECT_EQ(bytes.size(), kReportBytes.size() + 4 + 4 + 260);
  EXPECT_EQ(bytes[kReportBytes.size() + 9], 255);
  EXPECT_EQ(compose(kReport, longest + 'y'), bytes);
  EXPECT_EQ(compose(kReport, std::string(100'000, 'x')), bytes);
}

TEST(SenderReport, GoodbyeNamesAllStreams) {
  const Bytes report = compose(kReport, "abc");
  Bytes alone = report;
  alone.insert(alone.end(), {0x81, 203, 0, 1, 0xde, 0xad, 0xbe, 0xef});
  EXPECT_EQ(compose_goodbye(kReport, "abc", {}), alone);
  Bytes with_others = report;
  with_others.insert(with_others.end(), {0x83, 203, 0, 3, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 1, 0xff, 0, 0, 2});
  EXPECT_EQ(compose_goodbye(kReport, "abc", {1, 0xff000002}), with_others);
}

TEST(SenderReport, GoodbyeOfMoreThanOneCanName) {
  const std::size_t begin = compose(kReport, "abc").size();
  const std::size_t full = 4 + 31 * 4;
  const Bytes one = tail(compose_goodbye(kReport, "abc", std::vector<std::uint32_t>(30, 7)), begin);
  EXPECT_EQ(one.size(), full);
  EXPECT_EQ(one[0], 0x80 | 31);
  const Bytes two = tail(compose_goodbye(kReport, "abc", std::vector<std::uint32_t>(31, 7)), begin);
  ASSERT_EQ(two.size(), full + 8);
  EXPECT_EQ(tail(two, full), (Bytes{0x81, 203, 0, 1, 0, 0, 0, 7}));
}

TEST(SenderReport, IsNoFeedback) {
  EXPECT_TRUE(parse_feedback(compose_goodbye(kReport, "abc", {1, 2})).empty());
}

}  // namespace
}  // namespace rtcmc::rtp
