// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "gst_ref.hpp"

namespace rtcmc::send {

/// The source pads of an element that gives the same to each of them, and what a new one has to hear first.
///
/// Threads: pads come and go on any thread; all that goes out comes from one streaming thread. `mutex_` protects all
/// data, and is never held across a push.
class Outlets {
 public:
  struct Arrival {
    bool can_start;         // decoding can start with it
    bool is_muted;          // nobody may get it
    bool is_other = false;  // the first of another stream: it builds on nothing that went before
  };
  /// Whether a buffer may go to an outlet now. On the streaming thread.
  using Gate = std::function<bool(const Arrival&)>;
  struct Outlet {
    glib::Ref<GstPad> pad;
    Gate takes;
  };

  /// What new outlets hear first, in this order.
  enum class Kept : std::uint8_t { StreamStart, Caps, Segment, Orientation };

  /// Adds `pad`, a new one, to `element` and links it to `peer`, which has to be active.
  [[nodiscard]] std::shared_ptr<const Outlet> add(GstElement* element, glib::Ref<GstPad> pad, GstPad* peer, Gate gate);
  void remove(GstElement* element, const std::shared_ptr<const Outlet>& outlet);

  void push(const glib::Ref<GstBuffer>& buffer, const Arrival& arrival) const;
  void push(const glib::Ref<GstBufferList>& list, const Arrival& arrival) const;
  void push_event(const glib::Ref<GstEvent>& event) const;
  /// Keeps it for new outlets in place of the one before, and pushes it.
  void keep(Kept kind, const glib::Ref<GstEvent>& event);
  void forget(Kept kind);
  void forget_all();
  /// Null: none. Any thread.
  [[nodiscard]] glib::Ref<GstEvent> kept(Kept kind) const;

 private:
  using List = std::vector<std::shared_ptr<const Outlet>>;

  [[nodiscard]] std::shared_ptr<const List> list() const;
  template <typename Change>
  void change(Change change);

  mutable std::mutex mutex_;
  // Never changed, only replaced: the streaming thread walks its own reference.
  std::shared_ptr<const List> list_ = std::make_shared<const List>();
  std::array<glib::Ref<GstEvent>, 4> kept_;
};

}  // namespace rtcmc::send
