// SPDX-License-Identifier: LGPL-2.1-or-later
#include "link.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::net {

using std::chrono::nanoseconds;

std::size_t Link::room() const {
  constexpr std::uint64_t kBitsPerByteAndSecond = 8ULL * 1000;
  const auto milliseconds = static_cast<std::uint64_t>(settings_.queue.count());
  return settings_.queue_bytes.value_or(settings_.rate * milliseconds / kBitsPerByteAndSecond);
}

nanoseconds Link::duration_of(std::size_t size) const {
  constexpr std::uint64_t kBits = 8ULL * std::nano::den;
  return settings_.rate == 0 ? nanoseconds(0) : nanoseconds(size * kBits / settings_.rate);
}

double Link::chance() {
  constexpr double kSteps = 9007199254740992;  // 2^53: as many as a double tells apart
  return static_cast<double>(random_() >> 11U) / kSteps;
}

void Link::offer(Frame frame, Time now) {
  advance(now);
  ++count_.offered;
  count_.offered_bytes += frame.size();
  if (settings_.rate == 0 && waiting_.empty()) {
    launch(frame, now);
    return;
  }
  // What nothing waits before goes out, however small the queue.
  if (!waiting_.empty() && waiting_bytes_ + frame.size() > room()) {
    ++count_.dropped;
    return;
  }
  if (waiting_.empty()) {
    sent_ = now + duration_of(frame.size());
  }
  waiting_bytes_ += frame.size();
  waiting_.push_back(std::move(frame));
}

void Link::advance(Time now) {
  while (!waiting_.empty() && sent_ <= now) {
    const Frame frame = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= frame.size();
    launch(frame, sent_);
    if (!waiting_.empty()) {
      sent_ += duration_of(waiting_.front().size());
    }
  }
}

void Link::launch(const Frame& frame, Time at) {
  ++launched_;
  if (chance() < settings_.loss) {
    ++count_.lost;
    return;
  }
  fly(frame, at);
  if (chance() < settings_.duplicates) {
    ++count_.duplicated;
    fly(frame, at);
  }
}

void Link::fly(const Frame& frame, Time at) {
  const auto jitter = static_cast<double>(nanoseconds(settings_.jitter).count()) * (2 * chance() - 1);
  Time due = std::max(at, at + settings_.delay + nanoseconds(static_cast<nanoseconds::rep>(jitter)));
  if (!settings_.reorders) {
    due = std::max(due, latest_due_);
  }
  latest_due_ = std::max(due, latest_due_);
  flying_.push({due, launched_, frame});
}

std::vector<Frame> Link::take(Time now) {
  advance(now);
  std::vector<Frame> through;
  for (; !flying_.empty() && flying_.top().due <= now; flying_.pop()) {
    const Flying& first = flying_.top();
    ++count_.delivered;
    count_.delivered_bytes += first.frame.size();
    count_.overtaken += first.number < latest_delivered_ ? 1 : 0;
    latest_delivered_ = std::max(latest_delivered_, first.number);
    through.push_back(first.frame);
  }
  return through;
}

std::optional<Link::Time> Link::next() const {
  std::optional<Time> next;
  if (!waiting_.empty()) {
    next = sent_;
  }
  if (!flying_.empty() && (!next || flying_.top().due < *next)) {
    next = flying_.top().due;
  }
  return next;
}

}  // namespace rtcmc::net
