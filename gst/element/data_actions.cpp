// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/data_actions.hpp"

#include <gio/gio.h>
#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data/outbox.hpp"
#include "element/participation.hpp"
#include "element/rtcmcroom.hpp"
#include "glib/json_grammar.hpp"
#include "glib/random.hpp"
#include "protocol/text_frames.hpp"

namespace rtcmc::data_actions {

namespace {

/// What the application gave; or why it cannot be sent, as a sentence for a person.
using Made = std::variant<OutgoingData, std::string>;

/// What every implementation takes (RFC 8841, section 6.1), and the most that GStreamer's SCTP receives in one piece.
constexpr std::size_t kMaxBinarySize = std::size_t{64} * 1024;

Made make_text(const gchar* text, bool is_object) {
  protocol::TextMessage message{text ? text : "", is_object};
  if (message.text.empty()) {
    return "An empty text is not sent: browsers lose it.";
  }
  if (!g_utf8_validate(message.text.c_str(), -1, nullptr)) {
    return "A text that is not UTF-8 is not sent. For bytes there is send-binary.";
  }
  if (const std::size_t length = protocol::length_of(message.text); length > protocol::kMaxTextLength) {
    return "A text of " + std::to_string(length) + " characters is not sent: it may have " +
           std::to_string(protocol::kMaxTextLength) + ". Send it as a file.";
  }
  if (is_object && !glib::is_json(message.text)) {
    return R"(send-object takes JSON, for example {"lamp":"on"}. For plain text there is send-message.)";
  }
  constexpr gint64 kPerMillisecond = 1000;
  return OutgoingData(std::make_shared<const std::vector<std::string>>(
      protocol::frame_text(message, glib::random_id(), g_get_real_time() / kPerMillisecond)));
}

Made make_binary(GBytes* bytes) {
  const std::size_t size = bytes ? g_bytes_get_size(bytes) : 0;
  if (size == 0) {
    return "There is nothing to send.";
  }
  if (size > kMaxBinarySize) {
    return "A binary message of " + std::to_string(size) + " bytes is not sent: it may have " +
           std::to_string(kMaxBinarySize) + ". Send it as a file.";
  }
  return OutgoingData(glib::Ref<GBytes>::share(bytes));
}

std::string mime_type_of(const std::string& name, const std::vector<std::uint8_t>& data) {
  constexpr std::size_t kGlance = 4096;
  const glib::String content_type(
      g_content_type_guess(name.c_str(), data.data(), std::min(data.size(), kGlance), nullptr));
  const glib::String mime_type(g_content_type_get_mime_type(content_type.get()));
  return protocol::plain_mime_type(mime_type ? mime_type.get() : "");
}

Made make_file(const gchar* path) {
  const auto fault = [path](const char* why) {
    return "The file " + std::string(path ? path : "") + " is not sent: " + why + ".";
  };
  const auto file = glib::Ref<GFile>::adopt(g_file_new_for_path(path ? path : ""));
  glib::Error error;
  const auto info = glib::Ref<GFileInfo>::adopt(
      g_file_query_info(file.get(), G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
                        G_FILE_QUERY_INFO_NONE, nullptr, error.out()));
  if (!info) {
    return fault(error.message());
  }
  if (g_file_info_get_file_type(info.get()) != G_FILE_TYPE_REGULAR) {
    return fault("it is no regular file");
  }
  if (static_cast<std::uint64_t>(g_file_info_get_size(info.get())) > protocol::kMaxFileSize) {
    return fault("it is larger than 100 MB");
  }
  gchar* raw = nullptr;
  gsize size = 0;
  if (!g_file_load_contents(file.get(), nullptr, &raw, &size, nullptr, error.out())) {
    return fault(error.message());
  }
  const glib::String contents(raw);
  const auto* begin = reinterpret_cast<const std::uint8_t*>(contents.get());
  auto shared = std::make_shared<protocol::SharedFile>();
  shared->uuid = glib::random_id();
  shared->data.assign(begin, begin + size);
  const glib::String name(g_file_get_basename(file.get()));
  shared->info = {protocol::plain_file_name(name.get()), mime_type_of(name.get(), shared->data), size};
  return OutgoingData(std::shared_ptr<const protocol::SharedFile>(std::move(shared)));
}

gboolean send(GstElement* element, const gchar* user_id, const Made& made) {
  Participation& participation = participation_of(element);
  if (const auto* fault = std::get_if<std::string>(&made)) {
    participation.warn_of_data(*fault);
    return FALSE;
  }
  return static_cast<gboolean>(
      participation.send(user_id ? std::optional<std::string>(user_id) : std::nullopt, std::get<OutgoingData>(made)));
}

gboolean send_message(GstElement* element, const gchar* user_id, const gchar* text) {
  return send(element, user_id, make_text(text, false));
}

gboolean send_object(GstElement* element, const gchar* user_id, const gchar* json) {
  return send(element, user_id, make_text(json, true));
}

gboolean send_binary(GstElement* element, const gchar* user_id, GBytes* bytes) {
  return send(element, user_id, make_binary(bytes));
}

gboolean send_file(GstElement* element, const gchar* user_id, const gchar* path) {
  return send(element, user_id, make_file(path));
}

void add(GObjectClass* element_class, const char* name, GCallback handler, GType type) {
  g_signal_new_class_handler(name, G_OBJECT_CLASS_TYPE(element_class),
                             GSignalFlags(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION), handler, nullptr, nullptr, nullptr,
                             G_TYPE_BOOLEAN, 2, G_TYPE_STRING, type);
}

}  // namespace

void install(GObjectClass* element_class) {
  add(element_class, "send-message", G_CALLBACK(send_message), G_TYPE_STRING);
  add(element_class, "send-object", G_CALLBACK(send_object), G_TYPE_STRING);
  add(element_class, "send-binary", G_CALLBACK(send_binary), G_TYPE_BYTES);
  add(element_class, "send-file", G_CALLBACK(send_file), G_TYPE_STRING);
}

}  // namespace rtcmc::data_actions
