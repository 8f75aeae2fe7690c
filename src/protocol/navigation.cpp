// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol/navigation.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

#include "glib/json_text.hpp"
#include "protocol/messages.hpp"

namespace rtcmc::protocol {

namespace {

using glib::JsonText;
using Action = Navigation::Action;

/// Larger objects are an application's own.
constexpr std::size_t kMaxSize = 1024;
constexpr double kMaxDelta = 10'000;

struct KeyName {
  std::string_view key;  // KeyboardEvent.key, UI Events KeyboardEvent key Values
  std::string_view keysym;
};
constexpr std::array kNamedKeys{
    KeyName{"Alt", "Alt_L"},
    KeyName{"AltGraph", "ISO_Level3_Shift"},
    KeyName{"ArrowDown", "Down"},
    KeyName{"ArrowLeft", "Left"},
    KeyName{"ArrowRight", "Right"},
    KeyName{"ArrowUp", "Up"},
    KeyName{"Backspace", "BackSpace"},
    KeyName{"CapsLock", "Caps_Lock"},
    KeyName{"Clear", "Clear"},
    KeyName{"ContextMenu", "Menu"},
    KeyName{"Control", "Control_L"},
    KeyName{"Delete", "Delete"},
    KeyName{"End", "End"},
    KeyName{"Enter", "Return"},
    KeyName{"Escape", "Escape"},
    KeyName{"Help", "Help"},
    KeyName{"Home", "Home"},
    KeyName{"Insert", "Insert"},
    KeyName{"Meta", "Super_L"},
    KeyName{"NumLock", "Num_Lock"},
    KeyName{"PageDown", "Page_Down"},
    KeyName{"PageUp", "Page_Up"},
    KeyName{"Pause", "Pause"},
    KeyName{"PrintScreen", "Print"},
    KeyName{"ScrollLock", "Scroll_Lock"},
    KeyName{"Shift", "Shift_L"},
    KeyName{"Tab", "Tab"},
};
constexpr std::array kPunctuation{
    KeyName{" ", "space"},      KeyName{"!", "exclam"},       KeyName{"\"", "quotedbl"},   KeyName{"#", "numbersign"},
    KeyName{"$", "dollar"},     KeyName{"%", "percent"},      KeyName{"&", "ampersand"},   KeyName{"'", "apostrophe"},
    KeyName{"(", "parenleft"},  KeyName{")", "parenright"},   KeyName{"*", "asterisk"},    KeyName{"+", "plus"},
    KeyName{",", "comma"},      KeyName{"-", "minus"},        KeyName{".", "period"},      KeyName{"/", "slash"},
    KeyName{":", "colon"},      KeyName{";", "semicolon"},    KeyName{"<", "less"},        KeyName{"=", "equal"},
    KeyName{">", "greater"},    KeyName{"?", "question"},     KeyName{"@", "at"},          KeyName{"[", "bracketleft"},
    KeyName{"\\", "backslash"}, KeyName{"]", "bracketright"}, KeyName{"^", "asciicircum"}, KeyName{"_", "underscore"},
    KeyName{"`", "grave"},      KeyName{"{", "braceleft"},    KeyName{"|", "bar"},         KeyName{"}", "braceright"},
    KeyName{"~", "asciitilde"},
};

/// "F1" to "F24", which X11 calls the same.
bool is_function_key(std::string_view key) {
  constexpr unsigned kLast = 24;
  unsigned number = 0;
  const char* end = key.data() + key.size();
  return key.starts_with('F') && key.size() > 1 && key[1] != '0' &&
         std::from_chars(key.data() + 1, end, number).ptr == end && number <= kLast;
}

std::optional<std::string> keysym_of(const std::string& key) {
  for (const auto& names : {std::span<const KeyName>(kNamedKeys), std::span<const KeyName>(kPunctuation)}) {
    const auto found = std::ranges::find(names, key, &KeyName::key);
    if (found != names.end()) {
      return std::string(found->keysym);
    }
  }
  if (is_function_key(key) || (key.size() == 1 && g_ascii_isalnum(key.front()))) {
    return key;
  }
  const gunichar character = g_utf8_get_char_validated(key.data(), static_cast<gssize>(key.size()));
  constexpr gunichar kFirst = 0xA0;
  constexpr gunichar kLast = 0x10FFFF;
  if (character < kFirst || character > kLast || g_utf8_strlen(key.data(), static_cast<gssize>(key.size())) != 1) {
    return std::nullopt;
  }
  std::array<char, 16> name{};
  const int size = g_snprintf(name.data(), name.size(), "U%04X", character);
  return std::string(name.data(), static_cast<std::size_t>(size));
}

std::optional<double> number_of(JsonText value, double least, double most) {
  if (!value.is(JsonText::Kind::Number)) {
    return std::nullopt;
  }
  double number = 0;
  const std::string_view text = value.text();
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() && number >= least && number <= most ? std::optional(number) : std::nullopt;
}

std::optional<std::uint32_t> integer_of(JsonText value, std::uint32_t most) {
  const auto number = number_of(value, 0, most);
  const auto integer = static_cast<std::uint32_t>(number.value_or(0));
  return number && *number == integer ? std::optional(integer) : std::nullopt;
}

/// Of MouseEvent.button.
std::optional<unsigned> button_of(JsonText value) {
  constexpr std::array<unsigned, 5> kButtons{1, 2, 3, 8, 9};
  const auto index = integer_of(value, kButtons.size() - 1);
  return index ? std::optional(kButtons.at(*index)) : std::nullopt;
}

using Parsed = std::variant<Action, std::string>;

Parsed parse_move(JsonText, Position at) {
  return Action(MouseMove{at});
}

template <bool is_pressed>
Parsed parse_button(JsonText object, Position at) {
  const auto button = button_of(object.member("button"));
  return button ? Parsed(Action(MouseButton{at, *button, is_pressed})) : "its button is none of 0 to 4";
}

Parsed parse_scroll(JsonText object, Position at) {
  const auto delta_x = number_of(object.member("deltaX"), -kMaxDelta, kMaxDelta);
  const auto delta_y = number_of(object.member("deltaY"), -kMaxDelta, kMaxDelta);
  if (!delta_x || !delta_y) {
    return "its deltaX or deltaY is none";
  }
  return Action(MouseScroll{at, -*delta_x, -*delta_y});  // browsers count the other way
}

template <Touch::Phase phase>
Parsed parse_touch(JsonText object, Position at) {
  const auto identifier = integer_of(object.member("identifier"), std::numeric_limits<std::uint32_t>::max());
  return identifier ? Parsed(Action(Touch{phase, *identifier, at, number_of(object.member("pressure"), 0, 1)}))
                    : "its identifier is none";
}

struct PositionedEvent {
  std::string_view name;
  Parsed (*parse)(JsonText object, Position at);
};
constexpr std::array kPositionedEvents{
    PositionedEvent{"mouse-move", parse_move},
    PositionedEvent{"mouse-button-press", parse_button<true>},
    PositionedEvent{"mouse-button-release", parse_button<false>},
    PositionedEvent{"mouse-scroll", parse_scroll},
    PositionedEvent{"touch-down", parse_touch<Touch::Phase::Down>},
    PositionedEvent{"touch-motion", parse_touch<Touch::Phase::Motion>},
    PositionedEvent{"touch-up", parse_touch<Touch::Phase::Up>},
};

Parsed parse_action(std::string_view event, JsonText object) {
  if (event == "touch-frame") {
    return Action(TouchFrame());
  }
  if (event == "touch-cancel") {
    return Action(TouchCancel());
  }
  if (event == "key-press" || event == "key-release") {
    auto name = keysym_of(object.member("key").string().value_or(""));
    return name ? Parsed(Action(Key{std::move(*name), event == "key-press"})) : "its key is not known";
  }
  const auto positioned = std::ranges::find(kPositionedEvents, event, &PositionedEvent::name);
  if (positioned == kPositionedEvents.end()) {
    return "there is no such event";
  }
  const auto x = number_of(object.member("x"), 0, 1);
  const auto y = number_of(object.member("y"), 0, 1);
  return x && y ? positioned->parse(object, {*x, *y}) : "its x or y is not from 0 to 1";
}

}  // namespace

std::optional<std::variant<Navigation, std::string>> parse_navigation(std::string_view json) {
  if (json.size() > kMaxSize) {
    return std::nullopt;
  }
  const auto object = JsonText::parse(json);
  const auto event = object ? object->member("navigation").string() : std::nullopt;
  const auto stream_id = object ? object->member("streamid").string() : std::nullopt;
  if (!event || !stream_id) {
    return std::nullopt;
  }
  if (!is_id(*stream_id)) {
    return "its streamid is none";
  }
  auto action = parse_action(*event, *object);
  if (auto* fault = std::get_if<std::string>(&action)) {
    return std::move(*fault);
  }
  return Navigation{*stream_id,
                    {.shift = object->member("shiftKey").is_true(),
                     .control = object->member("ctrlKey").is_true(),
                     .alt = object->member("altKey").is_true(),
                     .super = object->member("metaKey").is_true()},
                    std::get<Action>(std::move(action))};
}

}  // namespace rtcmc::protocol
