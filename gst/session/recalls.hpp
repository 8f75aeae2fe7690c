// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "glib/timer.hpp"
#include "session/recall_plan.hpp"

namespace rtcmc {

/// Those whose connection broke, or came to nothing though both sides had agreed on it: they are asked again until they
/// are back, since no page of RTCMultiConnection would do so. Bounded, in number and in time; see RecallPlan.
///
/// Threads: the session's.
class Recalls {
 public:
  /// Asks it, if it can be asked and is not on its way already. The answer has to bring `invitation` back.
  using Ask = std::function<void(const std::string& user_id, const std::string& invitation)>;

  explicit Recalls(Ask ask) : ask_(std::move(ask)) {}

  /// False: it is not asked, or no more.
  [[nodiscard]] bool connection_failed(const std::string& user_id, bool had_worked);
  /// It fell silent, and the server says that it is gone.
  void vanished(const std::string& user_id);
  /// It is back. For a while, another failure counts on.
  void connected(const std::string& user_id);
  /// The network is back, or the server: nobody waits any longer.
  void hurry();
  [[nodiscard]] bool has(const std::string& user_id) const { return recalls_.contains(user_id); }
  [[nodiscard]] bool match(const std::string& user_id, const std::string& invitation) const;
  void rename(const std::string& old_id, const std::string& new_id);
  void forget(const std::string& user_id) { recalls_.erase(user_id); }
  void clear() { recalls_.clear(); }

 private:
  static constexpr std::size_t kMaxRecalls = 100;

  struct Recall {
    RecallPlan plan;
    const std::string invitation;
    bool is_back = false;
    glib::Timer next;  // question, or when it is forgotten after it is back

    Recall(RecallPlan begun, std::string invites) : plan(begun), invitation(std::move(invites)) {}
  };

  /// Null: there are too many.
  [[nodiscard]] Recall* recall(const std::string& user_id, RecallPlan::Hope hope);
  void ask_in(std::chrono::milliseconds delay, const std::string& user_id, Recall& recall);
  void ask(const std::string& user_id);

  const Ask ask_;
  std::map<std::string, std::unique_ptr<Recall>> recalls_;
};

}  // namespace rtcmc
