// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>

#include "glib/timer.hpp"
#include "limit/quota.hpp"
#include "session/admission.hpp"
#include "session/event_queue.hpp"
#include "session/incoming.hpp"
#include "session/outgoing.hpp"
#include "session/poster.hpp"
#include "session/roster.hpp"

namespace rtcmc {

/// Where those whom the door (admission) has let through wait for their connection: until the application consents,
/// we know what we send, and it is their turn. Bounded: nobody has more connections made than the others can bear.
///
/// Threads: the session's.
class Reception {
 public:
  class Listener {
   public:
    /// Its turn: the connection that there may be ends.
    virtual void on_turn(const std::string& user_id) = 0;
    /// After that, if the process can afford it.
    virtual void on_place(const std::string& user_id, Roster::Newcomer newcomer) = 0;
    virtual void on_refused(const std::string& user_id, const std::string& why) = 0;

   protected:
    ~Listener() = default;
  };

  struct Parts {
    GstBin* bin;
    Roster& roster;
    Outgoing& outgoing;
    Incoming& incoming;
    EventQueue& events;
  };

  /// `has_data_channel`: there is something to offer without any track.
  Reception(Parts parts, bool has_data_channel, Poster post, Listener& listener);

  /// Others, besides us.
  void set_max_participants(std::size_t count) { max_participants_ = count; }

  /// Has it wait, for the application's consent too if the door says so.
  void admit(const std::string& user_id, const admission::Decision& decision, Roster::Newcomer newcomer);
  /// The same without any question: for a new connection in the place of the one that there is.
  void admit_again(const std::string& user_id, Roster::Newcomer newcomer);
  /// Of somebody who waits. False: it does not.
  [[nodiscard]] bool keep(const std::string& user_id, const protocol::IceCandidate& candidate);
  /// Whatever they wait for may have come.
  void serve();
  void cancel() { until_offered_.cancel(); }

 private:
  void answered(const std::string& user_id, bool consents);
  /// False: it was refused.
  [[nodiscard]] bool expect(const std::string& user_id, Roster::Newcomer newcomer);
  /// Whether we know enough of what we send to offer it. If not, it is not waited for much longer.
  [[nodiscard]] bool can_offer();
  void offer_what_is_known();
  void turn_away(const std::string& user_id, const std::string& shortage);

  const Parts parts_;
  const bool has_data_channel_;
  const Poster post_;
  Listener& listener_;
  std::size_t max_participants_ = 0;
  Quota connections_;          // that a participant may have made anew
  glib::Timer until_offered_;  // runs while somebody waits for our tracks
  glib::Timer told_;           // runs since the application was told that the process can bear no more
};

}  // namespace rtcmc
