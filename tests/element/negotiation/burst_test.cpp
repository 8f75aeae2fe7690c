// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/burst.hpp"

#include <gst/check/gstharness.h>
#include <gtest/gtest.h>
#include <nice/agent.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gst_ref.hpp"
#include "wait_until.hpp"

// What comes to a nicesink, as it reaches the other end of a real connection.

namespace rtcmc {
namespace {

using test::wait_until;
using Texts = std::vector<std::string>;

constexpr guint kComponent = 1;

enum class Transport { Udp, Tcp };

/// One end, on the loopback. Threads: the test's.
class End {
 public:
  End(bool is_controlling, Transport transport) {
    g_object_set(agent_.get(), "controlling-mode", is_controlling, "upnp", FALSE, "ice-udp",
                 transport == Transport::Udp, "ice-tcp", transport == Transport::Tcp, nullptr);
    NiceAddress loopback;
    nice_address_init(&loopback);
    nice_address_set_from_string(&loopback, "127.0.0.1");
    nice_agent_add_local_address(agent(), &loopback);
    nice_agent_set_stream_name(agent(), stream_, "video");
    nice_agent_attach_recv(
        agent(), stream_, kComponent, g_main_context_default(),
        [](NiceAgent*, guint, guint, guint length, gchar* bytes, gpointer self) {
          static_cast<End*>(self)->received.emplace_back(bytes, length);
        },
        this);
    nice_agent_gather_candidates(agent(), stream_);
  }
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  ~End() { nice_agent_remove_stream(agent(), stream_); }

  [[nodiscard]] NiceAgent* agent() const { return NICE_AGENT(agent_.get()); }
  [[nodiscard]] guint stream() const { return stream_; }
  [[nodiscard]] bool is_ready() const {
    return nice_agent_get_component_state(agent(), stream_, kComponent) == NICE_COMPONENT_STATE_READY;
  }
  void hear_of(const End& other) {
    nice_agent_parse_remote_sdp(agent(), glib::String(nice_agent_generate_local_sdp(other.agent())).get());
  }

  Texts received;

 private:
  const glib::Ref<GObject> agent_ =
      glib::Ref<GObject>::adopt(G_OBJECT(nice_agent_new(g_main_context_default(), NICE_COMPATIBILITY_RFC5245)));
  const guint stream_ = nice_agent_add_stream(agent(), 1);
};

struct HarnessDeleter {
  void operator()(GstHarness* harness) const { gst_harness_teardown(harness); }
};

/// A nicesink that a Burst serves, and a connection that it sends through.
class Connection {
 public:
  explicit Connection(Transport transport) : one_(true, transport), other_(false, transport) {
    const auto sink =
        glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("nicesink", nullptr))));
    g_object_set(sink.get(), "agent", one_.agent(), "stream", one_.stream(), "component", kComponent, "async", FALSE,
                 "sync", FALSE, nullptr);
    Burst::serve(sink.get(), burst_);
    harness_.reset(gst_harness_new_with_element(sink.get(), "sink", nullptr));
    gst_harness_set_src_caps_str(harness_.get(), "application/x-srtp");
  }

  [[nodiscard]] bool connect() {
    one_.hear_of(other_);
    other_.hear_of(one_);
    return wait_until([this] { return one_.is_ready() && other_.is_ready(); });
  }
  [[nodiscard]] GstFlowReturn push(const Texts& packets) {
    auto list = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new());
    for (const std::string& packet : packets) {
      gst_buffer_list_add(list.get(), gst_buffer_new_memdup(packet.data(), packet.size()));
    }
    return gst_pad_push_list(harness_->srcpad, list.release());
  }
  /// Since it was asked before.
  [[nodiscard]] Texts arrived(std::size_t count) {
    EXPECT_TRUE(wait_until([&] { return other_.received.size() >= count; }));
    return std::exchange(other_.received, {});
  }
  void say(NiceComponentState state) {
    g_signal_emit_by_name(one_.agent(), "component-state-changed", one_.stream(), kComponent, state);
  }
  [[nodiscard]] std::uint64_t past_libnice() const { return burst_->sent_packets(); }

 private:
  End one_;
  End other_;
  const std::shared_ptr<Burst> burst_ = std::make_shared<Burst>();
  std::unique_ptr<GstHarness, HarnessDeleter> harness_;
};

const Texts kFrame = {std::string(1200, 'a'), std::string(1200, 'b'), std::string(900, 'c'), std::string(1100, 'd')};

TEST(BurstTest, TakesTheDirectWay) {
  Connection connection(Transport::Udp);
  ASSERT_TRUE(connection.connect());
  for (std::uint64_t frames = 1; frames <= 3; ++frames) {
    EXPECT_EQ(connection.push(kFrame), GST_FLOW_OK);
    EXPECT_EQ(connection.arrived(kFrame.size()), kFrame);
    EXPECT_EQ(connection.past_libnice(), frames * kFrame.size());
  }
}

TEST(BurstTest, BeforeThereIsAWayLibniceHasThePackets) {
  Connection connection(Transport::Udp);
  EXPECT_EQ(connection.push(kFrame), GST_FLOW_OK);
  EXPECT_EQ(connection.past_libnice(), 0U);
}

TEST(BurstTest, OverTcpLibniceFramesThePackets) {
  Connection connection(Transport::Tcp);
  ASSERT_TRUE(connection.connect());
  EXPECT_EQ(connection.push(kFrame), GST_FLOW_OK);
  EXPECT_EQ(connection.arrived(kFrame.size()), kFrame);
  EXPECT_EQ(connection.past_libnice(), 0U);
}

TEST(BurstTest, WithoutConsentLibniceDecides) {
  Connection connection(Transport::Udp);
  ASSERT_TRUE(connection.connect());
  connection.say(NICE_COMPONENT_STATE_FAILED);
  EXPECT_EQ(connection.push(kFrame), GST_FLOW_OK);
  EXPECT_EQ(connection.arrived(kFrame.size()), kFrame);
  EXPECT_EQ(connection.past_libnice(), 0U);
  connection.say(NICE_COMPONENT_STATE_READY);
  EXPECT_EQ(connection.push(kFrame), GST_FLOW_OK);
  EXPECT_EQ(connection.arrived(kFrame.size()), kFrame);
  EXPECT_EQ(connection.past_libnice(), kFrame.size());
}

TEST(BurstTest, WhatTheSocketDoesNotTakeIsLeftToLibnice) {
  Connection connection(Transport::Udp);
  ASSERT_TRUE(connection.connect());
  const Texts packets = {kFrame[0], kFrame[1], std::string(69'000, 'e'), kFrame[2]};
  EXPECT_EQ(connection.push(packets), GST_FLOW_OK);  // it drops the third, and the rest with it
  EXPECT_EQ(connection.arrived(2), Texts(packets.begin(), packets.begin() + 2));
  EXPECT_EQ(connection.past_libnice(), 2U);
  EXPECT_EQ(connection.push(kFrame), GST_FLOW_OK);
  EXPECT_EQ(connection.arrived(kFrame.size()), kFrame);
}

}  // namespace
}  // namespace rtcmc
