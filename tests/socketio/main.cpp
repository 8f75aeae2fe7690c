// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "thread_names.hpp"
#include "wait_until.hpp"

namespace {

bool is_of_a_pool(const std::string& name) {
  return name.starts_with("pool-") && name != "pool-spawner";
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  // GLib lets threads that have nothing to do end one by one. LeakSanitizer, which looks into all of them at the end of
  // the process, must not meet one that is just going.
  g_thread_pool_set_max_unused_threads(0);
  (void)rtcmc::test::wait_until([] { return std::ranges::none_of(rtcmc::test::thread_names(), is_of_a_pool); });
  return result;
}
