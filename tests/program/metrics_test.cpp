// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metrics.hpp"

#include <gtest/gtest.h>

namespace rtcmc::program {

namespace {

TEST(Metrics, HaveHelpTypeAndValue) {
  server::Stats stats;
  stats.rooms = 3;
  stats.bytes_sent = 18'446'744'073'709'551'615U;
  const std::string text =
      metrics_text(stats, std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)));
  EXPECT_NE(text.find("# HELP rtcmc_rooms Rooms that are open.\n# TYPE rtcmc_rooms gauge\nrtcmc_rooms 3\n"),
            std::string::npos);
  EXPECT_NE(text.find("# TYPE rtcmc_sent_bytes_total counter\nrtcmc_sent_bytes_total 18446744073709551615\n"),
            std::string::npos);
  EXPECT_NE(text.find("\nprocess_start_time_seconds 1700000000\n"), std::string::npos);
  EXPECT_NE(text.find("\nrtcmc_build_info{version=\"" RTCMC_VERSION "\"} 1\n"), std::string::npos);
}

}  // namespace

}  // namespace rtcmc::program
