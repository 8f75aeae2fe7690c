// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/closure_check.hpp"

#include <chrono>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

constexpr auto kQuestionInterval = 1s;
constexpr unsigned kQuestions = 5;

}  // namespace

void ClosureCheck::begin(room::RoomClient& client) {
  ask(client, kQuestions);
}

void ClosureCheck::ask(room::RoomClient& client, unsigned questions_left) {
  next_question_.cancel();
  client.ask_whether_room_exists(
      [this, &client, questions_left](bool exists) { answered(client, exists, questions_left); });
}

void ClosureCheck::answered(room::RoomClient& client, bool room_exists, unsigned questions_left) {
  if (!room_exists) {
    room_is_closed_();
  } else if (questions_left > 1) {
    next_question_.start_once(kQuestionInterval, [this, &client, questions_left] { ask(client, questions_left - 1); });
  } else {
    GST_INFO_OBJECT(bin_, "the room was said to be closed, but is still there");
  }
}

}  // namespace rtcmc
