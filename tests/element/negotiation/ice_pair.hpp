// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <gtest/gtest.h>
#include <nice/agent.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "gst_ref.hpp"
#include "wait_until.hpp"

namespace rtcmc::test {

enum class IceProtocol { Udp, Tcp };

/// One end of a connection on the loopback. Threads: the test's.
class IceEnd {
 public:
  static constexpr guint kComponent = 1;

  IceEnd(bool is_controlling, IceProtocol protocol) {
    g_object_set(agent_.get(), "controlling-mode", is_controlling, "upnp", FALSE, "ice-udp",
                 protocol == IceProtocol::Udp, "ice-tcp", protocol == IceProtocol::Tcp, nullptr);
    NiceAddress loopback;
    nice_address_init(&loopback);
    nice_address_set_from_string(&loopback, "127.0.0.1");
    nice_agent_add_local_address(agent(), &loopback);
    nice_agent_set_stream_name(agent(), stream_, "video");
    nice_agent_attach_recv(
        agent(), stream_, kComponent, g_main_context_default(),
        [](NiceAgent*, guint, guint, guint length, gchar* bytes, gpointer self) {
          static_cast<IceEnd*>(self)->received.emplace_back(bytes, length);
        },
        this);
    nice_agent_gather_candidates(agent(), stream_);
  }
  IceEnd(const IceEnd&) = delete;
  IceEnd& operator=(const IceEnd&) = delete;
  ~IceEnd() { nice_agent_remove_stream(agent(), stream_); }

  [[nodiscard]] NiceAgent* agent() const { return NICE_AGENT(agent_.get()); }
  [[nodiscard]] guint stream() const { return stream_; }
  [[nodiscard]] bool is_ready() const {
    return nice_agent_get_component_state(agent(), stream_, kComponent) == NICE_COMPONENT_STATE_READY;
  }
  void hear_of(const IceEnd& other) {
    nice_agent_parse_remote_sdp(agent(), glib::String(nice_agent_generate_local_sdp(other.agent())).get());
  }

  std::vector<std::string> received;

 private:
  const glib::Ref<GObject> agent_ =
      glib::Ref<GObject>::adopt(G_OBJECT(nice_agent_new(g_main_context_default(), NICE_COMPATIBILITY_RFC5245)));
  const guint stream_ = nice_agent_add_stream(agent(), 1);
};

/// Two of them, and a nicesink for what the first sends.
class IcePair {
 public:
  explicit IcePair(IceProtocol protocol) : one_(true, protocol), other_(false, protocol) {
    g_object_set(sink_.get(), "agent", one_.agent(), "stream", one_.stream(), "component", IceEnd::kComponent, nullptr);
  }

  [[nodiscard]] GstElement* sink() const { return sink_.get(); }
  [[nodiscard]] bool connect() {
    one_.hear_of(other_);
    other_.hear_of(one_);
    return wait_until([this] { return one_.is_ready() && other_.is_ready(); });
  }
  /// What the first one's signals say of its state.
  void say(NiceComponentState state) {
    g_signal_emit_by_name(one_.agent(), "component-state-changed", one_.stream(), IceEnd::kComponent, state);
  }
  /// At the second, since it was asked before.
  [[nodiscard]] std::vector<std::string> arrived(std::size_t count) {
    EXPECT_TRUE(wait_until([&] { return other_.received.size() >= count; }));
    return std::exchange(other_.received, {});
  }

 private:
  IceEnd one_;
  IceEnd other_;
  const glib::Ref<GstElement> sink_ =
      glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("nicesink", nullptr))));
};

}  // namespace rtcmc::test
