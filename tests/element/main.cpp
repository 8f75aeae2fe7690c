// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "thread_names.hpp"
#include "wait_until.hpp"

namespace {

/// How the names of our threads begin, those of our webrtcbins among them.
constexpr std::array<std::string_view, 3> kOurs{"peer-", "viewer", "rtcmc-"};

/// GStreamer names its streaming threads after their pads.
bool is_streaming_thread(std::string_view name) {
  return name.find(':') != std::string_view::npos;
}

/// webrtcbin does not wait for the threads that it has told to end, and GLib keeps those that have served a pad. The
/// TLS libraries that they have used must not go before them.
bool threads_are_ending() {
  return std::ranges::any_of(rtcmc::test::thread_names(), [](const std::string& name) {
    return is_streaming_thread(name) ||
           std::ranges::any_of(kOurs, [&name](std::string_view beginning) { return name.starts_with(beginning); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  gst_init(&argc, &argv);
  const int result = RUN_ALL_TESTS();
  g_thread_pool_set_max_unused_threads(0);
  (void)rtcmc::test::wait_until([] { return !threads_are_ending(); });
  return result;
}
