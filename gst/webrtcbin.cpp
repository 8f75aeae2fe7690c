// SPDX-License-Identifier: LGPL-2.1-or-later
#include "webrtcbin.hpp"

#include <gst/sdp/sdp.h>

#include "glib/worker_thread.hpp"
#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// Data of a handler that webrtcbin calls on its own threads.
struct Mailbox {
  glib::Ref<GMainContext> context;
  std::weak_ptr<WebRtcBin::Callbacks> callbacks;

  void post(std::function<void(WebRtcBin::Callbacks&)> task) const {
    glib::post(context.get(), [callbacks = callbacks, task = std::move(task)] {
      if (const auto alive = callbacks.lock()) {
        task(*alive);
      }
    });
  }
};

struct DescriptionDeleter {
  void operator()(GstWebRTCSessionDescription* description) const { gst_webrtc_session_description_free(description); }
};
using DescriptionPtr = std::unique_ptr<GstWebRTCSessionDescription, DescriptionDeleter>;

sdp::MessagePtr copy_of(const GstSDPMessage* message) {
  GstSDPMessage* copy = nullptr;
  gst_sdp_message_copy(message, &copy);
  return sdp::MessagePtr(copy);
}

using ReplyHandler = std::function<void(const GstStructure* reply)>;

/// `handler` runs on webrtcbin's thread. A promise that is interrupted or expires gives no reply (null).
glib::Ref<GstPromise> make_promise(ReplyHandler handler) {
  return glib::Ref<GstPromise>::adopt(gst_promise_new_with_change_func(
      [](GstPromise* promise, gpointer data) {
        const bool replied = gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED;
        (*static_cast<ReplyHandler*>(data))(replied ? gst_promise_get_reply(promise) : nullptr);
      },
      new ReplyHandler(std::move(handler)), [](gpointer data) { delete static_cast<ReplyHandler*>(data); }));
}

std::optional<std::string> fault_of(const GstStructure* reply) {
  const GValue* value = reply ? gst_structure_get_value(reply, "error") : nullptr;
  if (!value || !G_VALUE_HOLDS(value, G_TYPE_ERROR)) {
    return std::nullopt;
  }
  const auto* error = static_cast<const GError*>(g_value_get_boxed(value));
  return error ? error->message : "unknown error";
}

/// libnice starts a UPnP client for each agent: an HTTP server and a thread per participant.
void disable_upnp(GstElement* webrtcbin) {
  glib::Ref<GObject> ice;
  g_object_get(webrtcbin, "ice-agent", ice.out(), nullptr);
  if (!ice || !g_object_class_find_property(G_OBJECT_GET_CLASS(ice.get()), "agent")) {
    return;
  }
  glib::Ref<GObject> agent;
  g_object_get(ice.get(), "agent", agent.out(), nullptr);
  if (agent && g_object_class_find_property(G_OBJECT_GET_CLASS(agent.get()), "upnp")) {
    g_object_set(agent.get(), "upnp", FALSE, nullptr);
  }
}

/// What reaches webrtcbin is paced already. Its own waits, one for each participant, would add up in the one thread
/// that serves them all.
void disable_pacing(GstBin*, GstBin*, GstElement* added, gpointer) {
  GstElementFactory* factory = gst_element_get_factory(added);
  if (factory && g_str_equal(GST_OBJECT_NAME(factory), "clocksync")) {
    g_object_set(added, "sync", FALSE, nullptr);
  }
}

}  // namespace

WebRtcBin::Sender::Sender(GstElement* webrtcbin, glib::Ref<GstPad> pad) : webrtcbin_(webrtcbin), pad_(std::move(pad)) {}

WebRtcBin::Sender::~Sender() {
  if (pad_) {
    gst_element_release_request_pad(webrtcbin_, pad_.get());
  }
}

WebRtcBin::WebRtcBin(GstBin* parent, const std::string& name, const IceSettings& ice, Callbacks callbacks)
    : parent_(glib::Ref<GstBin>::share(parent)),
      context_(glib::Ref<GMainContext>::share(g_main_context_get_thread_default())),
      callbacks_(std::make_shared<Callbacks>(std::move(callbacks))) {
  element_ = glib::Ref<GstElement>::adopt(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("webrtcbin", name.c_str()))));
  g_object_set(element_.get(), "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "ice-transport-policy",
               ice.relay_only ? GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY : GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL, nullptr);
  if (!ice.stun_server.empty()) {
    g_object_set(element_.get(), "stun-server", ice.stun_server.c_str(), nullptr);
  }
  for (const std::string& turn : ice.turn_servers) {
    gboolean added = FALSE;
    g_signal_emit_by_name(element_.get(), "add-turn-server", turn.c_str(), &added);
    if (!added) {
      GST_WARNING_OBJECT(element_.get(), "TURN server is not of the form turn(s)://user:password@host:port");
    }
  }
  disable_upnp(element_.get());

  const Mailbox mailbox{context_, callbacks_};
  connections_.push_back(glib::SignalConnection::owning(
      element_.get(), "on-ice-candidate",
      G_CALLBACK(+[](GstElement*, guint index, const gchar* candidate, const Mailbox* mailbox) {
        mailbox->post([index, text = std::string(candidate ? candidate : "")](Callbacks& callbacks) {
          callbacks.on_candidate(index, text);
        });
      }),
      mailbox));
  connections_.push_back(glib::SignalConnection::owning(
      element_.get(), "notify::connection-state",
      G_CALLBACK(+[](GstElement* webrtcbin, GParamSpec*, const Mailbox* mailbox) {
        GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
        g_object_get(webrtcbin, "connection-state", &state, nullptr);
        mailbox->post([state](Callbacks& callbacks) { callbacks.on_connection_state(state); });
      }),
      mailbox));
  connections_.emplace_back(element_.get(), "deep-element-added", G_CALLBACK(disable_pacing), nullptr);

  gst_bin_add(parent, element_.get());
  gst_element_sync_state_with_parent(element_.get());
}

WebRtcBin::~WebRtcBin() {
  connections_.clear();
  callbacks_.reset();
  data_channels_.clear();
  // Locked first: the parent may be changing state on another thread and would set it going again.
  gst_element_set_locked_state(element_.get(), TRUE);
  gst_element_set_state(element_.get(), GST_STATE_NULL);
  gst_bin_remove(parent_.get(), element_.get());
}

WebRtcBin::Sender WebRtcBin::add_sender(rtp::Kind kind, GstCaps* preferences, const std::string& stream_id) {
  auto pad = glib::Ref<GstPad>::adopt(gst_element_request_pad(
      element_.get(), gst_element_get_pad_template(element_.get(), "sink_%u"), nullptr, preferences));
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(pad.get()), "msid")) {
    g_object_set(pad.get(), "msid", stream_id.c_str(), nullptr);
  }
  glib::Ref<GstWebRTCRTPTransceiver> transceiver;
  g_object_get(pad.get(), "transceiver", transceiver.out(), nullptr);
  // Chrome refuses an offer with generic NACK on audio.
  g_object_set(transceiver.get(), "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "codec-preferences",
               preferences, "do-nack", static_cast<gboolean>(kind == rtp::Kind::Video), nullptr);
  return {element_.get(), std::move(pad)};
}

void WebRtcBin::add_data_channel(const std::string& label) {
  glib::Ref<GstWebRTCDataChannel> channel;
  g_signal_emit_by_name(element_.get(), "create-data-channel", label.c_str(), nullptr, channel.out());
  if (channel) {
    data_channels_.push_back(std::move(channel));
  } else {
    GST_WARNING_OBJECT(element_.get(), "no data channel: the sctp plugin (gstreamer1.0-plugins-bad) is missing");
  }
}

void WebRtcBin::create_offer(DescriptionCallback callback) {
  create_description("create-offer", "offer", std::move(callback));
}

void WebRtcBin::create_answer(DescriptionCallback callback) {
  create_description("create-answer", "answer", std::move(callback));
}

void WebRtcBin::create_description(const char* action, const char* field, DescriptionCallback callback) {
  const Mailbox mailbox{context_, callbacks_};
  auto promise = make_promise([mailbox, field, callback = std::move(callback)](const GstStructure* reply) {
    GstWebRTCSessionDescription* raw = nullptr;
    if (reply) {
      gst_structure_get(reply, field, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &raw, nullptr);
    }
    const DescriptionPtr description(raw);
    const std::string fault = fault_of(reply).value_or("webrtcbin made no description");
    // std::function wants its captures copyable.
    auto message = std::make_shared<sdp::MessagePtr>(description ? copy_of(description->sdp) : nullptr);
    mailbox.post([callback, message, fault](Callbacks&) {
      if (*message) {
        callback(std::move(*message));
      } else {
        callback(fault);
      }
    });
  });
  g_signal_emit_by_name(element_.get(), action, nullptr, promise.get());
}

void WebRtcBin::set_local_description(GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback) {
  set_description("set-local-description", type, message, std::move(callback));
}

void WebRtcBin::set_remote_description(GstWebRTCSDPType type, const GstSDPMessage* message, DoneCallback callback) {
  set_description("set-remote-description", type, message, std::move(callback));
}

void WebRtcBin::set_description(const char* action, GstWebRTCSDPType type, const GstSDPMessage* message,
                                DoneCallback callback) {
  const DescriptionPtr description(gst_webrtc_session_description_new(type, copy_of(message).release()));
  const Mailbox mailbox{context_, callbacks_};
  auto promise = make_promise([mailbox, callback = std::move(callback)](const GstStructure* reply) {
    mailbox.post([callback, fault = fault_of(reply)](Callbacks&) { callback(fault); });
  });
  g_signal_emit_by_name(element_.get(), action, description.get(), promise.get());
}

void WebRtcBin::add_ice_candidate(unsigned m_line_index, const std::string& candidate) {
  g_signal_emit_by_name(element_.get(), "add-ice-candidate", m_line_index, candidate.c_str());
}

}  // namespace rtcmc
