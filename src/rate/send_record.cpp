// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rate/send_record.hpp"

#include <algorithm>

namespace rtcmc::rate {

void SendRecord::on_sent(std::uint16_t sequence, const Sent& sent) {
  entries_[sequence % kCapacity] = Entry{sent, sequence, State::Sent};
  next_ = static_cast<std::uint16_t>(sequence + 1);
  if (!next_settled_) {
    next_settled_ = sequence;
  }
}

SendRecord::Entry* SendRecord::find(std::uint16_t sequence) {
  Entry& entry = entries_[sequence % kCapacity];
  return entry.state != State::None && entry.sequence == sequence ? &entry : nullptr;
}

std::optional<SendRecord::Sent> SendRecord::on_received(std::uint16_t sequence) {
  Entry* entry = find(sequence);
  if (!entry || entry->state == State::Received) {
    return std::nullopt;
  }
  entry->state = State::Received;
  latest_received_ = std::max(latest_received_.value_or(entry->sent.time), entry->sent.time);
  return entry->sent;
}

void SendRecord::on_missing(std::uint16_t sequence) {
  if (Entry* entry = find(sequence); entry && entry->state == State::Sent) {
    entry->state = State::Missing;
  }
}

SendRecord::Outcome SendRecord::settle() {
  Outcome outcome;
  if (!next_settled_ || !latest_received_) {
    return outcome;
  }
  // What was overwritten is not told of any more.
  if (static_cast<std::uint16_t>(next_ - *next_settled_) > kCapacity) {
    next_settled_ = static_cast<std::uint16_t>(next_ - kCapacity);
  }
  for (; *next_settled_ != next_; ++*next_settled_) {
    const Entry* entry = find(*next_settled_);
    if (entry && entry->sent.time + kReordering > *latest_received_) {
      break;
    }
    if (entry && entry->state == State::Received) {
      ++outcome.received;
    } else if (entry && entry->state == State::Missing) {
      ++outcome.lost;
    }
  }
  return outcome;
}

}  // namespace rtcmc::rate
