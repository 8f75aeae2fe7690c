// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gst_ref.hpp"
#include "rtp/codec.hpp"
#include "send/portion_policy.hpp"
#include "send/transmission.hpp"

namespace rtcmc::send {

struct TrackSettings {
  rtp::Kind kind;
  std::vector<rtp::Codec> codecs;   // allowed, most preferred first; empty: automatic, see automatic_codecs()
  std::uint32_t bitrate;            // bit/s, at most, for encoders that we make
  std::uint32_t least_bitrate = 0;  // bit/s, of pictures that we encode, whatever links carry
  std::size_t layers = 1;           // of raw pictures: how many encodings of a codec may run at the same time
  std::string pad = {};             // for messages: what the application calls the input
  // Of raw sound, where the codec can do that:
  bool repeats = true;              // what is said is in the next packet once more, coarsely, for peers that lose some
  bool leaves_out_silence = false;  // next to nothing is sent of it
};

/// What a subscriber gets.
struct Encoding {
  std::string encoder;  // factory name; empty: the application encodes
  unsigned subscribers;
  glib::Ref<GstCaps> encoded;          // what is payloaded, or RTP input itself; null: not known yet
  std::size_t layer = 0;               // 0: the best that there is
  glib::Ref<GstCaps> input = nullptr;  // null: not known now
};

/// An event of this name goes upstream from the pad of an encoded input: field `bitrate`, guint, bit/s.
inline constexpr const char* kBitrateWantedEvent = "rtcmc-bitrate-wanted";

/// One peer's share of a track. Destroying it unlinks the peer; safe while packets flow, and never waits for another
/// peer.
///
/// Threads: that which subscribes.
class Subscription {
 public:
  virtual ~Subscription() = default;
  /// The peer can take packets (DTLS is up): asks for a keyframe now; the first packet is that keyframe's first one.
  virtual void start() = 0;
  /// What the peer's connection has for this: Track::adapt() goes by it. Absent: that is not known.
  virtual void set_budget(const std::optional<Budget>& budget) = 0;
  /// That the peer was sent through this; of audio, packets.
  [[nodiscard]] virtual std::uint64_t frames() const = 0;
  /// Of encoded pictures, what the peer gets.
  [[nodiscard]] virtual Portion portion() const = 0;
  /// Absent if nothing will ever be sent.
  [[nodiscard]] virtual std::optional<Encoding> encoding() const = 0;
};

/// One sink pad of the element, from the application's buffers to the packets of every peer: caps → encoder →
/// payloader → fan-out. Encodes and payloads once per codec, however many peers subscribe, from the first subscription
/// (the encoder is warm when DTLS is up) to the last; raw pictures once more for those whose links carry much less than
/// others'. Raw formats and sizes may change in mid-stream, the kind of input
/// only while it is stopped and nobody subscribes.
///
/// Threads: never a streaming thread. subscribe(), rtp_caps(), and the destruction of the track and its subscriptions,
/// not two at a time; the rest on any. Subscriptions go before the track does.
class Track {
 public:
  /// Must not block. The first five are called on a streaming thread; the set-up of an encoder, and of the payloader
  /// of raw input, within subscribe(), that of the payloader of encoded input on a streaming thread, as that of an
  /// encoder that takes the place of one that failed. Errors and warnings on any of these.
  class Listener {
   public:
    /// kind() has an answer now; codecs() follows.
    virtual void on_kind_known(Track& track) = 0;
    /// codecs() has an answer now (or another one).
    virtual void on_codecs_known(Track& track) = 0;
    virtual void on_end_of_stream(Track& track) = 0;
    /// After the end, more is to come.
    virtual void on_resumed(Track& track) = 0;
    /// The track cannot work: `code` is a GstStreamError. `text` says what to do and names the Debian package.
    virtual void on_error(Track& track, int code, const std::string& text, const std::string& debug) = 0;
    /// Something failed, and something else took its place; or it is not what all can use.
    virtual void on_warning(Track& track, const std::string& text, const std::string& debug) = 0;
    virtual void on_encoder_setup(GstElement* encoder) = 0;
    virtual void on_payloader_setup(GstElement* payloader) = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~Track() = default;

  /// The pad that the element's ghost pad targets.
  [[nodiscard]] virtual GstPad* sink_pad() const = 0;
  /// Absent until the input's caps have decided. Who sends the track may take it for known.
  [[nodiscard]] virtual std::optional<rtp::Kind> kind() const = 0;
  /// What the track can be sent as, most preferred first; absent until the input's caps are known. An encoded or RTP
  /// input has one.
  [[nodiscard]] virtual std::optional<std::vector<rtp::Codec>> codecs() const = 0;
  /// The same for every codec and every peer. That of RTP input, if it has one when it is first known.
  [[nodiscard]] virtual std::uint32_t ssrc() const = 0;
  /// application/x-rtp caps for SDP without payload type: media, encoding-name, clock-rate, and for H.264 what its fmtp
  /// needs (packetization-mode, profile-level-id if known).
  [[nodiscard]] virtual glib::Ref<GstCaps> rtp_caps(rtp::Codec codec) const = 0;
  /// Muted, what arrives at the pad goes nowhere: nothing is encoded or sent, and listeners hear silence. Once unmuted,
  /// video goes on with a keyframe. Takes effect at the next buffer.
  virtual void set_muted(bool is_muted) = 0;
  /// Lets go of data that waits for its time, and takes none until the next start. For the pad's deactivation.
  virtual void interrupt() = 0;
  /// bit/s of the best encoding. Of encoded pictures, those of late; before that is known, and of encoded sound, what
  /// an encoder of ours would make.
  [[nodiscard]] virtual std::uint32_t bitrate() const = 0;
  /// Factory names of the encoders that run. On the thread that subscribes.
  [[nodiscard]] virtual std::vector<std::string> encoders() const = 0;
  /// Has raw pictures encoded as the subscribers' budgets allow, raw sound as they lose of it, and frames of encoded
  /// pictures left out. To be called
  /// several times a second, on the thread that subscribes. What of an encoded input would fit through everybody's
  /// links, bit/s, if that is news; upstream has been told (kBitrateWantedEvent).
  virtual std::optional<std::uint64_t> adapt(std::chrono::steady_clock::time_point now) = 0;
  /// Sends to the peer, in this format, after start(). Never null; should the codec not be one of codecs() or its
  /// encoder be busy, nothing is sent.
  [[nodiscard]] virtual std::unique_ptr<Subscription> subscribe(const PacketFormat& format,
                                                                std::shared_ptr<Transmission> transmission) = 0;
};

/// Makes a track whose elements live in `bin`, which must outlive it.
/// Of several `choices`, which differ in their kind, the input's first caps choose one for good.
[[nodiscard]] std::unique_ptr<Track> make_track(GstBin* bin, std::vector<TrackSettings> choices,
                                                Track::Listener& listener);

}  // namespace rtcmc::send
