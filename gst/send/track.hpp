// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"

namespace rtcmc::send {

/// How one peer wants our packets: what its half of the SDP says.
struct PacketFormat {
  rtp::Codec codec;
  std::uint8_t payload_type;
  std::optional<std::uint8_t> mid_extension_id;  // RFC 8843 sdes:mid, one-byte form (1–14); absent: not negotiated
  std::string mid;

  friend bool operator==(const PacketFormat&, const PacketFormat&) = default;
};

struct TrackSettings {
  rtp::Kind kind;
  std::vector<rtp::Codec> codecs;  // allowed, most preferred first
  std::uint32_t bitrate;           // bit/s, for encoders that we make
};

/// One peer's share of a track. Destroying it unlinks the peer; safe while packets flow, and never waits for another
/// peer. Methods may be called on any thread.
class Subscription {
 public:
  virtual ~Subscription() = default;
  /// The peer can take packets (DTLS is up): asks for a keyframe now; the first packet is that keyframe's first one.
  virtual void start() = 0;
  /// Holds packets back again until the next start().
  virtual void stop() = 0;
};

/// One sink pad of the element, from the application's buffers to the packets of every peer: caps → encoder →
/// payloader → fan-out. Encodes and payloads once per codec, however many peers subscribe; nothing is encoded for a
/// codec that no started subscription uses.
///
/// Threads: made and destroyed, subscribe() and codecs() on any thread but not a streaming thread; Listener calls come
/// from streaming threads and must not block.
class Track {
 public:
  class Listener {
   public:
    /// codecs() has an answer now (or another one).
    virtual void on_codecs_known(Track& track) = 0;
    virtual void on_end_of_stream(Track& track) = 0;
    /// The track cannot work: `code` is a GstStreamError. `text` says what to do and names the Debian package.
    virtual void on_error(Track& track, int code, const std::string& text, const std::string& debug) = 0;
    virtual void on_encoder_setup(GstElement* encoder) = 0;
    virtual void on_payloader_setup(GstElement* payloader) = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~Track() = default;

  /// The pad that the element's ghost pad targets.
  [[nodiscard]] virtual GstPad* sink_pad() const = 0;
  [[nodiscard]] virtual rtp::Kind kind() const = 0;
  /// What the track can be sent as, most preferred first; absent until the input's caps are known. An encoded or RTP
  /// input has one.
  [[nodiscard]] virtual std::optional<std::vector<rtp::Codec>> codecs() const = 0;
  /// The same for every codec and every peer.
  [[nodiscard]] virtual std::uint32_t ssrc() const = 0;
  /// application/x-rtp caps for SDP without payload type: media, encoding-name, clock-rate, and for H.264 what its fmtp
  /// needs (packetization-mode, profile-level-id if known).
  [[nodiscard]] virtual glib::Ref<GstCaps> rtp_caps(rtp::Codec codec) const = 0;
  /// Links a new source of packets to `peer_sink`, a sink pad of a webrtcbin that is a child of the same bin:
  /// stream-start, caps (with the format's payload type and our SSRC) and segment go there at once, packets after
  /// start().
  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(const PacketFormat& format, GstPad* peer_sink) = 0;
};

/// Makes a track whose elements live in `bin`, which must outlive it.
[[nodiscard]] std::unique_ptr<Track> make_track(GstBin* bin, TrackSettings settings, Track::Listener& listener);

}  // namespace rtcmc::send
