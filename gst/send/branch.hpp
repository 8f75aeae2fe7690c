// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/rtp_elements.hpp"
#include "send/fanout.hpp"
#include "send/input.hpp"
#include "send/source.hpp"
#include "send/track.hpp"

namespace rtcmc::send {

struct BranchSettings {
  rtp::Codec codec;
  Source source;
  std::uint32_t bitrate;  // bit/s
  RtpStream stream;
  std::uint16_t first_sequence;
  std::string stream_id;
};

/// One codec's way from the input to its peers: queue → converters → encoder → parser → payloader → fan-out, as far as
/// the source needs them. Runs on the queue's thread from construction to destruction, neither of which may happen on
/// that thread.
class Branch {
 public:
  /// Null if an element is missing or busy, which the log says.
  [[nodiscard]] static std::unique_ptr<Branch> create(GstBin* bin, Input& input, const BranchSettings& settings,
                                                      Track::Listener& listener);
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;
  ~Branch();

  [[nodiscard]] Fanout& fanout() const { return *fanout_; }
  /// Factory name of the encoder; empty: there is none.
  [[nodiscard]] const std::string& encoder() const { return encoder_; }
  /// What the payloader gets, or the fan-out without one. Null: nothing yet.
  [[nodiscard]] glib::Ref<GstCaps> encoded_caps() const;

 private:
  Branch(GstBin* bin, Input& input, std::vector<glib::Ref<GstElement>> elements, std::shared_ptr<Fanout> fanout,
         std::string encoder, const Source& source, rtp::Kind kind);

  Input& input_;
  const std::vector<glib::Ref<GstElement>> elements_;  // from the queue to the fan-out
  const std::shared_ptr<Fanout> fanout_;
  const std::string encoder_;
  std::shared_ptr<const Input::Outlet> outlet_;
};

}  // namespace rtcmc::send
