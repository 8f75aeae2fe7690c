// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/rtp_elements.hpp"
#include "send/fanout.hpp"
#include "send/fault_trap.hpp"
#include "send/input.hpp"
#include "send/reduction.hpp"
#include "send/source.hpp"
#include "send/track.hpp"

namespace rtcmc::send {

struct BranchSettings {
  rtp::Codec codec;
  Source source;
  std::uint32_t bitrate;  // bit/s
  RtpStream stream;
  std::uint16_t first_sequence;
  bool leaves_out_silence = false;  // of raw sound
};

/// How well raw pictures are encoded.
struct Quality {
  std::uint64_t bitrate;  // bit/s
  int size_divisor;       // of their sides
};

struct BranchFault {
  bool is_final;  // nothing will come out of the branch any more
  std::string text;
  std::string debug;
};

/// One codec's way from the input to its peers: queue → converters → encoder → parser → payloader → fan-out, as far as
/// the source needs them. Runs on the queue's thread from construction to destruction, neither of which may happen on
/// that thread.
///
/// What is before the parser is the head. When it fails, one with the next best encoder takes its place, on the input's
/// streaming thread, with the next buffer that comes.
class Branch {
 public:
  /// On the thread that makes the branch, or on the streaming thread of the input or the branch.
  using FaultHandler = std::function<void(const BranchFault&)>;

  /// Null if it can never work, which `on_fault` was told.
  [[nodiscard]] static std::unique_ptr<Branch> create(GstBin* bin, Input& input, BranchSettings settings,
                                                      Track::Listener& listener, FaultHandler on_fault);
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;
  ~Branch();

  [[nodiscard]] Fanout& fanout() const { return *fanout_; }
  /// For raw input, from about now on. An encoder whose rate cannot be changed while it runs keeps it.
  void set_quality(const Quality& quality);
  /// For raw sound, from about now on: what of it does not get through, in percent.
  void expect_loss(unsigned percent);
  /// Factory name of the encoder; empty: there is none.
  [[nodiscard]] std::string encoder() const;
  /// What the payloader gets, or the fan-out without one. Null: nothing yet.
  [[nodiscard]] glib::Ref<GstCaps> encoded_caps() const;

 private:
  using Elements = std::vector<glib::Ref<GstElement>>;

  /// All that making a head takes, without the branch, which may go meanwhile.
  struct Plan {
    GstBin* bin;
    BranchSettings settings;
    Track::Listener& listener;
    FaultHandler on_fault;
    const std::shared_ptr<Reduction> reduction = std::make_shared<Reduction>();
  };
  struct Head {
    Elements elements;                                    // from the queue on
    std::string encoder = {};                             // empty: there is none
    std::function<void(std::uint64_t)> set_bitrate = {};  // empty, too
    std::function<void(unsigned)> expect_loss = {};       // likewise
  };
  /// What the way into the branch knows of it. The mutex is held while the branch is looked up and its head changed,
  /// and never across a signal.
  struct Anchor {
    std::mutex mutex;
    Branch* branch;  // null: it has gone
  };

  Branch(Input& input, std::shared_ptr<const Plan> plan, Elements tail, std::shared_ptr<Fanout> fanout);

  /// With the best encoder that is none of `failed`. `fault`: why there is a need. Absent if there is none, which
  /// on_fault was told.
  [[nodiscard]] static std::optional<Head> make_head(const Plan& plan, const std::vector<std::string>& failed,
                                                     const std::string& fault);
  /// On the input's streaming thread.
  static void replace_head(const std::shared_ptr<Anchor>& anchor, const std::string& fault);
  void attach(Head head);
  void detach();

  Input& input_;
  const std::shared_ptr<const Plan> plan_;
  const Elements tail_;  // parser and payloader, if there are any, and the fan-out
  const std::shared_ptr<Fanout> fanout_;
  const std::shared_ptr<FaultTrap> tail_trap_ = std::make_shared<FaultTrap>();
  const std::shared_ptr<Anchor> anchor_;
  // All below: anchor_'s mutex.
  Head head_;
  std::vector<std::string> failed_;       // encoders
  std::optional<std::uint64_t> bitrate_;  // absent: as at first
  unsigned expected_loss_ = 0;            // percent
  std::shared_ptr<const Input::Outlet> outlet_;
};

}  // namespace rtcmc::send
