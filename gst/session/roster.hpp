// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "peer/peer.hpp"
#include "session/admission.hpp"

namespace rtcmc {

/// Who is here: those we are connected with, those on their way in, and those whose connection broke.
///
/// Threads: the session's; send() on any.
class Roster {
 public:
  /// On its way in: waits for the application's consent, for our tracks, or for its turn.
  struct Newcomer {
    bool has_consent = false;
    std::optional<std::string> offer;  // absent: we offer
    std::vector<protocol::IceCandidate> candidates;
    std::string invitation;     // of its request
    std::uint64_t arrival = 0;  // expect() says: who was there first comes in first
  };
  struct Participant {
    std::unique_ptr<Peer> peer;
    unsigned entry;  // which of our entries into the room it belongs to
    std::string invitation;
    /// The application has seen the webrtcbin: negotiation has begun, and until then this is what it begins with.
    bool has_begun = false;
    std::optional<std::string> offer;
  };
  /// For hostile participants: what is more is not remembered.
  static constexpr std::size_t kMaxRemembered = 1000;

  /// What the door is to know of whoever sends.
  [[nodiscard]] admission::Sender sender(const std::string& user_id, const std::string& our_id, unsigned entry) const;

  [[nodiscard]] std::map<std::string, Newcomer>& newcomers() { return newcomers_; }
  /// Those who have the application's consent, in the order in which they came.
  [[nodiscard]] std::vector<std::string> ready() const;
  /// False if there are too many.
  [[nodiscard]] bool expect(const std::string& user_id, Newcomer newcomer);

  [[nodiscard]] const std::map<std::string, Participant>& participants() const { return participants_; }
  void add(const std::string& user_id, Participant participant);
  /// Null: there is no connection with it.
  [[nodiscard]] Participant* participant(const std::string& user_id);
  [[nodiscard]] Peer* find(const std::string& user_id);
  [[nodiscard]] std::vector<std::string> user_ids() const;
  [[nodiscard]] unsigned connecting() const;
  [[nodiscard]] std::size_t size() const { return participants_.size() + newcomers_.size(); }
  /// Takes its connection out, if it has one. Its extra stays.
  [[nodiscard]] std::unique_ptr<Peer> take(const std::string& user_id);
  /// Whether it may come back without being asked about.
  void acquaint(const std::string& user_id);
  /// Whoever comes under their userids may be another.
  void forget_acquaintances();
  /// It is gone: nothing of it is remembered.
  void forget(const std::string& user_id);
  void rename(const std::string& old_id, const std::string& new_id);
  /// All of them.
  [[nodiscard]] std::vector<std::unique_ptr<Peer>> take_all();

  /// Kept only of those who are here or on their way in.
  void set_extra(const std::string& user_id, const glib::Ref<JsonObject>& extra);
  [[nodiscard]] glib::Ref<JsonObject> extra_of(const std::string& user_id) const;

  enum class Sent { Taken, NobodyThere, Full };
  /// Puts it into the outboxes: without `user_id`, of everyone. Taken if one takes it. Any thread.
  [[nodiscard]] Sent send(const std::optional<std::string>& user_id, const OutgoingData& data);

 private:
  void set_outbox(const std::string& user_id, std::shared_ptr<Outbox> outbox);

  std::map<std::string, Participant> participants_;
  std::map<std::string, Newcomer> newcomers_;
  std::uint64_t arrivals_ = 0;
  std::set<std::string> acquaintances_;
  std::map<std::string, glib::Ref<JsonObject>> extras_;

  std::mutex outboxes_mutex_;
  std::map<std::string, std::shared_ptr<Outbox>> outboxes_;  // of the participants; outboxes_mutex_ protects it
};

}  // namespace rtcmc
