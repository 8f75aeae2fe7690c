// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "receive/remote_stream.hpp"
#include "receive/slot.hpp"

namespace rtcmc::receive {

/// Which remote stream goes to which slot. Each slot takes the first stream that no other has and that it may take, and
/// keeps it until that stream is over.
///
/// Threads: the room's.
class Reception {
 public:
  void add(std::shared_ptr<Slot> slot);
  void remove(const Slot& slot);
  void add(const std::shared_ptr<RemoteStream>& stream);
  void remove(const std::shared_ptr<RemoteStream>& stream);
  /// A slot for this stream alone.
  void add(std::shared_ptr<Slot> slot, const std::shared_ptr<RemoteStream>& stream);
  /// Null: no slot has it.
  [[nodiscard]] std::shared_ptr<Slot> slot_of(const RemoteStream& stream) const;
  /// Puts the streams of these ids (of their descriptions), one of each kind, where another one is; others stay.
  void select(const std::vector<std::string>& ids);
  /// All streams there are, and what passed last in slots that have none now, so that their kind of media never gets
  /// lost. Downstream of all slots is told before the next data.
  [[nodiscard]] glib::Ref<GstStreamCollection> publish();
  /// What passes in the slots, or passed last.
  [[nodiscard]] std::vector<glib::Ref<GstStream>> in_slots() const;
  /// The stream has packets, or packets of another codec.
  void media_changed(const RemoteStream& stream);

  [[nodiscard]] bool has_slots() const { return !slots_.empty(); }
  [[nodiscard]] bool has_slot_for(rtp::Kind kind) const;
  /// Whether a stream of this kind from this participant would have a place. If not, it is not to be sent at all.
  [[nodiscard]] bool wants(const std::string& user_id, rtp::Kind kind) const;

 private:
  void assign();

  std::vector<std::shared_ptr<Slot>> slots_;
  std::vector<std::shared_ptr<RemoteStream>> streams_;
  glib::Ref<GstStreamCollection> collection_;  // null: nobody wants to know
};

}  // namespace rtcmc::receive
