// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "glib/timer.hpp"

namespace rtcmc {

/// Connections that worked and broke, while it is not known whether their participants have just gone: a browser that
/// goes ends DTLS before the server tells of it.
///
/// Threads: the session's.
class Breakages {
 public:
  /// It did not go: the connection with it has failed.
  using Failed = std::function<void(const std::string& user_id, const std::string& reason)>;

  static constexpr std::chrono::milliseconds kFarewell{3000};

  explicit Breakages(Failed failed, std::chrono::milliseconds farewell = kFarewell)
      : failed_(std::move(failed)), farewell_(farewell) {}

  /// `reason`: the first one counts, what follows comes of it.
  void add(const std::string& user_id, const std::string& reason);
  [[nodiscard]] bool has(const std::string& user_id) const { return breakages_.contains(user_id); }
  void forget(const std::string& user_id) { breakages_.erase(user_id); }
  void rename(const std::string& old_id, const std::string& new_id);
  void clear() { breakages_.clear(); }

 private:
  struct Breakage {
    std::string user_id;
    const std::string reason;
    glib::Timer end;

    Breakage(std::string whose, std::string why) : user_id(std::move(whose)), reason(std::move(why)) {}
  };

  const Failed failed_;
  const std::chrono::milliseconds farewell_;
  std::map<std::string, std::unique_ptr<Breakage>> breakages_;
};

}  // namespace rtcmc
