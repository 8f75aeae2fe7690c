// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "receive/slot_fixture.hpp"

namespace rtcmc::receive::testing {
namespace {

constexpr const char* kTakesRtp = "capsfilter caps=application/x-rtp ! fakesink sync=false async=false";

class RtpSlotTest : public SlotTest {};

/// A slot that gives RTP has no element whose state change would wait for the streaming thread.
TEST_F(RtpSlotTest, StreamsComeAndGoWhilePacketsFlow) {
  begin(rtp::Codec::Vp8, kTakesRtp);
  bind();
  std::atomic<bool> over = false;
  std::thread streaming([&] {
    while (!over) {
      push(numbered_packet({0x10, 0x00, 1, 2, 3}));
    }
  });
  const auto stream = shared_stream();
  for (int i = 0; i < 300; ++i) {
    const unsigned before = arrived();
    while (arrived() == before) {
      std::this_thread::yield();
    }
    slot().unbind();
    slot().bind(stream);
  }
  over = true;
  streaming.join();
  EXPECT_EQ(count(GST_MESSAGE_ERROR), 0U);
}

}  // namespace
}  // namespace rtcmc::receive::testing
