// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "glib/timer.hpp"
#include "gst_ref.hpp"
#include "receive/decoding.hpp"
#include "receive/filler.hpp"
#include "receive/relay.hpp"
#include "receive/remote_stream.hpp"
#include "receive/retry_policy.hpp"

namespace rtcmc::receive {

/// What the application wants in a slot.
struct SlotWish {
  std::string user_id;    // empty: anybody's
  std::string stream_id;  // empty: any
  bool fill;
};

struct SlotSettings {
  rtp::Kind kind;
  /// Asked whenever a stream comes or goes, on the room's thread.
  std::function<SlotWish()> wish;
  /// Told whose stream passes; empty texts: nobody's. On the room's thread.
  std::function<void(const std::string& user_id, const std::string& stream_id)> show;
};

/// A source pad of the element: takes one remote stream after another, in the form that downstream wants.
///
/// What enters it goes through a queue that never fills up: it drops what is too old, so that a downstream that does
/// not take anything holds up no connection. Encoded video is not let in rather than dropped there, see Relay.
///
/// What a participant's stream does to the elements that decode it ends that decoding alone: one warning, and a new
/// one after a while, for as long as the stream is bound.
///
/// Threads: made and close()d on the application's, after which nothing passes; everything else, destruction included,
/// on the room's, or on any while there is no room.
class Slot : public std::enable_shared_from_this<Slot> {
 public:
  Slot(GstBin* bin, SlotSettings settings);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot();

  /// The target of the element's ghost pad.
  [[nodiscard]] GstPad* src_pad() const { return src_pad_.get(); }
  [[nodiscard]] rtp::Kind kind() const { return settings_.kind; }
  /// What downstream is told of the jitterbuffers while there is none to ask.
  void set_latency(GstClockTime latency) { relay_->set_latency(latency); }
  /// For what is decoded from now on, see DecodingSettings. Any thread.
  void set_max_picture_size(std::uint32_t pixels) { max_picture_size_ = pixels; }
  void close();
  void end_of_stream() { relay_->end_of_stream(); }

  /// What downstream may choose from.
  void set_collection(glib::Ref<GstStreamCollection> collection) { relay_->set_collection(std::move(collection)); }

  /// The room is entered: an empty slot may be filled from now on.
  void open();
  [[nodiscard]] const std::shared_ptr<RemoteStream>& stream() const { return stream_; }
  /// The stream, or the one before if there is none now. Null: there was none yet.
  [[nodiscard]] const glib::Ref<GstStream>& latest() const { return latest_; }
  [[nodiscard]] bool takes_streams_of(const std::string& user_id) const;
  [[nodiscard]] bool takes(const RemoteStream& stream) const;
  void bind(std::shared_ptr<RemoteStream> stream);
  void unbind();
  /// The media of another slot's stream flows. A pipeline starts to play once each of its sinks has something, so
  /// downstream of a slot that never had anything, if it takes raw media, is told not to wait.
  void tell_others_flow();
  /// The bound stream has packets, or packets of another codec.
  void media_changed();

 private:
  void connect();
  /// Null, having said why.
  [[nodiscard]] GstPad* make_entry(rtp::Codec codec, Form form);
  void disconnect();
  void on_fault(unsigned decoding_number, const DecodingFault& fault);
  void fill_if_wanted();
  void fail(const std::string& text) const;

  GstBin* const bin_;
  const SlotSettings settings_;
  const glib::Ref<GstElement> queue_;
  const std::shared_ptr<Relay> relay_;
  const glib::Ref<GstElement> relay_element_;
  const glib::Ref<GstPad> src_pad_;

  std::atomic<std::uint32_t> max_picture_size_ = kDefaultMaxPictureSize;

  std::shared_ptr<RemoteStream> stream_;
  glib::Ref<GstStream> latest_;
  std::optional<rtp::Codec> connected_codec_;
  std::shared_ptr<Tap> tap_;            // connected; empty: no media
  std::unique_ptr<Decoding> decoding_;  // behind tap_, unless RTP is wanted
  unsigned decoding_number_ = 0;        // of decoding_: what is told of an earlier one comes too late
  RetryPolicy::Time decoding_begun_;
  RetryPolicy retries_;             // of streams of retries_of_
  std::string retries_of_;          // a user
  glib::Timer retry_;               // active: the stream could not be decoded, and is to be tried again
  std::unique_ptr<Filler> filler_;  // while there is no media
};

}  // namespace rtcmc::receive
