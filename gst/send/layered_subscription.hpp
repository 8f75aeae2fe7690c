// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"
#include "send/branch.hpp"
#include "send/portion_policy.hpp"
#include "send/quality_policy.hpp"
#include "send/track.hpp"

namespace rtcmc::send {

/// Which encoding of a track: by codec, and 0 for the best.
struct EncodingKey {
  rtp::Codec codec;
  std::size_t layer;

  friend auto operator<=>(const EncodingKey&, const EncodingKey&) = default;
};

class LayeredSubscription;

/// Where subscriptions get branches from.
class BranchPool {
 public:
  /// With one more user; made if there is none. Null if there can be none.
  [[nodiscard]] virtual Branch* acquire(const EncodingKey& key) = 0;
  virtual void release(const EncodingKey& key) = 0;
  [[nodiscard]] virtual unsigned users(const EncodingKey& key) const = 0;
  /// Null: not known now.
  [[nodiscard]] virtual glib::Ref<GstCaps> input_caps() const = 0;
  /// The subscription ends.
  virtual void part(const LayeredSubscription& subscription) = 0;

 protected:
  ~BranchPool() = default;
};

/// A subscription that may go over to another layer: at that one's next keyframe, until when all stays as it is.
///
/// Threads: that which subscribes.
class LayeredSubscription final : public Subscription {
 public:
  /// `subscriber`: of `branch`, which was acquired from `pool` with `key`. `takes_repetitions`: see PacketFormat.
  LayeredSubscription(BranchPool& pool, const EncodingKey& key, Branch& branch,
                      std::shared_ptr<Fanout::Subscriber> subscriber, std::shared_ptr<Transmission> transmission,
                      bool takes_repetitions);
  LayeredSubscription(const LayeredSubscription&) = delete;
  LayeredSubscription& operator=(const LayeredSubscription&) = delete;
  ~LayeredSubscription() override;

  [[nodiscard]] rtp::Codec codec() const { return current_.key.codec; }
  [[nodiscard]] bool is_started() const { return is_started_; }
  /// As of the layer that it is on its way to.
  [[nodiscard]] Viewer viewer() const;
  [[nodiscard]] const std::optional<Budget>& budget() const { return budget_; }
  /// The part of it that is lost on the way, as the peer told last. None, if it has no use for repetitions.
  [[nodiscard]] double loss() const;
  /// Of encoded input, which comes at these rates, if they are known: what the budget allows is sent, and returned.
  Portion thin(const std::optional<PortionRates>& rates, std::chrono::steady_clock::time_point now);
  /// False: there is no such layer. `now`: for viewer().
  [[nodiscard]] bool move_to(std::size_t layer, std::chrono::steady_clock::time_point now);
  /// Lets go of a layer that the next one has followed.
  void settle();
  /// On its way to a layer with less, what it still gets of the one before may be so much that it keeps the next one's
  /// first picture waiting: then it gets nothing. `rates`: of the layers, bit/s.
  void clear_way(const std::vector<std::uint64_t>& rates);

  // Subscription
  void start() override;
  void set_budget(const std::optional<Budget>& budget) override { budget_ = budget; }
  [[nodiscard]] std::uint64_t frames() const override;
  [[nodiscard]] Portion portion() const override { return current_.branch->fanout().portion(*current_.subscriber); }
  [[nodiscard]] std::optional<Encoding> encoding() const override;

 private:
  struct Place {
    EncodingKey key;
    Branch* branch;
    std::shared_ptr<Fanout::Subscriber> subscriber;
  };

  void leave(const Place& place);
  /// All stays as it is after all.
  void stay();

  BranchPool& pool_;
  const std::shared_ptr<Transmission> transmission_;
  const bool takes_repetitions_;
  Place current_;
  std::optional<Place> next_;
  bool is_held_ = false;  // nothing is sent of the current place
  bool is_started_ = false;
  std::uint64_t earlier_frames_ = 0;
  std::optional<Budget> budget_;
  PortionPolicy portions_;
  std::chrono::steady_clock::time_point since_{};
};

}  // namespace rtcmc::send
