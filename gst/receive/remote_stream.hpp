// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <string>

#include "gst_ref.hpp"
#include "receive/tap.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::receive {

/// One track that a participant sends us: announced by its SDP, later with packets.
///
/// Threads: the room's.
struct RemoteStream {
  std::string user_id;
  std::string stream_id;  // of the MediaStream (RFC 8830); may be empty
  rtp::Kind kind;
  glib::Ref<GstStream> description;  // what applications and downstream are told of it
  guint group_id;                    // of GStreamer's stream-start event: one for each participant
  // From the first packet on:
  std::shared_ptr<Tap> tap;
  std::optional<rtp::Codec> codec;
  glib::Ref<GstPad> output = {};  // where it leaves for downstream, in a form that downstream wants; null: nowhere
};

[[nodiscard]] glib::Ref<GstStream> describe(const std::string& user_id, const std::string& stream_id, rtp::Kind kind);

}  // namespace rtcmc::receive
