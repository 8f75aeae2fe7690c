// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What a participant does with mouse, keys and touch over a picture of ours: an extension of ours, in objects on the
/// data channel. On the wire in the terms of a browser's events, here in those of GstNavigation. Pure. docs/protocol.md
/// describes it.
namespace rtcmc::protocol {

/// Parts of the picture's width and height, from its upper left corner: 0 to 1.
struct Position {
  double x = 0;
  double y = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

struct MouseMove {
  Position at;

  friend bool operator==(const MouseMove&, const MouseMove&) = default;
};

struct MouseButton {
  Position at;
  unsigned button = 1;  // as in X11: left, middle, right, 8 back, 9 forward
  bool is_pressed = false;

  friend bool operator==(const MouseButton&, const MouseButton&) = default;
};

struct MouseScroll {
  Position at;
  double delta_x = 0;  // pixels; positive: leftwards
  double delta_y = 0;  // positive: upwards

  friend bool operator==(const MouseScroll&, const MouseScroll&) = default;
};

struct Key {
  std::string name;  // of an X11 keysym: "a", "exclam", "U00E4", "Return"
  bool is_pressed = false;

  friend bool operator==(const Key&, const Key&) = default;
};

struct Touch {
  enum class Phase { Down, Motion, Up };

  Phase phase = Phase::Down;
  std::uint32_t identifier = 0;
  Position at;
  std::optional<double> pressure = {};  // 0 to 1

  friend bool operator==(const Touch&, const Touch&) = default;
};

/// The touches since the one before belong together.
struct TouchFrame {
  friend bool operator==(const TouchFrame&, const TouchFrame&) = default;
};

/// All touches are void.
struct TouchCancel {
  friend bool operator==(const TouchCancel&, const TouchCancel&) = default;
};

struct Modifiers {
  bool shift = false;
  bool control = false;
  bool alt = false;
  bool super = false;

  friend bool operator==(const Modifiers&, const Modifiers&) = default;
};

struct Navigation {
  using Action = std::variant<MouseMove, MouseButton, MouseScroll, Key, Touch, TouchFrame, TouchCancel>;

  std::string stream_id;  // of the MediaStream with the picture
  Modifiers modifiers;
  Action action;

  friend bool operator==(const Navigation&, const Navigation&) = default;
};

/// `json`: an object of a TextMessage. Absent if it is an application's own; in place of a broken one, what is wrong
/// with it, in words for a log.
[[nodiscard]] std::optional<std::variant<Navigation, std::string>> parse_navigation(std::string_view json);

}  // namespace rtcmc::protocol
