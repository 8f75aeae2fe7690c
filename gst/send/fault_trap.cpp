// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/fault_trap.hpp"

#include <utility>

#include "gst_ref.hpp"

namespace rtcmc::send {

namespace {

struct Relay {
  std::shared_ptr<FaultTrap> trap;
  glib::Ref<GstBus> bin;  // where the bin listens
};

/// Any thread.
GstBusSyncReply on_message(GstBus*, GstMessage* message, gpointer data) {
  const auto& relay = *static_cast<Relay*>(data);
  auto held = glib::Ref<GstMessage>::adopt(message);
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) {
    gst_bus_post(relay.bin.get(), held.release());
    return GST_BUS_DROP;
  }
  glib::Error error;
  gst_message_parse_error(message, error.out(), nullptr);
  relay.trap->fail(error.message());
  return GST_BUS_DROP;
}

}  // namespace

void FaultTrap::watch(const std::shared_ptr<FaultTrap>& trap, GstElement* element) {
  auto bin = glib::Ref<GstBus>::adopt(gst_element_get_bus(element));
  if (!bin) {
    return;
  }
  const auto bus = glib::Ref<GstBus>::adopt(gst_bus_new());
  gst_bus_set_sync_handler(bus.get(), on_message, new Relay{trap, std::move(bin)},
                           [](gpointer relay) { delete static_cast<Relay*>(relay); });
  gst_element_set_bus(element, bus.get());
}

void FaultTrap::fail(const std::string& fault) {
  const std::lock_guard lock(mutex_);
  if (!fault_) {
    fault_ = fault;
  }
}

std::optional<std::string> FaultTrap::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

}  // namespace rtcmc::send
