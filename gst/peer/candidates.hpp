// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "peer/candidate_filter.hpp"
#include "peer/sdp.hpp"
#include "protocol/messages.hpp"

namespace rtcmc {

/// The ICE candidates of both sides. All sections are one bundle: on the wire, candidates are those of the section that
/// carries it.
///
/// Threads: the room's.
class Candidates {
 public:
  struct Callbacks {
    std::function<void(protocol::IceCandidate candidate)> send;  // ours, to the participant
    std::function<void(const std::string& candidate)> add;       // the participant's, to webrtcbin
    std::function<void()> drop;                                  // the participant's: there are too many
  };
  struct Carrier {
    std::size_t index;
    std::string mid;
  };

  explicit Candidates(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

  /// webrtcbin has one more. Absent: nothing is described yet.
  void found(const std::string& candidate, const std::optional<Carrier>& carrier);
  /// Another section carries the bundle: the participant does not look at those of one that it has rejected.
  void send_again(const std::optional<Carrier>& carrier) const;

  void accept(const protocol::IceCandidate& candidate, const std::optional<Carrier>& carrier);
  /// Takes out of a description of the participant's what webrtcbin is not to be given.
  void limit(const sdp::Description& remote);
  /// webrtcbin takes candidates from now on.
  void remote_description_is_set(const std::optional<Carrier>& carrier);

 private:
  void send(const std::string& candidate, const std::optional<Carrier>& carrier) const;
  void add(const protocol::IceCandidate& candidate, const std::optional<Carrier>& carrier) const;
  [[nodiscard]] bool takes(CandidateFilter::Verdict verdict) const;

  const Callbacks callbacks_;
  std::vector<std::string> found_;
  CandidateFilter filter_;
  bool has_remote_description_ = false;
  std::vector<protocol::IceCandidate> early_;
};

}  // namespace rtcmc
