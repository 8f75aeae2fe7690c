// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/webrtcbin.hpp"

#include <gst/sdp/sdp.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "log.hpp"
#include "media/elements.hpp"
#include "peer/dtls.hpp"
#include "peer/rtpbin.hpp"
#include "peer/sctp.hpp"
#include "structures.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

using Callbacks = WebRtcBin::Callbacks;

/// Data of a handler that webrtcbin calls on its own threads.
struct Mailbox {
  glib::Ref<GMainContext> context;
  std::weak_ptr<Callbacks> callbacks;

  void post(std::function<void(Callbacks&)> task) const {
    glib::post(context.get(), [callbacks = callbacks, task = std::move(task)] {
      if (const auto alive = callbacks.lock()) {
        task(*alive);
      }
    });
  }
};

std::vector<glib::Ref<GstWebRTCRTPTransceiver>> transceivers_of(GstElement* webrtcbin) {
  glib::Ref<GArray> array;
  g_signal_emit_by_name(webrtcbin, "get-transceivers", array.out());
  std::vector<glib::Ref<GstWebRTCRTPTransceiver>> result;
  for (auto* each : std::span(reinterpret_cast<GstWebRTCRTPTransceiver**>(array->data), array->len)) {
    result.push_back(glib::Ref<GstWebRTCRTPTransceiver>::share(each));
  }
  return result;
}

/// While it lives, webrtcbin makes a section for each new sender: it would give it the section of one that has ended,
/// where 1.22 sends nothing any more.
class EndedSectionsStay {
 public:
  explicit EndedSectionsStay(GstElement* webrtcbin) {
    for (auto& transceiver : transceivers_of(webrtcbin)) {
      GstWebRTCRTPTransceiverDirection direction{};
      g_object_get(transceiver.get(), "direction", &direction, nullptr);
      g_object_set(transceiver.get(), "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_INACTIVE, nullptr);
      directions_.emplace_back(std::move(transceiver), direction);
    }
  }
  EndedSectionsStay(const EndedSectionsStay&) = delete;
  EndedSectionsStay& operator=(const EndedSectionsStay&) = delete;
  ~EndedSectionsStay() {
    for (const auto& [transceiver, direction] : directions_) {
      g_object_set(transceiver.get(), "direction", direction, nullptr);
    }
  }

 private:
  std::vector<std::pair<glib::Ref<GstWebRTCRTPTransceiver>, GstWebRTCRTPTransceiverDirection>> directions_;
};

struct DescriptionDeleter {
  void operator()(GstWebRTCSessionDescription* description) const { gst_webrtc_session_description_free(description); }
};
using DescriptionPtr = std::unique_ptr<GstWebRTCSessionDescription, DescriptionDeleter>;

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

/// RFC 8445, 14.2: the shortest time between two connectivity checks. libnice takes 20 ms unless told otherwise, which
/// a newcomer waits for its picture.
constexpr guint kCheckPacing = 5;  // ms

/// Null if webrtcbin's ICE is not libnice's.
glib::Ref<GObject> nice_agent_of(GstElement* webrtcbin) {
  glib::Ref<GObject> ice;
  glib::Ref<GObject> agent;
  g_object_get(webrtcbin, "ice-agent", ice.out(), nullptr);
  if (ice && g_object_class_find_property(G_OBJECT_GET_CLASS(ice.get()), "agent")) {
    g_object_get(ice.get(), "agent", agent.out(), nullptr);
  }
  return agent;
}

/// libnice also starts a UPnP client for each agent: an HTTP server and a thread per participant. And its keepalives
/// ask for no answer unless told to, so that it would never notice that the other side is gone.
void set_up_ice(GstElement* webrtcbin) {
  const auto agent = nice_agent_of(webrtcbin);
  if (agent && g_object_class_find_property(G_OBJECT_GET_CLASS(agent.get()), "upnp")) {
    g_object_set(agent.get(), "upnp", FALSE, nullptr);
  }
  if (agent && g_object_class_find_property(G_OBJECT_GET_CLASS(agent.get()), "stun-pacing-timer")) {
    g_object_set(agent.get(), "stun-pacing-timer", kCheckPacing, "keepalive-conncheck", TRUE, nullptr);
  }
}

/// Once it has nothing more to check, libnice looks every kCheckPacing ms whether there is something, for five seconds:
/// as a newcomer, a participant costs as much again. The shortest time that it allows; what comes later wakes it.
void let_ice_rest(GstElement* webrtcbin) {
  constexpr guint kIdleTimeout = 50;  // ms
  const auto agent = nice_agent_of(webrtcbin);
  if (agent && g_object_class_find_property(G_OBJECT_GET_CLASS(agent.get()), "idle-timeout")) {
    g_object_set(agent.get(), "idle-timeout", kIdleTimeout, nullptr);
  }
}

/// A bound for hostile peers: each data channel gets two threads, which webrtcbin keeps when it is closed.
constexpr std::size_t kMaxDataChannels = 32;

/// By the name of the pad that it is linked to. 0: not linked.
std::uint32_t ssrc_of(GstElement* jitterbuffer) {
  const auto demultiplexer = glib::Ref<GstPad>::adopt(gst_pad_get_peer(static_pad(jitterbuffer, "sink").get()));
  constexpr std::string_view kPrefix = "src_";
  const std::string_view name = demultiplexer ? GST_PAD_NAME(demultiplexer.get()) : "";
  std::uint32_t ssrc = 0;
  if (name.starts_with(kPrefix)) {
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), ssrc);
  }
  return ssrc;
}

std::optional<unsigned> m_line_index_of(GstPad* pad) {
  glib::Ref<GstWebRTCRTPTransceiver> transceiver;
  g_object_get(pad, "transceiver", transceiver.out(), nullptr);
  guint index = G_MAXUINT;
  if (transceiver) {
    g_object_get(transceiver.get(), "mlineindex", &index, nullptr);
  }
  return index == G_MAXUINT ? std::nullopt : std::optional(index);
}

}  // namespace

/// The taps on all source pads, which stay as long as packets may come out of these: webrtcbin takes it for an error if
/// nobody takes them. Any thread; `mutex_` protects the list.
class WebRtcBin::Taps {
 public:
  void add(std::shared_ptr<receive::Tap> tap) {
    const std::lock_guard lock(mutex_);
    taps_.push_back(std::move(tap));
  }
  void clear() {
    std::vector<std::shared_ptr<receive::Tap>> ended;  // these go after the lock
    const std::lock_guard lock(mutex_);
    ended.swap(taps_);
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<receive::Tap>> taps_;
};

/// All data channels, which stay as long as their elements may push: a probe of webrtcbin's on these uses its channel
/// without holding it, and a closed one is let go while its last message is still on its way out. Any thread; `mutex_`
/// protects the list.
class WebRtcBin::Channels {
 public:
  Channels(GstElement* webrtcbin, Mailbox mailbox)
      : mailbox_(std::move(mailbox)),
        connection_(webrtcbin, "prepare-data-channel",
                    G_CALLBACK(+[](GstElement*, GstWebRTCDataChannel* channel, gboolean is_ours, Channels* self) {
                      self->add(glib::Ref<GstWebRTCDataChannel>::share(channel), is_ours);
                    }),
                    this) {}

  [[nodiscard]] bool has_open() {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(channels_, [](const auto& channel) {
      GstWebRTCDataChannelState state{};
      g_object_get(channel.get(), "ready-state", &state, nullptr);
      return state != GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED;
    });
  }

  /// When webrtcbin has stopped.
  void clear() {
    std::vector<glib::Ref<GstWebRTCDataChannel>> ended;  // these go after the lock
    const std::lock_guard lock(mutex_);
    ended.swap(channels_);
  }

 private:
  void add(glib::Ref<GstWebRTCDataChannel> channel, bool is_ours) {
    const std::lock_guard lock(mutex_);
    channels_.push_back(std::move(channel));
    if (!is_ours && ++theirs_ == kMaxDataChannels + 1) {
      mailbox_.post([](const Callbacks& callbacks) {
        if (callbacks.on_excess) {
          callbacks.on_excess("more than " + std::to_string(kMaxDataChannels) + " data channels were opened");
        }
      });
    }
  }

  const Mailbox mailbox_;
  std::mutex mutex_;
  std::vector<glib::Ref<GstWebRTCDataChannel>> channels_;
  std::size_t theirs_ = 0;
  const glib::SignalConnection connection_;
};

/// Data of the pad-added handler, which runs on webrtcbin's streaming threads.
struct WebRtcBin::TapMaker {
  Mailbox mailbox;
  std::shared_ptr<Taps> taps;
  GstBin* parent;  // of the webrtcbin, outlives it

  void tap(GstPad* pad) const {
    const std::optional<unsigned> index = m_line_index_of(pad);
    if (!index) {
      GST_WARNING_OBJECT(pad, "belongs to no section");
      return;
    }
    auto made = std::make_shared<std::weak_ptr<receive::Tap>>();
    auto tap = std::make_shared<receive::Tap>(parent, pad, [mailbox = mailbox, index = *index, made](rtp::Codec codec) {
      mailbox.post([index, tap = made->lock(), codec](Callbacks& callbacks) { callbacks.on_media(index, tap, codec); });
    });
    // Before the pad's first event, which comes on this thread.
    *made = tap;
    taps->add(std::move(tap));
  }
};

namespace {

/// What reaches webrtcbin is paced already. Its own waits, one for each participant, would add up in the one thread
/// that serves them all.
void disable_pacing(GstBin*, GstBin*, GstElement* added, gpointer) {
  if (is_made_by("clocksync", added)) {
    g_object_set(added, "sync", FALSE, nullptr);
  }
}

}  // namespace

std::string connection_fault(GstWebRTCPeerConnectionState state, GstWebRTCICEConnectionState ice_state) {
  switch (ice_state) {
    case GST_WEBRTC_ICE_CONNECTION_STATE_NEW:
    case GST_WEBRTC_ICE_CONNECTION_STATE_CHECKING:
      return "no network path was found yet (ICE)";
    case GST_WEBRTC_ICE_CONNECTION_STATE_FAILED:
      return "no network path works (ICE failed)";
    case GST_WEBRTC_ICE_CONNECTION_STATE_DISCONNECTED:
      return "the network path is interrupted (ICE disconnected)";
    default:
      break;  // ICE is as it should be, or has ended in good order
  }
  switch (state) {
    case GST_WEBRTC_PEER_CONNECTION_STATE_FAILED:
      return "encryption failed (DTLS)";
    case GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED:
      return "the connection was closed";
    case GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED:
      return "nothing is wrong any more";
    default:
      return "encryption is not agreed on (DTLS)";
  }
}

std::future<void> make_certificate() {
  return std::async(std::launch::async, [] {
    // Any dtlsdec looks for it when it is made, and makes it if it is not there.
    if (auto* decoder = gst_element_factory_make("dtlsdec", nullptr)) {
      const auto held = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(decoder)));
    }
  });
}

WebRtcBin::Sender::Sender(glib::Ref<GstElement> webrtcbin, glib::Ref<GstPad> pad)
    : webrtcbin_(std::move(webrtcbin)), pad_(std::move(pad)) {}

WebRtcBin::Sender::~Sender() {
  if (pad_) {
    gst_element_release_request_pad(webrtcbin_.get(), pad_.get());
  }
}

WebRtcBin::WebRtcBin(GstBin* parent, const std::string& name, const IceSettings& ice, guint latency,
                     Callbacks callbacks)
    : parent_(glib::Ref<GstBin>::share(parent)),
      context_(glib::Ref<GMainContext>::share(g_main_context_get_thread_default())),
      callbacks_(std::make_shared<Callbacks>(std::move(callbacks))),
      taps_(std::make_shared<Taps>()),
      association_(std::make_shared<sctp::Association>()) {
  element_ = glib::Ref<GstElement>::adopt(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("webrtcbin", name.c_str()))));
  channels_ = std::make_shared<Channels>(element_.get(), Mailbox{context_, callbacks_});
  g_object_set(element_.get(), "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "ice-transport-policy",
               ice.relay_only ? GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY : GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL, nullptr);
  if (!ice.servers.stun.empty()) {
    g_object_set(element_.get(), "stun-server", ice.servers.stun.front().c_str(), nullptr);  // it takes one
  }
  for (const std::string& turn : ice.servers.turn) {
    gboolean added = FALSE;
    g_signal_emit_by_name(element_.get(), "add-turn-server", turn.c_str(), &added);
    if (!added) {
      GST_WARNING_OBJECT(element_.get(), "a TURN server was refused");
    }
  }
  set_up_ice(element_.get());
  relays_ = Relays::watch(element_.get(), !ice.servers.turn.empty());
  rtpbin::set_up(element_.get(), latency);
  dtls::end_on_clock_thread(element_.get());

  const Mailbox mailbox{context_, callbacks_};
  connections_.push_back(glib::SignalConnection::owning(
      element_.get(), "on-ice-candidate",
      G_CALLBACK(+[](GstElement*, guint index, const gchar* candidate, const Mailbox* mailbox) {
        mailbox->post([index, text = std::string(candidate ? candidate : "")](Callbacks& callbacks) {
          callbacks.on_candidate(index, text);
        });
      }),
      mailbox));
  if (callbacks_->on_candidates_complete) {
    connections_.push_back(glib::SignalConnection::owning(
        element_.get(), "notify::ice-gathering-state",
        G_CALLBACK(+[](GstElement* webrtcbin, GParamSpec*, const Mailbox* mailbox) {
          GstWebRTCICEGatheringState state = GST_WEBRTC_ICE_GATHERING_STATE_NEW;
          g_object_get(webrtcbin, "ice-gathering-state", &state, nullptr);
          if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE) {
            mailbox->post([](Callbacks& callbacks) { callbacks.on_candidates_complete(); });
          }
        }),
        mailbox));
  }
  connections_.push_back(glib::SignalConnection::owning(
      element_.get(), "notify::connection-state",
      G_CALLBACK(+[](GstElement* webrtcbin, GParamSpec*, const Mailbox* mailbox) {
        GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
        g_object_get(webrtcbin, "connection-state", &state, nullptr);
        mailbox->post([state](Callbacks& callbacks) { callbacks.on_connection_state(state); });
      }),
      mailbox));
  connections_.push_back(glib::SignalConnection::owning(
      element_.get(), "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, const TapMaker* maker) {
        if (GST_PAD_IS_SRC(pad)) {
          maker->tap(pad);
        }
      }),
      TapMaker{mailbox, taps_, parent}));
  if (callbacks_->on_data_channel) {
    connections_.push_back(glib::SignalConnection::owning(
        element_.get(), "on-data-channel",
        G_CALLBACK(+[](GstElement*, GstWebRTCDataChannel* channel, const Mailbox* mailbox) {
          // std::function wants its captures copyable.
          auto made = std::make_shared<std::unique_ptr<DataChannel>>(
              std::make_unique<DataChannel>(glib::Ref<GstWebRTCDataChannel>::share(channel), mailbox->context));
          mailbox->post([made](Callbacks& callbacks) { callbacks.on_data_channel(std::move(*made)); });
        }),
        mailbox));
  }
  media_path_ = MediaPath::watch(element_.get(), rtpbin::find(element_.get()).get());
  connections_.emplace_back(element_.get(), "deep-element-added", G_CALLBACK(disable_pacing), nullptr);
  connections_.emplace_back(element_.get(), "deep-element-added",
                            G_CALLBACK(+[](GstBin*, GstBin*, GstElement* added) { rtpbin::set_up_part(added); }),
                            nullptr);
  connections_.push_back(glib::SignalConnection::owning(
      element_.get(), "deep-element-added",
      G_CALLBACK(+[](GstBin*, GstBin*, GstElement* added, const std::shared_ptr<sctp::Association>* association) {
        (*association)->give_to(added);
      }),
      association_));
  connections_.push_back(glib::SignalConnection::owning(
      element_.get(), "deep-element-added",
      G_CALLBACK(+[](GstBin*, GstBin*, GstElement* added, const std::shared_ptr<Hearing>* hearing) {
        Hearing::serve(added, *hearing);
      }),
      hearing_));

  gst_element_set_locked_state(element_.get(), TRUE);
  gst_bin_add(parent, element_.get());
  gst_element_set_state(element_.get(), GST_STATE_PLAYING);
}

WebRtcBin::~WebRtcBin() {
  if (element_) {
    part({})();
  }
}

glib::Task WebRtcBin::part(std::vector<Sender> senders) {
  connections_.clear();
  callbacks_.reset();
  media_path_->close();
  // std::function wants its captures copyable.
  auto released = std::make_shared<std::vector<Sender>>(std::move(senders));
  return [parent = std::move(parent_), element = std::move(element_), taps = std::move(taps_),
          channels = std::move(channels_), association = std::move(association_), relays = std::move(relays_),
          released = std::move(released)] {
    sctp::close_data_channels(element.get());
    gst_element_set_state(element.get(), GST_STATE_NULL);
    sctp::stop_what_started_late(element.get());
    if (relays) {
      relays->give_back();
    }
    taps->clear();
    channels->clear();
    released->clear();
    gst_bin_remove(parent.get(), element.get());
  };
}

WebRtcBin::Sender WebRtcBin::add_sender(rtp::Kind kind, GstCaps* preferences, const std::string& stream_id,
                                        bool receives_too) {
  auto pad = [&] {
    const EndedSectionsStay guard(element_.get());
    return glib::Ref<GstPad>::adopt(gst_element_request_pad(
        element_.get(), gst_element_get_pad_template(element_.get(), "sink_%u"), nullptr, preferences));
  }();
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(pad.get()), "msid")) {
    g_object_set(pad.get(), "msid", stream_id.c_str(), nullptr);
  }
  glib::Ref<GstWebRTCRTPTransceiver> transceiver;
  g_object_get(pad.get(), "transceiver", transceiver.out(), nullptr);
  // Chrome refuses an offer with generic NACK on audio.
  g_object_set(
      transceiver.get(), "direction",
      receives_too ? GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV : GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY,
      "codec-preferences", preferences, "do-nack", static_cast<gboolean>(kind == rtp::Kind::Video), nullptr);
  return {element_, std::move(pad)};
}

void WebRtcBin::add_receiver(rtp::Kind kind, GstCaps* preferences) {
  glib::Ref<GstWebRTCRTPTransceiver> transceiver;
  g_signal_emit_by_name(element_.get(), "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, preferences,
                        transceiver.out());
  if (transceiver) {
    g_object_set(transceiver.get(), "do-nack", static_cast<gboolean>(kind == rtp::Kind::Video), nullptr);
  }
}

std::unique_ptr<DataChannel> WebRtcBin::add_data_channel(const std::string& label) {
  glib::Ref<GstWebRTCDataChannel> channel;
  g_signal_emit_by_name(element_.get(), "create-data-channel", label.c_str(), nullptr, channel.out());
  if (!channel) {
    GST_WARNING_OBJECT(element_.get(), "no data channel: the sctp plugin (gstreamer1.0-plugins-bad) is missing");
    return nullptr;
  }
  return std::make_unique<DataChannel>(std::move(channel), context_);
}

bool WebRtcBin::can_repeat(const std::vector<sdp::Section>& sections) const {
  const auto transceivers = transceivers_of(element_.get());
  const auto has_transceiver = [&transceivers](const std::string& mid) {
    return std::ranges::any_of(transceivers, [&mid](const auto& transceiver) {
      gchar* raw = nullptr;
      g_object_get(transceiver.get(), "mid", &raw, nullptr);
      const glib::String its_mid(raw);
      return raw && mid == raw;
    });
  };
  return std::ranges::all_of(sections, [&](const sdp::Section& section) {
    return section.kind == sdp::MediaKind::Application ? channels_->has_open() : has_transceiver(section.mid);
  });
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
    auto message = std::make_shared<sdp::MessagePtr>(description ? sdp::copy_of(description->sdp) : nullptr);
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
  const DescriptionPtr description(gst_webrtc_session_description_new(type, sdp::copy_of(message).release()));
  const Mailbox mailbox{context_, callbacks_};
  auto promise = make_promise([mailbox, callback = std::move(callback)](const GstStructure* reply) {
    mailbox.post([callback, fault = fault_of(reply)](Callbacks&) { callback(fault); });
  });
  g_signal_emit_by_name(element_.get(), action, description.get(), promise.get());
}

std::string WebRtcBin::fault() const {
  GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
  GstWebRTCICEConnectionState ice_state = GST_WEBRTC_ICE_CONNECTION_STATE_NEW;
  g_object_get(element_.get(), "connection-state", &state, "ice-connection-state", &ice_state, nullptr);
  return connection_fault(state, ice_state);
}

void WebRtcBin::add_ice_candidate(unsigned m_line_index, const std::string& candidate) {
  g_signal_emit_by_name(element_.get(), "add-ice-candidate", m_line_index, candidate.c_str());
}

void WebRtcBin::get_stats(std::function<void(stats::ConnectionReport)> callback) {
  const Mailbox mailbox{context_, callbacks_};
  auto promise = make_promise([this, mailbox, callback = std::move(callback)](const GstStructure* reply) {
    // `this` is there as long as the callbacks are.
    mailbox.post([this, callback, report = stats::connection_report(reply)](Callbacks&) mutable {
      complete(report);
      callback(std::move(report));
    });
  });
  g_signal_emit_by_name(element_.get(), "get-stats", nullptr, promise.get());
}

void WebRtcBin::complete(stats::ConnectionReport& report) const {
  for_each_made_by("rtpjitterbuffer", element_.get(), [&report](GstElement* jitterbuffer) {
    const auto found = report.inbound.find(ssrc_of(jitterbuffer));
    if (found != report.inbound.end()) {
      GstStructure* raw = nullptr;
      g_object_get(jitterbuffer, "stats", &raw, nullptr);
      const StructurePtr stats(raw);
      gst_structure_get(raw, "num-late", G_TYPE_UINT64, &found->second.packets_late, "rtx-success-count", G_TYPE_UINT64,
                        &found->second.packets_repaired, nullptr);
    }
  });
}

bool WebRtcBin::open_media_path() {
  let_ice_rest(element_.get());
  return media_path_->open();
}

void WebRtcBin::take_base_time() {
  // The bin has told it to the webrtcbin alone, whose parts get it with a state.
  gst_element_set_state(element_.get(), GST_STATE_PLAYING);
}

}  // namespace rtcmc
