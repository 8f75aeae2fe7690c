// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/enums.hpp"

#include <array>

#include "element/participation.hpp"

namespace rtcmc {

GType action_type() {
  using room::Action;
  static constexpr std::array<GEnumValue, 4> kValues{{
      {int(Action::OpenOrJoin), "Open the room if it is absent, else join it", "open-or-join"},
      {int(Action::Open), "Open the room; it must not exist yet", "open"},
      {int(Action::Join), "Join the room; it must exist", "join"},
      {0, nullptr, nullptr},
  }};
  static const GType type = g_enum_register_static("RtcmcRoomAction", kValues.data());
  return type;
}

GType state_type() {
  static constexpr std::array<GEnumValue, 6> kValues{{
      {int(State::Idle), "Not started", "idle"},
      {int(State::Connecting), "On the way into the room", "connecting"},
      {int(State::Joined), "In the room", "joined"},
      {int(State::Reconnecting), "The signaling connection was lost; trying again", "reconnecting"},
      {int(State::Left), "Out of the room for good: left, closed or refused", "left"},
      {0, nullptr, nullptr},
  }};
  static const GType type = g_enum_register_static("RtcmcRoomState", kValues.data());
  return type;
}

unsigned session_flags(const protocol::Session& session) {
  return (session.audio ? kSessionAudio : 0U) | (session.video ? kSessionVideo : 0U) |
         (session.data ? kSessionData : 0U) | (session.screen ? kSessionScreen : 0U) |
         (session.oneway ? kSessionOneway : 0U) | (session.broadcast ? kSessionBroadcast : 0U) |
         (session.two_way_audio ? kSessionTwoWayAudio : 0U);
}

protocol::Session session_from_flags(unsigned flags) {
  return {.audio = (flags & (kSessionAudio | kSessionTwoWayAudio)) != 0,
          .video = (flags & kSessionVideo) != 0,
          .data = (flags & kSessionData) != 0,
          .screen = (flags & kSessionScreen) != 0,
          .oneway = (flags & kSessionOneway) != 0,
          .broadcast = (flags & kSessionBroadcast) != 0,
          .two_way_audio = (flags & kSessionTwoWayAudio) != 0};
}

GType session_type() {
  static constexpr std::array<GFlagsValue, 8> kValues{{
      {kSessionAudio, "Audio", "audio"},
      {kSessionVideo, "Video", "video"},
      {kSessionData, "Data channel", "data"},
      {kSessionScreen, "Screen share", "screen"},
      {kSessionOneway, "Only the room's owner sends", "oneway"},
      {kSessionBroadcast, "Only the room's owner connects with participants", "broadcast"},
      {kSessionTwoWayAudio, "Audio, in a oneway room also from the others to the owner", "two-way-audio"},
      {0, nullptr, nullptr},
  }};
  static const GType type = g_flags_register_static("RtcmcRoomSession", kValues.data());
  return type;
}

}  // namespace rtcmc
