// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rate/acknowledged_rate.hpp"
#include "rate/arrival_groups.hpp"
#include "rate/delay_controller.hpp"
#include "rate/loss_controller.hpp"
#include "rate/overuse_detector.hpp"
#include "rate/prober.hpp"
#include "rate/queue_delay.hpp"
#include "rate/send_record.hpp"
#include "rate/types.hpp"
#include "rtp/transport_feedback.hpp"

namespace rtcmc::rate {

/// bit/s.
struct Bounds {
  std::uint64_t minimum;
  std::uint64_t start;
  std::uint64_t maximum;
};

/// What one receiver's network carries, over all that is sent to it (draft-ietf-rmcat-gcc-02): by when its packets came
/// and which did not, as transport-wide feedback tells; from a receiver that sends none, by its reports of loss and its
/// own estimate. If nothing is heard at all, less and less. What the receiver says may be wrong or meant to harm: the
/// target stays within its bounds, and so does what is kept. A pure class: the caller brings the time, which never goes
/// back. No lock of its own.
class Estimator {
 public:
  /// Of silence, until the target is halved, and again each second: with transport-wide feedback, and without, when
  /// reports may come every five seconds.
  static constexpr std::chrono::seconds kSilence{2};
  static constexpr std::chrono::seconds kSilenceOfReports{11};
  static constexpr std::chrono::seconds kHalving{1};
  /// How long a receiver's estimate holds.
  static constexpr std::chrono::seconds kEstimateLife{10};

  explicit Estimator(Bounds bounds);

  /// Each packet that goes out with a transport-wide number, which count up. `is_probe`: because of probe().
  void on_sent(std::uint16_t transport_sequence, std::size_t bytes, Time now, bool is_probe);
  void on_feedback(const rtp::TransportFeedback& feedback, Time now);
  /// `fraction_lost`: since the report before.
  void on_report(double fraction_lost, std::optional<Duration> round_trip, Time now);
  void on_receiver_estimate(std::uint64_t bits, Time now);
  /// From time to time, a few times a second.
  void on_time(Time now);

  /// bit/s, of all that is sent.
  [[nodiscard]] std::uint64_t target() const { return static_cast<std::uint64_t>(target_); }
  /// Whether what is sent is seen to be too much: packets wait all the time, are lost, or nothing is heard. Where
  /// nobody tells when they came, it is always possible. The target alone is too low for seconds after the receiver's
  /// machine, or ours, was busy for a moment.
  [[nodiscard]] bool is_congested() const;
  /// How much the application would send if it could. No more than that is probed for; 0, as at first: nothing is.
  void set_wanted(std::uint64_t bits) { wanted_ = static_cast<double>(bits); }
  /// What is to be sent now, in addition. The caller sends it, or the next one comes after a while.
  [[nodiscard]] std::optional<Probe> probe(Time now);

  /// Whether the receiver tells when packets came: only then a probe has a result.
  [[nodiscard]] bool has_transport_feedback() const { return has_transport_feedback_; }
  [[nodiscard]] std::optional<Duration> round_trip() const { return round_trip_; }
  [[nodiscard]] double fraction_lost() const { return loss_.fraction(); }

 private:
  [[nodiscard]] Arrival unwrapped(Arrival arrival);
  [[nodiscard]] std::vector<Delivery> deliveries(const rtp::TransportFeedback& feedback);
  void take_round_trip(Duration sample);
  [[nodiscard]] bool is_queue_long(Duration round_trip, Time now);
  [[nodiscard]] Usage usage_now() const;
  void update_delay(const std::vector<Delivery>& deliveries, Time now);
  void update_loss(Time now);
  void take_probe(Time now);
  void heard();
  void fall_back_to_reports();
  [[nodiscard]] double ceiling(Time now) const;
  [[nodiscard]] double allowed() const;
  void settle(Time now);

  double minimum_;
  double maximum_;
  double wanted_ = 0;
  double target_;

  SendRecord record_;
  ArrivalGroups groups_;
  OveruseDetector detector_;
  AcknowledgedRate acknowledged_;
  QueueDelay queue_;
  DelayController delay_;
  LossController loss_;
  Prober prober_;

  struct ReceiverEstimate {
    double rate;
    Time time;
  };
  std::optional<ReceiverEstimate> estimate_;

  bool has_transport_feedback_ = false;
  std::optional<Duration> round_trip_;

  // Of silence.
  std::optional<Time> unanswered_;  // what was sent first since something was heard
  std::optional<Time> halved_;

  // Without transport-wide feedback, what stands for what was acknowledged.
  std::optional<Time> counted_since_;  // sent_bits_
  double sent_bits_ = 0;
  std::optional<double> sent_rate_;
  // The shortest of these half minutes: what is longer has a queue, but ways change.
  std::optional<Duration> shortest_before_;
  std::optional<Duration> shortest_;
  Time shortest_since_{};

  // Of the latest packet: within the period, and without it.
  std::optional<Arrival> latest_in_period_;
  Arrival latest_arrival_{};
};

}  // namespace rtcmc::rate
