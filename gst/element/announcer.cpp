// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/announcer.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "element/extra.hpp"
#include "gst_ref.hpp"
#include "log.hpp"
#include "stats/snapshot.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

enum Signal {
  kRoomJoined,
  kRoomError,
  kRoomClosed,
  kPageReady,
  kParticipantRequest,
  kParticipantJoined,
  kParticipantLeft,
  kExtraChanged,
  kUserIdChanged,
  kStreamAdded,
  kStreamRemoved,
  kChannelOpen,
  kMessage,
  kBinaryMessage,
  kFileProgress,
  kFileReceived,
  kMuteChanged,
  kBitrateWanted,
  kQualityChanged,
  kWebrtcbinReady,
  kEncoderSetup,
  kPayloaderSetup,
  kSignalCount
};

std::array<guint, kSignalCount> signals;

template <typename... Types>
guint add_signal(GType type, const char* name, Types... argument_types) {
  return g_signal_new(name, type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE,
                      sizeof...(argument_types), argument_types...);
}

/// One handler that says no is enough.
gboolean accumulate_consent(GSignalInvocationHint*, GValue* total, const GValue* answer, gpointer) {
  g_value_copy(answer, total);
  return g_value_get_boolean(answer);
}

gboolean consent(GstElement*, const gchar*, const GstStructure*) {
  return TRUE;
}

constexpr const char* kExtraName = "extra";

/// About what it takes in memory. An extra may have 64 KiB.
std::size_t size_of(const StructurePtr& structure) {
  return std::string_view(glib::String(gst_structure_to_string(structure.get())).get()).size();
}

/// As GST_ELEMENT_ERROR writes it, but for the place in the code.
std::string detail_for(GstElement* element, const std::string& detail) {
  const glib::String path(gst_object_get_path_string(GST_OBJECT(element)));
  return std::string(path.get()) + ":\n" + detail;
}

}  // namespace

void Announcer::install_signals(GObjectClass* element_class) {
  const GType type = G_OBJECT_CLASS_TYPE(element_class);
  signals[kRoomJoined] = add_signal(type, "room-joined", G_TYPE_BOOLEAN, G_TYPE_STRING);
  signals[kRoomError] = add_signal(type, "room-error", G_TYPE_STRING);
  signals[kRoomClosed] = add_signal(type, "room-closed");
  signals[kPageReady] = add_signal(type, "page-ready", G_TYPE_STRING);
  signals[kParticipantRequest] = g_signal_new_class_handler("participant-request", type, G_SIGNAL_RUN_LAST,
                                                            G_CALLBACK(consent), accumulate_consent, nullptr, nullptr,
                                                            G_TYPE_BOOLEAN, 2, G_TYPE_STRING, GST_TYPE_STRUCTURE);
  signals[kParticipantJoined] = add_signal(type, "participant-joined", G_TYPE_STRING, GST_TYPE_STRUCTURE);
  signals[kParticipantLeft] = add_signal(type, "participant-left", G_TYPE_STRING);
  signals[kExtraChanged] = add_signal(type, "extra-changed", G_TYPE_STRING, GST_TYPE_STRUCTURE);
  signals[kUserIdChanged] = add_signal(type, "user-id-changed", G_TYPE_STRING, G_TYPE_STRING);
  signals[kStreamAdded] = add_signal(type, "stream-added", G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  signals[kStreamRemoved] = add_signal(type, "stream-removed", G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  signals[kChannelOpen] = add_signal(type, "channel-open", G_TYPE_STRING);
  signals[kMessage] = add_signal(type, "message", G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[kBinaryMessage] = add_signal(type, "binary-message", G_TYPE_STRING, G_TYPE_BYTES);
  signals[kFileProgress] =
      add_signal(type, "file-progress", G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_UINT64, G_TYPE_BOOLEAN);
  signals[kFileReceived] = add_signal(type, "file-received", G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BYTES);
  signals[kMuteChanged] = add_signal(type, "mute-changed", G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[kBitrateWanted] = add_signal(type, "bitrate-wanted", G_TYPE_STRING, G_TYPE_UINT);
  signals[kQualityChanged] = add_signal(type, "quality-changed", G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT,
                                        G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);
  signals[kWebrtcbinReady] = add_signal(type, "webrtcbin-ready", G_TYPE_STRING, GST_TYPE_ELEMENT);
  signals[kEncoderSetup] = add_signal(type, "encoder-setup", GST_TYPE_ELEMENT);
  signals[kPayloaderSetup] = add_signal(type, "payloader-setup", GST_TYPE_ELEMENT);
}

bool Announcer::admit(Lane lane, GstMessage* message, std::size_t size) const {
  Unread& unread = unread_->at(lane);
  if (unread.count >= kMaxUnread || unread.size + size > kMaxUnreadSize) {
    if (!unread.is_full.exchange(true)) {
      const GstStructure* structure = gst_message_get_structure(message);
      GST_WARNING_OBJECT(element_, "nobody reads the bus: %s, and more messages like it, are not posted",
                         structure ? gst_structure_get_name(structure) : GST_MESSAGE_TYPE_NAME(message));
    }
    return false;
  }
  unread.is_full = false;
  unread.count += 1;
  unread.size += size;
  struct Posted {
    std::shared_ptr<Lanes> lanes;
    Lane lane;
    std::size_t size;
  };
  gst_mini_object_weak_ref(
      GST_MINI_OBJECT(message),
      [](gpointer data, GstMiniObject*) {
        const std::unique_ptr<Posted> posted(static_cast<Posted*>(data));
        Unread& read = posted->lanes->at(posted->lane);
        read.count -= 1;
        read.size -= posted->size;
      },
      new Posted{unread_, lane, size});
  return true;
}

void Announcer::post(Lane lane, glib::Ref<GstMessage> message, std::size_t size) const {
  if (admit(lane, message.get(), size)) {
    gst_element_post_message(element_, message.release());
  }
}

bool Announcer::passes_on(GstMessage* message) const {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_STATE_CHANGED:
      return false;
    case GST_MESSAGE_WARNING:
    case GST_MESSAGE_INFO:
    case GST_MESSAGE_LATENCY:
    case GST_MESSAGE_TAG:
    case GST_MESSAGE_QOS:
    case GST_MESSAGE_ELEMENT:
      return admit(kOfElements, message, 0);
    default:
      return true;
  }
}

void Announcer::post(Lane lane, GstStructure* structure, std::size_t size) const {
  post(lane, glib::Ref<GstMessage>::adopt(gst_message_new_element(GST_OBJECT(element_), structure)), size);
}

void Announcer::room_joined(bool created, const std::string& room_id) const {
  g_signal_emit(element_, signals[kRoomJoined], 0, static_cast<gboolean>(created), room_id.c_str());
  post(kOfRoom, gst_structure_new("rtcmc-room-joined", "created", G_TYPE_BOOLEAN, static_cast<gboolean>(created),
                                  "room-id", G_TYPE_STRING, room_id.c_str(), nullptr));
}

void Announcer::room_error(const std::string& text) const {
  g_signal_emit(element_, signals[kRoomError], 0, text.c_str());
  post(kOfRoom, gst_structure_new("rtcmc-room-error", "error", G_TYPE_STRING, text.c_str(), nullptr));
}

void Announcer::room_closed() const {
  g_signal_emit(element_, signals[kRoomClosed], 0);
  post(kOfRoom, gst_structure_new_empty("rtcmc-room-closed"));
}

void Announcer::page_ready(const std::string& url) const {
  g_signal_emit(element_, signals[kPageReady], 0, url.c_str());
  post(kOfRoom, gst_structure_new("rtcmc-page-ready", "url", G_TYPE_STRING, url.c_str(), nullptr));
  const std::string text = "Open " + url + " in a browser.";
  glib::Error info;
  g_set_error_literal(info.out(), GST_CORE_ERROR, GST_CORE_ERROR_FAILED, text.c_str());
  // gst-launch shows the second text alone.
  post(kOfRoom, glib::Ref<GstMessage>::adopt(gst_message_new_info(GST_OBJECT(element_), info.get(), text.c_str())));
}

bool Announcer::participant_request(const std::string& user_id, JsonObject* extra) const {
  const StructurePtr structure = structure_from_json(kExtraName, extra);
  gboolean consented = FALSE;
  g_signal_emit(element_, signals[kParticipantRequest], 0, user_id.c_str(), structure.get(), &consented);
  return consented != FALSE;
}

void Announcer::participant_joined(const std::string& user_id, JsonObject* extra) const {
  const StructurePtr structure = structure_from_json(kExtraName, extra);
  g_signal_emit(element_, signals[kParticipantJoined], 0, user_id.c_str(), structure.get());
  post(kOfParticipants,
       gst_structure_new("rtcmc-participant-joined", "user-id", G_TYPE_STRING, user_id.c_str(), "extra",
                         GST_TYPE_STRUCTURE, structure.get(), nullptr),
       size_of(structure));
}

void Announcer::participant_left(const std::string& user_id) const {
  g_signal_emit(element_, signals[kParticipantLeft], 0, user_id.c_str());
  post(kOfParticipants,
       gst_structure_new("rtcmc-participant-left", "user-id", G_TYPE_STRING, user_id.c_str(), nullptr));
}

void Announcer::extra_changed(const std::string& user_id, JsonObject* extra) const {
  const StructurePtr structure = structure_from_json(kExtraName, extra);
  g_signal_emit(element_, signals[kExtraChanged], 0, user_id.c_str(), structure.get());
  post(kOfParticipants,
       gst_structure_new("rtcmc-extra-changed", "user-id", G_TYPE_STRING, user_id.c_str(), "extra", GST_TYPE_STRUCTURE,
                         structure.get(), nullptr),
       size_of(structure));
}

void Announcer::user_id_changed(const std::string& old_id, const std::string& new_id) const {
  g_signal_emit(element_, signals[kUserIdChanged], 0, old_id.c_str(), new_id.c_str());
  post(kOfParticipants, gst_structure_new("rtcmc-user-id-changed", "old", G_TYPE_STRING, old_id.c_str(), "new",
                                          G_TYPE_STRING, new_id.c_str(), nullptr));
}

void Announcer::stream_added(const std::string& user_id, const std::string& stream_id, rtp::Kind kind) const {
  stream_changed(kStreamAdded, "rtcmc-stream-added", user_id, stream_id, kind);
}

void Announcer::stream_removed(const std::string& user_id, const std::string& stream_id, rtp::Kind kind) const {
  stream_changed(kStreamRemoved, "rtcmc-stream-removed", user_id, stream_id, kind);
}

void Announcer::stream_changed(unsigned signal, const char* message, const std::string& user_id,
                               const std::string& stream_id, rtp::Kind kind) const {
  const char* kind_name = kind == rtp::Kind::Video ? "video" : "audio";
  g_signal_emit(element_, signals.at(signal), 0, user_id.c_str(), stream_id.c_str(), kind_name);
  post(kOfStreams, gst_structure_new(message, "user-id", G_TYPE_STRING, user_id.c_str(), "stream-id", G_TYPE_STRING,
                                     stream_id.c_str(), "kind", G_TYPE_STRING, kind_name, nullptr));
}

void Announcer::data(const std::string& user_id, const DataEvent& event) const {
  const gchar* user = user_id.c_str();
  if (std::holds_alternative<ChannelOpened>(event)) {
    g_signal_emit(element_, signals[kChannelOpen], 0, user);
    post(kOfData, gst_structure_new("rtcmc-channel-open", "user-id", G_TYPE_STRING, user, nullptr));
  } else if (const auto* message = std::get_if<protocol::TextMessage>(&event)) {
    const auto is_object = static_cast<gboolean>(message->is_object);
    g_signal_emit(element_, signals[kMessage], 0, user, message->text.c_str(), is_object);
    post(kOfData,
         gst_structure_new("rtcmc-message", "user-id", G_TYPE_STRING, user, "text", G_TYPE_STRING,
                           message->text.c_str(), "is-object", G_TYPE_BOOLEAN, is_object, nullptr),
         message->text.size());
  } else if (const auto* binary = std::get_if<BinaryMessage>(&event)) {
    g_signal_emit(element_, signals[kBinaryMessage], 0, user, binary->bytes.get());
    post(kOfData, gst_structure_new("rtcmc-binary-message", "user-id", G_TYPE_STRING, user, "size", G_TYPE_UINT64,
                                    guint64{g_bytes_get_size(binary->bytes.get())}, nullptr));
  } else if (const auto* progress = std::get_if<FileProgress>(&event)) {
    const auto is_sending = static_cast<gboolean>(progress->is_sending);
    g_signal_emit(element_, signals[kFileProgress], 0, user, progress->name.c_str(), guint64{progress->done},
                  guint64{progress->size}, is_sending);
    post(kOfData,
         gst_structure_new("rtcmc-file-progress", "user-id", G_TYPE_STRING, user, "name", G_TYPE_STRING,
                           progress->name.c_str(), "bytes", G_TYPE_UINT64, guint64{progress->done}, "size",
                           G_TYPE_UINT64, guint64{progress->size}, "sending", G_TYPE_BOOLEAN, is_sending, nullptr));
  } else if (const auto* file = std::get_if<FileReceived>(&event)) {
    g_signal_emit(element_, signals[kFileReceived], 0, user, file->name.c_str(), file->type.c_str(), file->bytes.get());
    post(kOfData, gst_structure_new("rtcmc-file-received", "user-id", G_TYPE_STRING, user, "name", G_TYPE_STRING,
                                    file->name.c_str(), "type", G_TYPE_STRING, file->type.c_str(), "size",
                                    G_TYPE_UINT64, guint64{g_bytes_get_size(file->bytes.get())}, nullptr));
  }
}

void Announcer::streams_changed(GstStreamCollection* streams) const {
  post(kOfStreams, glib::Ref<GstMessage>::adopt(gst_message_new_stream_collection(GST_OBJECT(element_), streams)));
}

void Announcer::streams_selected(GstStreamCollection* collection, const std::vector<glib::Ref<GstStream>>& selected,
                                 guint32 seqnum) const {
  auto message = glib::Ref<GstMessage>::adopt(gst_message_new_streams_selected(GST_OBJECT(element_), collection));
  for (const auto& stream : selected) {
    gst_message_streams_selected_add(message.get(), stream.get());
  }
  gst_message_set_seqnum(message.get(), seqnum);
  post(kOfStreams, std::move(message));
}

void Announcer::bitrate_wanted(const std::string& pad_name, std::uint64_t bitrate) const {
  const auto rate = static_cast<guint>(std::min<std::uint64_t>(bitrate, G_MAXUINT));
  g_signal_emit(element_, signals[kBitrateWanted], 0, pad_name.c_str(), rate);
  post(kOfStreams, gst_structure_new("rtcmc-bitrate-wanted", "pad", G_TYPE_STRING, pad_name.c_str(), "bitrate",
                                     G_TYPE_UINT, rate, nullptr));
}

void Announcer::quality_changed(const std::string& user_id, const std::string& pad_name, const SentQuality& quality,
                                QualityReason reason) const {
  const auto layer = static_cast<guint>(quality.layer);
  const auto width = static_cast<guint>(quality.size.width);
  const auto height = static_cast<guint>(quality.size.height);
  const char* portion = stats::name_of(quality.portion);
  const char* why = reason == QualityReason::Network ? "network" : "input";
  g_signal_emit(element_, signals[kQualityChanged], 0, user_id.c_str(), pad_name.c_str(), layer, width, height, portion,
                why);
  post(kOfStreams, gst_structure_new("rtcmc-quality-changed", "user-id", G_TYPE_STRING, user_id.c_str(), "pad",
                                     G_TYPE_STRING, pad_name.c_str(), "layer", G_TYPE_UINT, layer, "width", G_TYPE_UINT,
                                     width, "height", G_TYPE_UINT, height, "portion", G_TYPE_STRING, portion, "reason",
                                     G_TYPE_STRING, why, nullptr));
}

void Announcer::mute_changed(const std::string& user_id, const std::string& stream_id, const std::string& kind,
                             bool muted) const {
  g_signal_emit(element_, signals[kMuteChanged], 0, user_id.c_str(), stream_id.c_str(), kind.c_str(),
                static_cast<gboolean>(muted));
  post(kOfParticipants, gst_structure_new("rtcmc-mute-changed", "user-id", G_TYPE_STRING, user_id.c_str(), "stream-id",
                                          G_TYPE_STRING, stream_id.c_str(), "kind", G_TYPE_STRING, kind.c_str(),
                                          "muted", G_TYPE_BOOLEAN, static_cast<gboolean>(muted), nullptr));
}

void Announcer::webrtcbin_ready(const std::string& user_id, GstElement* webrtcbin) const {
  // No message: one that nobody reads would keep the participant's webrtcbin alive.
  g_signal_emit(element_, signals[kWebrtcbinReady], 0, user_id.c_str(), webrtcbin);
}

void Announcer::encoder_setup(GstElement* encoder) const {
  g_signal_emit(element_, signals[kEncoderSetup], 0, encoder);
}

void Announcer::payloader_setup(GstElement* payloader) const {
  g_signal_emit(element_, signals[kPayloaderSetup], 0, payloader);
}

void Announcer::progress(GstProgressType type, const std::string& text) const {
  post(kOfRoom,
       glib::Ref<GstMessage>::adopt(gst_message_new_progress(GST_OBJECT(element_), type, "room", text.c_str())));
}

void Announcer::error(GQuark domain, int code, const std::string& text, const std::string& detail) const {
  GST_INFO_OBJECT(element_, "error: %s (%s)", text.c_str(), detail.c_str());
  glib::Error error;
  g_set_error_literal(error.out(), domain, code, text.c_str());
  post(kEndings, glib::Ref<GstMessage>::adopt(
                     gst_message_new_error(GST_OBJECT(element_), error.get(), detail_for(element_, detail).c_str())));
}

void Announcer::warning(GQuark domain, int code, const std::string& text, const std::string& detail) const {
  GST_INFO_OBJECT(element_, "warning: %s (%s)", text.c_str(), detail.c_str());
  glib::Error error;
  g_set_error_literal(error.out(), domain, code, text.c_str());
  post(kWarnings, glib::Ref<GstMessage>::adopt(gst_message_new_warning(GST_OBJECT(element_), error.get(),
                                                                       detail_for(element_, detail).c_str())));
}

void Announcer::end_of_stream() const {
  post(kEndings, glib::Ref<GstMessage>::adopt(gst_message_new_eos(GST_OBJECT(element_))));
}

ErrorCode gst_code_of(room::RoomError::Kind kind) {
  using Kind = room::RoomError::Kind;
  switch (kind) {
    case Kind::InvalidUrl:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS};
    case Kind::Unreachable:
    case Kind::NotSocketIo:
    case Kind::RoomAbsent:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND};
    case Kind::Tls:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE};
    case Kind::Untrusted:
    case Kind::Refused:
    case Kind::WrongPassword:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED};
    case Kind::RoomFull:
    case Kind::RoomExists:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY};
    case Kind::NoAnswer:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ};
  }
  return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED};
}

}  // namespace rtcmc
