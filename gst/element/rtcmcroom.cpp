// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * SECTION:element-rtcmcroom
 * @title: rtcmcroom
 *
 * Takes part in a room of the JavaScript library RTCMultiConnection: whoever has the room open in a browser sees and
 * hears what arrives at the sink pads. Each input is encoded once, however many participants there are.
 *
 * ## Example
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! rtcmcroom room-id=garden socket-url=https://example.org:9001/
 * ]|
 */
#include "element/rtcmcroom.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "element/actions.hpp"
#include "element/data_actions.hpp"
#include "element/enums.hpp"
#include "element/latency.hpp"
#include "element/pad_templates.hpp"
#include "element/participation.hpp"
#include "element/player.hpp"
#include "element/properties.hpp"
#include "element/sink_pad.hpp"
#include "element/source_pad.hpp"
#include "log.hpp"
#include "media/elements.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

static void child_proxy_init(gpointer interface, gpointer data);

G_DEFINE_TYPE_WITH_CODE(RtcmcRoom, rtcmc_room, GST_TYPE_BIN,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_CHILD_PROXY, child_proxy_init))
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE(rtcmcroom, "rtcmcroom", GST_RANK_NONE, RTCMC_TYPE_ROOM, rtcmc::init_logging())

namespace {

using rtcmc::glib::Ref;

std::optional<unsigned> number_in(std::string_view name) {
  const std::string_view digits = name.substr(name.rfind('_') + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size();
  return is_number ? std::optional(number) : std::nullopt;
}

/// What a request pad of a template is.
struct PadKind {
  const char* name_template;
  std::string prefix;                     // of its pads' names
  std::optional<rtcmc::rtp::Kind> media;  // absent: what comes first decides
  bool is_source;
};

const PadKind& kind_of(GstPadTemplate* pad_template) {
  using rtcmc::rtp::Kind;
  static const std::array<PadKind, 5> kinds{{{rtcmc::kVideoTemplate, "video_", Kind::Video, false},
                                             {rtcmc::kAudioTemplate, "audio_", Kind::Audio, false},
                                             {rtcmc::kOpenTemplate, "sink_", std::nullopt, false},
                                             {rtcmc::kReceivedVideoTemplate, "recv_video_", Kind::Video, true},
                                             {rtcmc::kReceivedAudioTemplate, "recv_audio_", Kind::Audio, true}}};
  return *std::ranges::find(kinds, std::string_view(GST_PAD_TEMPLATE_NAME_TEMPLATE(pad_template)),
                            &PadKind::name_template);
}

GstPad* request_new_pad(GstElement* element, GstPadTemplate* pad_template, const gchar* wanted, const GstCaps*) {
  const PadKind& kind = kind_of(pad_template);
  rtcmc::Participation& participation = *RTCMC_ROOM(element)->participation;
  rtcmc::PadNames& names = participation.pad_names();
  const auto name = wanted ? names.reserve(wanted) : names.reserve_next(kind.prefix);
  const std::optional<unsigned> number = name ? number_in(*name) : std::nullopt;
  if (!number) {
    GST_WARNING_OBJECT(element, "no pad %s: %s", wanted, name ? "a name ends in a number" : "it exists");
    return nullptr;
  }
  auto* pad = GST_PAD(g_object_new(kind.is_source ? RTCMC_TYPE_SOURCE_PAD : RTCMC_TYPE_SINK_PAD, "name", name->c_str(),
                                   "direction", kind.is_source ? GST_PAD_SRC : GST_PAD_SINK, "template",
                                   kind.media ? pad_template : rtcmc::open_pad_template(), nullptr));
  if (kind.is_source) {
    participation.add_output(RTCMC_SOURCE_PAD(pad), *kind.media);
  } else {
    participation.add_input(RTCMC_SINK_PAD(pad), kind.media, *number);
  }
  if (GST_STATE(element) > GST_STATE_READY) {
    gst_pad_set_active(pad, TRUE);
  }
  gst_element_add_pad(element, pad);
  gst_child_proxy_child_added(GST_CHILD_PROXY(element), G_OBJECT(pad), name->c_str());
  return pad;
}

void release_pad(GstElement* element, GstPad* pad) {
  const auto held = Ref<GstPad>::share(pad);
  gst_child_proxy_child_removed(GST_CHILD_PROXY(element), G_OBJECT(pad), GST_OBJECT_NAME(pad));
  rtcmc::Participation& participation = *RTCMC_ROOM(element)->participation;
  if (GST_PAD_IS_SINK(pad)) {
    participation.interrupt_input(RTCMC_SINK_PAD(pad));
  }
  gst_pad_set_active(pad, FALSE);
  gst_element_remove_pad(element, pad);
  if (GST_PAD_IS_SINK(pad)) {
    participation.remove_input(RTCMC_SINK_PAD(pad));
    return;
  }
  participation.remove_output(RTCMC_SOURCE_PAD(pad));
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  rtcmc::Participation& participation = *RTCMC_ROOM(element)->participation;
  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!participation.check_plugins()) {
        return GST_STATE_CHANGE_FAILURE;
      }
      break;
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (!participation.check_settings() || !participation.find_server()) {
        return GST_STATE_CHANGE_FAILURE;
      }
      rtcmc::update_roles(element);
      participation.make_tracks();
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      participation.stop();
      break;
    default:
      break;
  }
  const GstStateChangeReturn result = GST_ELEMENT_CLASS(rtcmc_room_parent_class)->change_state(element, transition);
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (result == GST_STATE_CHANGE_FAILURE) {
        participation.stop();
        participation.drop_tracks();
      } else {
        participation.start();
      }
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      participation.resume();
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      participation.drop_tracks();
      break;
    default:
      break;
  }
  // Received media is live: nothing comes in PAUSED that a sink could wait for.
  const bool to_paused =
      transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED;
  return to_paused && result == GST_STATE_CHANGE_SUCCESS && participation.has_outputs() ? GST_STATE_CHANGE_NO_PREROLL
                                                                                        : result;
}

bool has_inputs(GstElement* element) {
  GST_OBJECT_LOCK(element);
  const bool has = element->numsinkpads > 0;
  GST_OBJECT_UNLOCK(element);
  return has;
}

/// What upstream of the inputs knows best: how far it is, how long it takes. The first that answers is taken.
bool ask_upstream(GstElement* element, GstQuery* query) {
  return gst_element_foreach_sink_pad(
             element,
             [](GstElement*, GstPad* pad, gpointer query) {
               return static_cast<gboolean>(!gst_pad_peer_query(pad, GST_QUERY(query)));
             },
             query) == FALSE;
}

/// As a sink does with a seek: to whatever feeds any of the inputs.
bool send_upstream(GstElement* element, GstEvent* event) {
  struct Sending {
    Ref<GstEvent> event;
    bool is_taken;
  } sending{Ref<GstEvent>::adopt(event), false};
  gst_element_foreach_sink_pad(
      element,
      [](GstElement*, GstPad* pad, gpointer data) -> gboolean {
        auto* sending = static_cast<Sending*>(data);
        sending->is_taken |= gst_pad_push_event(pad, Ref<GstEvent>(sending->event).release()) != FALSE;
        return TRUE;
      },
      &sending);
  return sending.is_taken;
}

gboolean query(GstElement* element, GstQuery* query) {
  if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) {
    return static_cast<gboolean>(rtcmc::answer_latency_query(element, query));
  }
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_POSITION:
    case GST_QUERY_DURATION:
    case GST_QUERY_SEEKING:
    case GST_QUERY_SEGMENT:
      if (has_inputs(element)) {
        return static_cast<gboolean>(ask_upstream(element, query));
      }
      break;
    default:
      break;
  }
  return static_cast<gboolean>(rtcmc::player::answer_query(element, query) ||
                               GST_ELEMENT_CLASS(rtcmc_room_parent_class)->query(element, query) != FALSE);
}

/// The pipeline's latency is for the participants' connections alone, also for those that come later. Its end of
/// stream, which only sources are told, ends our stay.
gboolean send_event(GstElement* element, GstEvent* event) {
  if (rtcmc::player::handle_event(element, event)) {
    const auto held = Ref<GstEvent>::adopt(event);
    return TRUE;
  }
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS &&
      (!has_inputs(element) || RTCMC_ROOM(element)->participation->has_outputs())) {
    const auto held = Ref<GstEvent>::adopt(event);
    RTCMC_ROOM(element)->participation->end_of_stream();
    return TRUE;
  }
  const GstEventTypeFlags flags = gst_event_type_get_flags(GST_EVENT_TYPE(event));
  const bool goes_upstream = (flags & GST_EVENT_TYPE_UPSTREAM) != 0 && (flags & GST_EVENT_TYPE_DOWNSTREAM) == 0;
  if (goes_upstream && has_inputs(element)) {
    return static_cast<gboolean>(send_upstream(element, event));
  }
  if (GST_EVENT_TYPE(event) != GST_EVENT_LATENCY) {
    return GST_ELEMENT_CLASS(rtcmc_room_parent_class)->send_event(element, event);
  }
  // Nothing is rendered here: participants play what they get by a latency of their own.
  const auto held = Ref<GstEvent>::adopt(event);
  return TRUE;
}

/// The child of `bin` that posted the message, itself or something inside it. Null: not from inside.
Ref<GstObject> child_that_posted(GstBin* bin, GstMessage* message) {
  auto child = Ref<GstObject>::share(GST_MESSAGE_SRC(message));
  while (child) {
    auto parent = Ref<GstObject>::adopt(gst_object_get_parent(child.get()));
    if (parent.get() == GST_OBJECT(bin)) {
      return child;
    }
    child = std::move(parent);
  }
  return child;
}

bool is_webrtcbin(GstObject* object) {
  return GST_IS_ELEMENT(object) && rtcmc::is_made_by("webrtcbin", GST_ELEMENT(object));
}

/// What a participant's webrtcbin has to say stays inside: its trouble is not the pipeline's, and a message on a bus
/// that nobody reads would keep it alive. Any thread.
void handle_message(GstBin* bin, GstMessage* message) {
  const Ref<GstObject> child = child_that_posted(bin, message);
  const bool is_of_webrtcbin = child && is_webrtcbin(child.get());
  if (!is_of_webrtcbin && RTCMC_ROOM(bin)->participation->passes_on(message)) {
    GST_BIN_CLASS(rtcmc_room_parent_class)->handle_message(bin, message);
    return;
  }
  const auto held = Ref<GstMessage>::adopt(message);
  if (is_of_webrtcbin && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    rtcmc::glib::Error error;
    gst_message_parse_error(message, error.out(), nullptr);
    GST_DEBUG_OBJECT(bin, "%s: %s", GST_MESSAGE_SRC_NAME(message), error.message());
    RTCMC_ROOM(bin)->participation->webrtcbin_failed(GST_ELEMENT(child.get()), error.message());
  }
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (!rtcmc::properties::set(*RTCMC_ROOM(object)->participation, id, value)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!rtcmc::properties::get(*RTCMC_ROOM(object)->participation, id, value)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void finalize(GObject* object) {
  delete RTCMC_ROOM(object)->participation;
  G_OBJECT_CLASS(rtcmc_room_parent_class)->finalize(object);
}

/// Pads first, so that gst-launch takes video_0::stream-id=….
GObject* get_child_by_name(GstChildProxy* proxy, const gchar* name) {
  if (GstPad* pad = gst_element_get_static_pad(GST_ELEMENT(proxy), name)) {
    return G_OBJECT(pad);
  }
  auto* bins =
      static_cast<GstChildProxyInterface*>(g_type_interface_peek(rtcmc_room_parent_class, GST_TYPE_CHILD_PROXY));
  return bins->get_child_by_name(proxy, name);
}

}  // namespace

rtcmc::Participation& rtcmc::participation_of(GstElement* room) {
  return *RTCMC_ROOM(room)->participation;
}

void rtcmc::update_roles(GstElement* room) {
  struct Means {
    bool auto_receive;
    bool has_uri;
  };
  const auto means = participation_of(room).with_settings([](const Settings& settings) {
    return Means{settings.auto_receive, !settings.uri.empty()};
  });
  GST_OBJECT_LOCK(room);
  const bool has_sinks = room->numsinkpads > 0;
  const bool has_sources = room->numsrcpads > 0;
  unsigned roles = 0;
  if (has_sources || means.auto_receive || !has_sinks) {
    roles |= GST_ELEMENT_FLAG_SOURCE;
  }
  if (has_sinks || (!has_sources && !means.has_uri)) {
    roles |= GST_ELEMENT_FLAG_SINK;
  }
  GST_OBJECT_FLAG_SET(room, roles);
  GST_OBJECT_FLAG_UNSET(room, ~roles & (GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_UNLOCK(room);
}

static void child_proxy_init(gpointer interface, gpointer) {
  static_cast<GstChildProxyInterface*>(interface)->get_child_by_name = get_child_by_name;
}

static void rtcmc_room_init(RtcmcRoom* room) {
  room->participation = new rtcmc::Participation(GST_BIN(room));
  gst_bin_set_suppressed_flags(GST_BIN(room), GstElementFlags(GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  rtcmc::update_roles(GST_ELEMENT(room));
}

static void rtcmc_room_class_init(RtcmcRoomClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  rtcmc::properties::install(object_class);
  rtcmc::Announcer::install_signals(object_class);
  rtcmc::actions::install(object_class);
  rtcmc::data_actions::install(object_class);

  auto* element_class = GST_ELEMENT_CLASS(klass);
  element_class->request_new_pad = request_new_pad;
  element_class->release_pad = release_pad;
  element_class->pad_added = [](GstElement* element, GstPad*) { rtcmc::update_roles(element); };
  element_class->pad_removed = [](GstElement* element, GstPad*) { rtcmc::update_roles(element); };
  element_class->change_state = change_state;
  element_class->query = query;
  element_class->send_event = send_event;
  rtcmc::add_pad_templates(element_class);
  gst_element_class_set_static_metadata(element_class, "RTCMultiConnection room", "Sink/Source/Network/WebRTC",
                                        "Takes part in an RTCMultiConnection room: whoever has it open in a browser "
                                        "sees and hears what is sent here, and "
                                        "is seen and heard",
                                        "The rtcmc authors");

  GST_BIN_CLASS(klass)->handle_message = handle_message;

  gst_type_mark_as_plugin_api(rtcmc::action_type(), GstPluginAPIFlags(0));
  gst_type_mark_as_plugin_api(rtcmc::state_type(), GstPluginAPIFlags(0));
  gst_type_mark_as_plugin_api(rtcmc::session_type(), GstPluginAPIFlags(0));
}
