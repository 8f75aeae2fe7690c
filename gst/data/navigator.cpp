// SPDX-License-Identifier: LGPL-2.1-or-later
#include "data/navigator.hpp"

#include <gst/video/navigation.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>
#include <optional>
#include <utility>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

using protocol::Key;
using protocol::Modifiers;
using protocol::MouseButton;
using protocol::MouseMove;
using protocol::MouseScroll;
using protocol::Position;
using protocol::Touch;
using protocol::TouchCancel;
using protocol::TouchFrame;
using Action = protocol::Navigation::Action;
using Clock = std::chrono::steady_clock;

/// Of one participant, a second for ever and at once: several pointers that move with a display's every frame.
constexpr double kRate = 500;
constexpr double kBurst = 1000;
/// That one participant holds down.
constexpr std::size_t kMaxHolds = 64;
/// Of one pad, whoever's they are.
constexpr std::uint32_t kMaxTouches = 16;
/// For upstream, which is busy.
constexpr std::size_t kMaxWaiting = 1024;

/// Newer ones make it void.
bool is_motion(const Action& action) {
  const auto* touch = std::get_if<Touch>(&action);
  return std::holds_alternative<MouseMove>(action) || std::holds_alternative<TouchFrame>(action) ||
         (touch && touch->phase == Touch::Phase::Motion);
}

bool is_same_motion(const Action& one, const Action& other) {
  const auto* touch = std::get_if<Touch>(&one);
  const auto* other_touch = std::get_if<Touch>(&other);
  return is_motion(one) && is_motion(other) && one.index() == other.index() &&
         (!touch || touch->identifier == other_touch->identifier);
}

bool lets_go(const Action& action) {
  const auto* button = std::get_if<MouseButton>(&action);
  const auto* key = std::get_if<Key>(&action);
  const auto* touch = std::get_if<Touch>(&action);
  return (button && !button->is_pressed) || (key && !key->is_pressed) || (touch && touch->phase == Touch::Phase::Up) ||
         std::holds_alternative<TouchCancel>(action);
}

/// Whether both are of the same key or the same button.
bool is_same_switch(const Action& one, const Action& other) {
  const auto* button = std::get_if<MouseButton>(&one);
  const auto* other_button = std::get_if<MouseButton>(&other);
  const auto* key = std::get_if<Key>(&one);
  const auto* other_key = std::get_if<Key>(&other);
  return (button && other_button && button->button == other_button->button) ||
         (key && other_key && key->name == other_key->name);
}

struct Size {
  int width = 0;
  int height = 0;
};

std::optional<Size> picture_size(GstPad* pad) {
  const auto caps = glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  const GstStructure* structure = caps ? gst_caps_get_structure(caps.get(), 0) : nullptr;
  Size size;
  const bool is_known = structure && gst_structure_get_int(structure, "width", &size.width) &&
                        gst_structure_get_int(structure, "height", &size.height) && size.width > 0 && size.height > 0;
  return is_known ? std::optional(size) : std::nullopt;
}

GstNavigationModifierType state_of(const Modifiers& modifiers) {
  const auto mask = [](bool is_on, GstNavigationModifierType type) { return is_on ? unsigned{type} : 0U; };
  return static_cast<GstNavigationModifierType>(mask(modifiers.shift, GST_NAVIGATION_MODIFIER_SHIFT_MASK) |
                                                mask(modifiers.control, GST_NAVIGATION_MODIFIER_CONTROL_MASK) |
                                                mask(modifiers.alt, GST_NAVIGATION_MODIFIER_MOD1_MASK) |
                                                mask(modifiers.super, GST_NAVIGATION_MODIFIER_SUPER_MASK));
}

/// Makes the event of an action over a picture of that size.
class EventMaker {
 public:
  EventMaker(const Size& size, const Modifiers& modifiers) : size_(size), state_(state_of(modifiers)) {}

  GstEvent* operator()(const MouseMove& move) const {
    return gst_navigation_event_new_mouse_move(x(move.at), y(move.at), state_);
  }
  GstEvent* operator()(const MouseButton& button) const {
    const auto make =
        button.is_pressed ? gst_navigation_event_new_mouse_button_press : gst_navigation_event_new_mouse_button_release;
    return make(static_cast<gint>(button.button), x(button.at), y(button.at), state_);
  }
  GstEvent* operator()(const MouseScroll& scroll) const {
    return gst_navigation_event_new_mouse_scroll(x(scroll.at), y(scroll.at), scroll.delta_x, scroll.delta_y, state_);
  }
  GstEvent* operator()(const Key& key) const {
    const auto make = key.is_pressed ? gst_navigation_event_new_key_press : gst_navigation_event_new_key_release;
    return make(key.name.c_str(), state_);
  }
  GstEvent* operator()(const Touch& touch) const {
    const double pressure = touch.pressure.value_or(std::numeric_limits<double>::quiet_NaN());
    switch (touch.phase) {
      case Touch::Phase::Down:
        return gst_navigation_event_new_touch_down(touch.identifier, x(touch.at), y(touch.at), pressure, state_);
      case Touch::Phase::Motion:
        return gst_navigation_event_new_touch_motion(touch.identifier, x(touch.at), y(touch.at), pressure, state_);
      default:
        return gst_navigation_event_new_touch_up(touch.identifier, x(touch.at), y(touch.at), state_);
    }
  }
  GstEvent* operator()(const TouchFrame&) const { return gst_navigation_event_new_touch_frame(state_); }
  GstEvent* operator()(const TouchCancel&) const { return gst_navigation_event_new_touch_cancel(state_); }

 private:
  [[nodiscard]] double x(const Position& at) const { return pixel(at.x, size_.width); }
  [[nodiscard]] double y(const Position& at) const { return pixel(at.y, size_.height); }
  [[nodiscard]] static double pixel(double part, int size) { return std::min(part * size, size - 1.0); }

  Size size_;
  GstNavigationModifierType state_;
};

}  // namespace

/// What waits to be pushed. `mutex_` protects what is below it.
class Navigator::Upstream : public std::enable_shared_from_this<Upstream> {
 public:
  struct Item {
    glib::Ref<GstPad> pad;
    std::string user_id;
    Modifiers modifiers;
    Action action;
  };

  /// Any thread. False if too much waits already.
  [[nodiscard]] bool put(GstElement* element, Item item) {
    const std::lock_guard lock(mutex_);
    if (Item* older = overtaken_by(item)) {
      *older = std::move(item);
      return true;
    }
    if (items_.size() >= kMaxWaiting) {
      return false;
    }
    items_.push_back(std::move(item));
    if (!std::exchange(is_running_, true)) {
      gst_element_call_async(
          element, [](GstElement*, gpointer self) { (*static_cast<std::shared_ptr<Upstream>*>(self))->run(); },
          new std::shared_ptr(shared_from_this()),
          [](gpointer self) { delete static_cast<std::shared_ptr<Upstream>*>(self); });
    }
    return true;
  }

 private:
  [[nodiscard]] Item* overtaken_by(const Item& item) {
    const auto latest = std::find_if(items_.rbegin(), items_.rend(), [&item](const Item& older) {
      return older.pad == item.pad && older.user_id == item.user_id &&
             (is_same_motion(older.action, item.action) || !is_motion(older.action));
    });
    return latest != items_.rend() && is_same_motion(latest->action, item.action) ? &*latest : nullptr;
  }

  /// On the pool's thread.
  void run() {
    while (const auto item = next()) {
      push(*item);
    }
  }

  [[nodiscard]] std::optional<Item> next() {
    const std::lock_guard lock(mutex_);
    if (items_.empty()) {
      is_running_ = false;
      return std::nullopt;
    }
    Item item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

  static void push(const Item& item) {
    const auto size = picture_size(item.pad.get());
    const bool needs_size = !std::holds_alternative<Key>(item.action) &&
                            !std::holds_alternative<TouchFrame>(item.action) &&
                            !std::holds_alternative<TouchCancel>(item.action);
    if (!size && needs_size) {
      GST_INFO_OBJECT(item.pad.get(), "navigation goes nowhere: the caps say no width and height");
      return;
    }
    GstEvent* event = std::visit(EventMaker(size.value_or(Size()), item.modifiers), item.action);
    gst_structure_set(gst_event_writable_structure(event), "user-id", G_TYPE_STRING, item.user_id.c_str(), nullptr);
    if (!gst_pad_push_event(item.pad.get(), event)) {
      GST_DEBUG_OBJECT(item.pad.get(), "nobody upstream takes navigation");
    }
  }

  std::mutex mutex_;
  std::deque<Item> items_;
  bool is_running_ = false;
};

Navigator::Navigator(GstElement* element) : element_(element), upstream_(std::make_shared<Upstream>()) {}

void Navigator::navigate(const std::string& user_id, const glib::Ref<GstPad>& pad,
                         const protocol::Navigation& navigation) {
  const std::lock_guard lock(mutex_);
  if (!pad) {
    drop(unwanted_log_limiter_, user_id, "no sink pad with navigation=true has the stream that it names");
    return;
  }
  const auto now = Clock::now();
  Hand& hand = hands_.try_emplace(user_id, Hand{TokenBucket(kRate, kBurst, now), {}}).first->second;
  if (!lets_go(navigation.action) && !hand.budget.take(1, now)) {
    drop(flood_log_limiter_, user_id, "it is too much at once");
    return;
  }
  Action action = navigation.action;
  if (!accept(hand, pad, action)) {
    GST_DEBUG_OBJECT(element_, "%s lets go of what it does not hold, or holds too much", user_id.c_str());
  } else if (!upstream_->put(element_, {pad, user_id, navigation.modifiers, std::move(action)})) {
    drop(flood_log_limiter_, user_id, "upstream is too busy");
  }
}

bool Navigator::accept(Hand& hand, const glib::Ref<GstPad>& pad, Action& action) {
  if (auto* touch = std::get_if<Touch>(&action)) {
    return accept_touch(hand, pad, *touch);
  }
  if (std::holds_alternative<TouchCancel>(action)) {
    const bool has_touches = std::ranges::any_of(
        hand.holds, [&pad](const Hold& hold) { return hold.pad == pad && std::holds_alternative<Touch>(hold.press); });
    drop_touches(pad);
    return has_touches;
  }
  if (!std::holds_alternative<Key>(action) && !std::holds_alternative<MouseButton>(action)) {
    return true;
  }
  const auto held = std::ranges::find_if(
      hand.holds, [&pad, &action](const Hold& hold) { return hold.pad == pad && is_same_switch(hold.press, action); });
  const bool is_held = held != hand.holds.end();
  if (lets_go(action)) {
    if (is_held) {
      hand.holds.erase(held);
    }
    return is_held;
  }
  if (is_held) {
    return std::holds_alternative<Key>(action);  // which repeats
  }
  if (hand.holds.size() >= kMaxHolds) {
    return false;
  }
  hand.holds.push_back({pad, action});
  return true;
}

bool Navigator::accept_touch(Hand& hand, const glib::Ref<GstPad>& pad, Touch& touch) {
  const auto held = std::ranges::find_if(hand.holds, [&pad, &touch](const Hold& hold) {
    return hold.pad == pad && std::holds_alternative<Touch>(hold.press) && hold.identifier == touch.identifier;
  });
  const bool is_held = held != hand.holds.end();
  if (touch.phase != Touch::Phase::Down) {
    if (!is_held) {
      return false;
    }
    touch.identifier = std::get<Touch>(held->press).identifier;
    if (touch.phase == Touch::Phase::Up) {
      hand.holds.erase(held);
    }
    return true;
  }
  const auto is_taken = [this, &pad](std::uint32_t number) {
    return std::ranges::any_of(hands_, [&pad, number](const auto& entry) {
      return std::ranges::any_of(entry.second.holds, [&pad, number](const Hold& hold) {
        const auto* other = std::get_if<Touch>(&hold.press);
        return other && hold.pad == pad && other->identifier == number;
      });
    });
  };
  std::uint32_t number = 0;
  while (number < kMaxTouches && is_taken(number)) {
    ++number;
  }
  if (is_held || number == kMaxTouches || hand.holds.size() >= kMaxHolds) {
    return false;
  }
  const std::uint32_t identifier = std::exchange(touch.identifier, number);
  hand.holds.push_back({pad, touch, identifier});
  return true;
}

void Navigator::drop_touches(const glib::Ref<GstPad>& pad) {
  for (auto& [user_id, hand] : hands_) {
    std::erase_if(hand.holds,
                  [&pad](const Hold& hold) { return hold.pad == pad && std::holds_alternative<Touch>(hold.press); });
  }
}

void Navigator::let_go(const std::string& user_id, Hand& hand, const std::function<bool(const Hold&)>& condition) {
  for (auto held = std::ranges::find_if(hand.holds, condition); held != hand.holds.end();
       held = std::ranges::find_if(hand.holds, condition)) {
    const glib::Ref<GstPad> pad = held->pad;
    Action action = std::move(held->press);
    if (auto* key = std::get_if<Key>(&action)) {
      key->is_pressed = false;
      hand.holds.erase(held);
    } else if (auto* button = std::get_if<MouseButton>(&action)) {
      button->is_pressed = false;
      hand.holds.erase(held);
    } else {
      action = TouchCancel();
      drop_touches(pad);
    }
    if (!upstream_->put(element_, {pad, user_id, {}, std::move(action)})) {
      drop(flood_log_limiter_, user_id, "upstream is too busy");
    }
  }
}

void Navigator::release(GstPad* pad) {
  const std::lock_guard lock(mutex_);
  for (auto& [user_id, hand] : hands_) {
    let_go(user_id, hand, [pad](const Hold& hold) { return hold.pad.get() == pad; });
  }
}

void Navigator::rename(const std::string& old_id, const std::string& new_id) {
  const std::lock_guard lock(mutex_);
  auto hand = hands_.extract(old_id);
  if (!hand.empty()) {
    hand.key() = new_id;
    hands_.insert(std::move(hand));
  }
}

void Navigator::forget(const std::string& user_id) {
  const std::lock_guard lock(mutex_);
  const auto found = hands_.find(user_id);
  if (found != hands_.end()) {
    let_go(user_id, found->second, [](const Hold&) { return true; });
    hands_.erase(found);
  }
}

void Navigator::forget_all() {
  const std::lock_guard lock(mutex_);
  for (auto& [user_id, hand] : hands_) {
    let_go(user_id, hand, [](const Hold&) { return true; });
  }
  hands_.clear();
}

void Navigator::drop(LogLimiter& limiter, const std::string& user_id, const char* why) {
  const auto verdict = limiter.count(user_id);
  if (verdict != LogLimiter::Verdict::Skip) {
    GST_WARNING_OBJECT(element_, "dropped navigation of %s: %s%s", user_id.c_str(), why, LogLimiter::suffix(verdict));
  }
}

}  // namespace rtcmc
