// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "glib/timer.hpp"
#include "session/event_queue.hpp"

namespace rtcmc {

/// Those whom the application has called, in our room or not, until they answer. Bounded, in number and in time.
///
/// Threads: the session's.
class Calls {
 public:
  explicit Calls(EventQueue& events) : events_(events) {}

  /// False if too many wait for an answer. `ask` asks for the connection and returns what the answer has to bring back.
  [[nodiscard]] bool add(const std::string& user_id, const std::function<std::string()>& ask);
  /// Whether this is what we have invited it with.
  [[nodiscard]] bool match(const std::string& user_id, const std::string& invitation) const;
  void answered(const std::string& user_id) { calls_.erase(user_id); }
  void clear() { calls_.clear(); }

 private:
  struct Call {
    std::string invitation;
    glib::Timer until_given_up;
  };

  EventQueue& events_;
  std::map<std::string, std::unique_ptr<Call>> calls_;
};

}  // namespace rtcmc
