// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "data/messenger.hpp"
#include "gst_ref.hpp"
#include "peer/quality_watch.hpp"
#include "room/room_client.hpp"
#include "rtp/codec.hpp"

namespace rtcmc {

/// Tells the application what happens: each event as a signal of the element and as an element message "rtcmc-…" with
/// the same arguments as fields.
///
/// An application that lives on signals may not read its bus at all, and participants decide how much there is to tell:
/// of each of the lanes below, at most kMaxUnread messages and kMaxUnreadSize bytes wait on a bus. What is more comes
/// as a signal alone, with one line in the log until there is room again.
///
/// Threads: any. No lock may be held: handlers call back into the element.
class Announcer {
 public:
  /// `element` outlives it.
  explicit Announcer(GstElement* element) : element_(element) {}

  static constexpr unsigned kMaxUnread = 1000;
  static constexpr std::size_t kMaxUnreadSize = std::size_t{16} * 1024 * 1024;

  static void install_signals(GObjectClass* element_class);

  void room_joined(bool created, const std::string& room_id) const;
  void room_error(const std::string& text) const;
  void room_closed() const;
  /// `url`: where a browser finds the room, if we brought the server along. Also an info message, for who runs
  /// gst-launch.
  void page_ready(const std::string& url) const;
  /// Whether the application lets the participant in: it does unless a handler says no.
  [[nodiscard]] bool participant_request(const std::string& user_id, JsonObject* extra) const;
  void participant_joined(const std::string& user_id, JsonObject* extra) const;
  void participant_left(const std::string& user_id) const;
  void extra_changed(const std::string& user_id, JsonObject* extra) const;
  void user_id_changed(const std::string& old_id, const std::string& new_id) const;
  void stream_added(const std::string& user_id, const std::string& stream_id, rtp::Kind kind) const;
  /// Messages of GStreamer's own.
  void streams_changed(GstStreamCollection* streams) const;
  void streams_selected(GstStreamCollection* collection, const std::vector<glib::Ref<GstStream>>& selected,
                        guint32 seqnum) const;
  void stream_removed(const std::string& user_id, const std::string& stream_id, rtp::Kind kind) const;
  void data(const std::string& user_id, const DataEvent& event) const;
  void mute_changed(const std::string& user_id, const std::string& stream_id, const std::string& kind,
                    bool muted) const;
  /// bit/s.
  void bitrate_wanted(const std::string& pad_name, std::uint64_t bitrate) const;
  void quality_changed(const std::string& user_id, const std::string& pad_name, const SentQuality& quality,
                       QualityReason reason) const;
  void webrtcbin_ready(const std::string& user_id, GstElement* webrtcbin) const;
  void encoder_setup(GstElement* encoder) const;
  void payloader_setup(GstElement* payloader) const;

  void progress(GstProgressType type, const std::string& text) const;
  /// Ends the application's job.
  void error(GQuark domain, int code, const std::string& text, const std::string& detail) const;
  void warning(GQuark domain, int code, const std::string& text, const std::string& detail) const;
  void end_of_stream() const;

  /// Whether what an element inside of ours posts goes on to the pipeline: what only says that participants come and go
  /// does not, and for all else that has no end there is a lane, too. One that does not is still the caller's.
  [[nodiscard]] bool passes_on(GstMessage* message) const;

 private:
  /// What many of one kind may not keep from being posted are those of another.
  enum Lane : unsigned { kOfData, kOfParticipants, kOfStreams, kOfRoom, kWarnings, kEndings, kOfElements, kLaneCount };
  struct Unread {
    std::atomic<unsigned> count = 0;
    std::atomic<std::size_t> size = 0;
    std::atomic<bool> is_full = false;  // and was said to be
  };
  using Lanes = std::array<Unread, kLaneCount>;

  /// False: too many wait. `size`: about how many bytes it takes besides those of any message.
  [[nodiscard]] bool admit(Lane lane, GstMessage* message, std::size_t size) const;
  void post(Lane lane, glib::Ref<GstMessage> message, std::size_t size = 0) const;
  void post(Lane lane, GstStructure* structure, std::size_t size = 0) const;
  void stream_changed(unsigned signal, const char* message, const std::string& user_id, const std::string& stream_id,
                      rtp::Kind kind) const;

  GstElement* element_;
  // Messages may be read when the element is gone.
  std::shared_ptr<Lanes> unread_ = std::make_shared<Lanes>();
};

struct ErrorCode {
  GQuark domain;
  int code;
};
[[nodiscard]] ErrorCode gst_code_of(room::RoomError::Kind kind);

}  // namespace rtcmc
