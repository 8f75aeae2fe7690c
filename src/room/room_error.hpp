// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace rtcmc::room {

/// Why we are not in the room. `text` is a sentence for a person that says what to do; `detail` is for a log.
struct RoomError {
  enum class Kind {
    InvalidUrl,
    Unreachable,
    Tls,
    Untrusted,
    NotSocketIo,
    Refused,
    WrongPassword,
    RoomFull,
    RoomExists,
    RoomAbsent,
    NoAnswer
  };
  Kind kind;
  std::string text;
  std::string detail;
};

}  // namespace rtcmc::room
