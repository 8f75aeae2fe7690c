// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "glib/timer.hpp"
#include "session/last_heard.hpp"

namespace rtcmc {

/// Pages that have come into the room again, as applications have them do when the server was away. They do not say
/// whether they still have the connection that we have with them, or were loaded anew: that is seen from whether
/// something still comes over it.
///
/// Threads: the session's.
class Returns {
 public:
  using Clock = std::chrono::steady_clock;
  using Anew = std::function<void(const std::string& user_id)>;

  /// A page that receives says what about once a second, and one that sends does so all the time.
  static constexpr std::chrono::milliseconds kPatience{1500};

  Returns(LastHeard last_heard, Anew anew, std::chrono::milliseconds patience = kPatience)
      : last_heard_(std::move(last_heard)), anew_(std::move(anew)), patience_(patience) {}

  void add(const std::string& user_id);
  void forget(const std::string& user_id) { returned_.erase(user_id); }
  void rename(const std::string& old_id, const std::string& new_id);
  void clear() { returned_.clear(); }

 private:
  struct Return {
    Clock::time_point time;
    glib::Timer end;
  };

  void judge(const std::string& user_id);

  const LastHeard last_heard_;
  const Anew anew_;
  const std::chrono::milliseconds patience_;
  std::map<std::string, std::unique_ptr<Return>> returned_;
};

}  // namespace rtcmc
