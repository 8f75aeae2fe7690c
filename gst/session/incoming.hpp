// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "peer/peer.hpp"
#include "receive/reception.hpp"
#include "session/event_queue.hpp"
#include "session/poster.hpp"

namespace rtcmc {

struct IncomingSettings {
  bool auto_receive = false;
  bool keeps_pads = false;  // of auto_receive: one for each kind of media, which stays and takes one stream at a time
};

/// What participants send us, and the slots that it goes to.
///
/// Threads: the session's. Slots of auto-receive are made and given back where events are read.
class Incoming {
 public:
  /// `want_media`: what is wanted of participants may have changed.
  Incoming(IncomingSettings settings, EventQueue& events, Poster post, std::function<void()> want_media);

  void add(std::shared_ptr<receive::Slot> slot);
  void remove(const receive::Slot& slot);
  /// Lets those with these ids pass; the answer is an event with `seqnum`.
  void select(const std::vector<std::string>& ids, guint32 seqnum);
  void clear() { reception_ = {}; }

  [[nodiscard]] WantedMedia wanted_from(const std::string& user_id) const;
  /// What we receive may be what we are to send.
  [[nodiscard]] bool is_possible() const { return settings_.auto_receive || reception_.has_slots(); }

  void stream_added(const std::shared_ptr<receive::RemoteStream>& stream);
  void stream_removed(const std::shared_ptr<receive::RemoteStream>& stream);
  /// Its slot is free again, or gone. Nothing is told.
  void release(const std::shared_ptr<receive::RemoteStream>& stream);
  /// The stream has packets, or packets of another codec.
  void media_changed(const std::shared_ptr<receive::RemoteStream>& stream);

 private:
  void publish();
  [[nodiscard]] bool needs_slot(const receive::RemoteStream& stream) const;
  void take_slot(const std::shared_ptr<receive::RemoteStream>& stream, std::shared_ptr<receive::Slot> slot);

  const IncomingSettings settings_;
  EventQueue& events_;
  const Poster post_;
  const std::function<void()> want_media_;
  receive::Reception reception_;
  std::vector<std::shared_ptr<receive::RemoteStream>> waiting_;  // for slots that are being made
  std::vector<std::shared_ptr<receive::Slot>> exposed_;          // made by auto-receive
  guint32 selection_ = GST_SEQNUM_INVALID;                       // the latest one's
};

}  // namespace rtcmc
