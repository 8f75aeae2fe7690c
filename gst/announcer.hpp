// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "glib/ref.hpp"
#include "room/room_client.hpp"

namespace rtcmc {

/// Tells the application what happens: each event as a signal of the element and as an element message "rtcmc-…" with
/// the same arguments as fields.
///
/// Threads: any. No lock may be held: handlers call back into the element.
class Announcer {
 public:
  /// `element` outlives it.
  explicit Announcer(GstElement* element) : element_(element) {}

  static void install_signals(GObjectClass* element_class);

  void room_joined(bool created, const std::string& room_id) const;
  void room_error(const std::string& text) const;
  void room_closed() const;
  /// Whether the application lets the participant in: it does unless a handler says no.
  [[nodiscard]] bool participant_request(const std::string& user_id, JsonObject* extra) const;
  void participant_joined(const std::string& user_id, JsonObject* extra) const;
  void participant_left(const std::string& user_id) const;
  void extra_changed(const std::string& user_id, JsonObject* extra) const;
  void user_id_changed(const std::string& old_id, const std::string& new_id) const;
  void webrtcbin_ready(const std::string& user_id, GstElement* webrtcbin) const;
  void encoder_setup(GstElement* encoder) const;
  void payloader_setup(GstElement* payloader) const;

  void progress(GstProgressType type, const std::string& text) const;
  /// Ends the application's job.
  void error(GQuark domain, int code, const std::string& text, const std::string& detail) const;
  void warning(GQuark domain, int code, const std::string& text, const std::string& detail) const;
  void end_of_stream() const;

 private:
  void post(GstStructure* structure) const;

  GstElement* element_;
};

struct ErrorCode {
  GQuark domain;
  int code;
};
[[nodiscard]] ErrorCode gst_code_of(room::RoomError::Kind kind);

}  // namespace rtcmc
