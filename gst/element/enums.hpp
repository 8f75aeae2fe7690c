// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include "protocol/messages.hpp"

namespace rtcmc {

/// GTypes of the element's enumerated properties. Any thread.
[[nodiscard]] GType action_type();   // values: room::Action
[[nodiscard]] GType state_type();    // values: State
[[nodiscard]] GType session_type();  // bits: SessionFlag

enum SessionFlag : unsigned {
  kSessionAudio = 1U << 0U,
  kSessionVideo = 1U << 1U,
  kSessionData = 1U << 2U,
  kSessionScreen = 1U << 3U,
  kSessionOneway = 1U << 4U,
  kSessionBroadcast = 1U << 5U,
  kSessionTwoWayAudio = 1U << 6U,
};

[[nodiscard]] unsigned session_flags(const protocol::Session& session);
[[nodiscard]] protocol::Session session_from_flags(unsigned flags);

}  // namespace rtcmc
