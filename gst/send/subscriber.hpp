// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "send/fanout.hpp"
#include "send/keyframe_budget.hpp"
#include "send/paced_queue.hpp"
#include "send/portion_policy.hpp"
#include "send/thinning.hpp"
#include "send/transmission.hpp"

namespace rtcmc::send {

/// One peer of a Fanout: where in the history it is, and whether packets may go there.
///
/// Threads: any.
class Fanout::Subscriber final : public Wire::Listener, public std::enable_shared_from_this<Subscriber> {
 public:
  /// `takes_over`: another one sends there, until this one's first keyframe comes.
  Subscriber(Fanout& fanout, std::shared_ptr<Transmission> transmission, bool is_video, bool takes_over)
      : is_video_(is_video),
        takes_over_(takes_over),
        fanout_(fanout),
        element_(glib::Ref<GstElement>::share(fanout.element())),
        transmission_(std::move(transmission)) {}
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  [[nodiscard]] Transmission& transmission() const { return *transmission_; }

  /// Sends what has come since the last time.
  void serve(Fanout& fanout);
  void stop() { is_stopped_ = true; }
  /// Stops, unless it has begun: then false.
  [[nodiscard]] bool withdraw();
  /// Sends nothing, from now on, until it is started again.
  void hold(Fanout& fanout);

  // With the Fanout's mutex_ held:
  /// Packets may go there from the next keyframe on that begins at `position` or later.
  void start(History::Position position);
  /// What comes next builds on something that the peer did not get.
  void wait_again(const History& history);
  /// What is sent from about now on. `rate`: bit/s, that of keyframes that are sent alone.
  void thin(Portion portion, std::uint64_t rate);
  [[nodiscard]] Portion portion() const { return thinning_.current(); }
  /// What the peer may ask for.
  [[nodiscard]] KeyframeBudget& budget() { return budget_; }

  /// Something was sent.
  [[nodiscard]] bool has_begun() const { return has_begun_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t frames() const { return frames_.load(std::memory_order_relaxed); }

  // Wire::Listener
  void on_feedback(const rtp::Feedback& feedback) override;

 private:
  enum class Flow { Held, Waiting, Flowing };

  /// Queues what has come; with order_ and the Fanout's mutex_ held.
  void take(const History& history);
  /// That it begins with a keyframe; likewise.
  [[nodiscard]] bool begin(const History& history);

  const bool is_video_;
  const bool takes_over_;
  Fanout& fanout_;
  // The Fanout's, which owns it: a peer may speak to it on the connection's thread while the branch goes.
  const glib::Ref<GstElement> element_;
  const std::shared_ptr<Transmission> transmission_;
  std::atomic<bool> is_stopped_ = false;
  std::atomic<bool> has_begun_ = false;
  std::atomic<std::uint64_t> frames_ = 0;
  // Held while packets are taken and sent, so that none overtakes another. Before the Fanout's mutex_.
  std::mutex order_;
  GstFlowReturn last_flow_ = GST_FLOW_OK;  // order_
  PacedQueue queue_;                       // order_
  bool begins_ = false;                    // order_: what is sent next does not follow what came last
  // All below: the Fanout's mutex_.
  Flow flow_ = Flow::Held;
  History::Position position_ = 0;  // waiting: where the earliest keyframe may begin; flowing: what comes next
  KeyframeBudget budget_;
  Thinning thinning_;
  std::uint64_t rate_ = 0;
};

}  // namespace rtcmc::send
