// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/outlets.hpp"

#include <utility>

#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

template <typename Change>
void Outlets::change(Change change) {
  auto changed = std::make_shared<List>(*list_);
  change(*changed);
  list_ = std::move(changed);
}

std::shared_ptr<const Outlets::Outlet> Outlets::add(GstElement* element, glib::Ref<GstPad> pad, GstPad* peer,
                                                    Gate gate) {
  auto outlet = std::make_shared<const Outlet>(Outlet{std::move(pad), std::move(gate)});
  gst_pad_set_active(outlet->pad.get(), TRUE);
  gst_element_add_pad(element, outlet->pad.get());
  const GstPadLinkReturn linked = gst_pad_link(outlet->pad.get(), peer);
  if (linked != GST_PAD_LINK_OK) {
    GST_ERROR_OBJECT(element, "cannot be linked to a queue: %s", gst_pad_link_get_name(linked));
  }
  const std::lock_guard lock(mutex_);
  // GStreamer sends them ahead of the first buffer.
  for (const auto& event : kept_) {
    if (event) {
      gst_pad_store_sticky_event(outlet->pad.get(), event.get());
    }
  }
  change([&outlet](List& list) { list.push_back(outlet); });
  return outlet;
}

void Outlets::remove(GstElement* element, const std::shared_ptr<const Outlet>& outlet) {
  {
    const std::lock_guard lock(mutex_);
    change([&outlet](List& list) { std::erase(list, outlet); });
  }
  gst_pad_set_active(outlet->pad.get(), FALSE);
  gst_element_remove_pad(element, outlet->pad.get());
}

std::shared_ptr<const Outlets::List> Outlets::list() const {
  const std::lock_guard lock(mutex_);
  return list_;
}

void Outlets::push(const glib::Ref<GstBuffer>& buffer, const Arrival& arrival) const {
  const auto current = list();
  for (const auto& outlet : *current) {
    if (outlet->takes(arrival)) {
      gst_pad_push(outlet->pad.get(), glib::Ref<GstBuffer>(buffer).release());
    }
  }
}

void Outlets::push(const glib::Ref<GstBufferList>& list, const Arrival& arrival) const {
  const auto current = this->list();
  for (const auto& outlet : *current) {
    if (outlet->takes(arrival)) {
      gst_pad_push_list(outlet->pad.get(), glib::Ref<GstBufferList>(list).release());
    }
  }
}

void Outlets::push_event(const glib::Ref<GstEvent>& event) const {
  const auto current = list();
  for (const auto& outlet : *current) {
    gst_pad_push_event(outlet->pad.get(), glib::Ref<GstEvent>(event).release());
  }
}

void Outlets::keep(Kept kind, const glib::Ref<GstEvent>& event) {
  {
    const std::lock_guard lock(mutex_);
    kept_.at(static_cast<std::size_t>(kind)) = event;
  }
  push_event(event);
}

void Outlets::forget(Kept kind) {
  const std::lock_guard lock(mutex_);
  kept_.at(static_cast<std::size_t>(kind)).reset();
}

void Outlets::forget_all() {
  const std::lock_guard lock(mutex_);
  kept_ = {};
}

glib::Ref<GstEvent> Outlets::kept(Kept kind) const {
  const std::lock_guard lock(mutex_);
  return kept_.at(static_cast<std::size_t>(kind));
}

}  // namespace rtcmc::send
