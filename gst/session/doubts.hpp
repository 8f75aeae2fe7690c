// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "glib/timer.hpp"
#include "session/last_heard.hpp"

namespace rtcmc {

/// Those whom the server says to be gone, while something still comes from them: it only knows that their socket is
/// gone, as that of a page is after some seconds without network. They stay until they fall silent.
///
/// Threads: the session's.
class Doubts {
 public:
  using Clock = std::chrono::steady_clock;
  using Silent = std::function<void(const std::string& user_id)>;

  /// Whoever is there sends reports about what it receives, each 1 to 7 s.
  static constexpr std::chrono::milliseconds kSilence{8000};

  Doubts(LastHeard last_heard, Silent silent, std::chrono::milliseconds silence = kSilence)
      : last_heard_(std::move(last_heard)), silent_(std::move(silent)), silence_(silence) {}

  /// False: it is silent already.
  [[nodiscard]] bool add(const std::string& user_id);
  [[nodiscard]] bool has(const std::string& user_id) const { return doubted_.contains(user_id); }
  void forget(const std::string& user_id) { doubted_.erase(user_id); }
  void rename(const std::string& old_id, const std::string& new_id);
  void clear();

 private:
  static constexpr int kLooks = 8;  // in the time of silence

  [[nodiscard]] bool is_silent(const std::string& user_id) const;
  void look();

  const LastHeard last_heard_;
  const Silent silent_;
  const std::chrono::milliseconds silence_;
  std::set<std::string> doubted_;
  glib::Timer next_look_;
};

}  // namespace rtcmc
