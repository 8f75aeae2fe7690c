// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socketio/polling_payload.hpp"

#include <gtest/gtest.h>

namespace rtcmc::socketio {
namespace {

using Packets = std::vector<std::string_view>;

TEST(PollingPayload, Version4SeparatesByARecordSeparator) {
  EXPECT_EQ(split_payload(EngineVersion::V4,
                          "40\x1e"
                          "42[\"é\"]\x1e"
                          "2"),
            (Packets{"40", "42[\"é\"]", "2"}));
  EXPECT_EQ(split_payload(EngineVersion::V4, "6"), Packets{"6"});
  EXPECT_EQ(split_payload(EngineVersion::V4, ""), Packets{});
}

TEST(PollingPayload, Version3CountsUtf16Units) {
  EXPECT_EQ(split_payload(EngineVersion::V3, "9:430[\"é€\"]6:431[2]"), (Packets{"430[\"é€\"]", "431[2]"}));
  EXPECT_EQ(split_payload(EngineVersion::V3, "3:4😀1:2"), (Packets{"4😀", "2"}));
  EXPECT_EQ(split_payload(EngineVersion::V3, "0:1:6"), (Packets{"", "6"}));
}

TEST(PollingPayload, Base64AttachmentsAreLeftOut) {
  EXPECT_EQ(split_payload(EngineVersion::V4,
                          "451-[\"a\"]\x1e"
                          "bAQID"),
            Packets{"451-[\"a\"]"});
  EXPECT_EQ(split_payload(EngineVersion::V3, "6:b4AQID1:2"), Packets{"2"});
}

TEST(PollingPayload, BrokenFramingOfVersion3IsNone) {
  for (const auto* body :
       {"x", "5", "5:40", ":40", "-1:4", "2:40x", "99999999999999999999999:4", "2:4😀", "2:4😀1:2", "\xff"}) {
    EXPECT_FALSE(split_payload(EngineVersion::V3, body)) << body;
  }
}

TEST(PollingPayload, JoinedIsSplitAgain) {
  const std::vector<std::string> packets{"40", "42[\"é€😀\"]", "1"};
  for (const auto version : {EngineVersion::V3, EngineVersion::V4}) {
    const std::string body = join_payload(version, packets);
    EXPECT_EQ(split_payload(version, body), Packets(packets.begin(), packets.end())) << body;
  }
  EXPECT_EQ(join_payload(EngineVersion::V3, packets), "2:4010:42[\"é€😀\"]1:1");
}

TEST(PollingPayload, TheFirstBodyTellsTheVersion) {
  EXPECT_EQ(version_of_first_payload(R"(0{"sid":"a"})"), EngineVersion::V4);
  EXPECT_EQ(version_of_first_payload(R"(12:0{"sid":"a"}2:40)"), EngineVersion::V3);
  for (const auto* body : {"", "<html>", "40", "2:40", "12:0{", "{}"}) {
    EXPECT_FALSE(version_of_first_payload(body)) << body;
  }
}

}  // namespace
}  // namespace rtcmc::socketio
