// SPDX-License-Identifier: LGPL-2.1-or-later
// What rtcmcroom is measured against: sends a test picture to everyone who comes into a room, as GStreamer's WebRTC
// examples do. One encoder and one payloader, a tee, and for each participant a queue and a webrtcbin as they come.
//
// It must be the first in the room. Prints "Ready" when it is there and "Left USERID" when a participant's part of the
// pipeline is gone; runs until it is killed, or until the first error.

#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "glib/ref.hpp"
#include "glib/signal_connection.hpp"
#include "glib/worker_thread.hpp"
#include "gst_ref.hpp"
#include "peer/sdp.hpp"
#include "room/room_client.hpp"

namespace rtcmc::bench {

namespace {

/// The encoder's settings are those of the examples, but for the bitrate, which is rtcmcroom's.
constexpr const char* kPipeline =
    "videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 ! videoconvert ! queue ! "
    "vp8enc deadline=1 keyframe-max-dist=2000 target-bitrate=2000000 ! rtpvp8pay pt=96 picture-id-mode=15-bit ! "
    "tee name=tee ! queue ! fakesink sync=true";

glib::Ref<GstElement> make_element(const char* factory) {
  return glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make(factory, nullptr))));
}

/// A participant's branch of the tee.
///
/// Threads: made, used and destroyed on the main thread. webrtcbin's thread, which has ended when the webrtcbin is in
/// NULL, runs what its signals and promises call; that only posts to the main thread.
class Participant {
 public:
  Participant(room::RoomClient& client, std::string user_id, GstBin* pipeline);
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;
  ~Participant();

  void take_answer(const std::string& text);
  void take_candidate(const protocol::IceCandidate& candidate);

 private:
  void create_offer();
  void send_offer(GstPromise* created);

  template <typename Message>
  void post(Message message) {
    glib::post(nullptr, [&client = client_, user_id = user_id_, message = std::move(message)] {
      client.send(user_id, message);
    });
  }

  room::RoomClient& client_;
  const std::string user_id_;
  glib::Ref<GstBin> pipeline_;
  glib::Ref<GstElement> tee_;
  glib::Ref<GstPad> tee_pad_;
  glib::Ref<GstElement> queue_ = make_element("queue");
  glib::Ref<GstElement> webrtcbin_ = make_element("webrtcbin");
  std::array<glib::SignalConnection, 2> connections_;
};

Participant::Participant(room::RoomClient& client, std::string user_id, GstBin* pipeline)
    : client_(client),
      user_id_(std::move(user_id)),
      pipeline_(glib::Ref<GstBin>::share(pipeline)),
      tee_(glib::Ref<GstElement>::adopt(gst_bin_get_by_name(pipeline, "tee"))),
      tee_pad_(glib::Ref<GstPad>::adopt(gst_element_request_pad_simple(tee_.get(), "src_%u"))) {
  connections_[0] = glib::SignalConnection(
      webrtcbin_.get(), "on-negotiation-needed",
      G_CALLBACK(+[](GstElement*, gpointer self) { static_cast<Participant*>(self)->create_offer(); }), this);
  connections_[1] =
      glib::SignalConnection(webrtcbin_.get(), "on-ice-candidate",
                             G_CALLBACK(+[](GstElement*, guint index, const gchar* candidate, gpointer self) {
                               if (*candidate != '\0') {  // since 1.24 the last one is empty
                                 static_cast<Participant*>(self)->post(protocol::IceCandidate{candidate, "", index});
                               }
                             }),
                             this);
  for (GstElement* element : {queue_.get(), webrtcbin_.get()}) {
    gst_bin_add(pipeline, element);
  }
  gst_element_link(queue_.get(), webrtcbin_.get());
  for (GstElement* element : {webrtcbin_.get(), queue_.get()}) {
    gst_element_sync_state_with_parent(element);
  }
  const auto queue_pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(queue_.get(), "sink"));
  gst_pad_link(tee_pad_.get(), queue_pad.get());
}

Participant::~Participant() {
  gst_element_release_request_pad(tee_.get(), tee_pad_.get());
  // webrtcbin first: the queue's thread may wait in it.
  for (GstElement* element : {webrtcbin_.get(), queue_.get()}) {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_bin_remove(pipeline_.get(), element);
  }
}

void Participant::create_offer() {
  const auto promise = glib::Ref<GstPromise>::adopt(gst_promise_new_with_change_func(
      [](GstPromise* created, gpointer self) { static_cast<Participant*>(self)->send_offer(created); }, this, nullptr));
  g_signal_emit_by_name(webrtcbin_.get(), "create-offer", nullptr, promise.get());
}

void Participant::send_offer(GstPromise* created) {
  const GstStructure* reply = gst_promise_get_reply(created);
  const GValue* value = reply ? gst_structure_get_value(reply, "offer") : nullptr;
  if (!value) {
    return;  // the participant left meanwhile
  }
  const auto* offer = static_cast<const GstWebRTCSessionDescription*>(g_value_get_boxed(value));
  const auto ignored = glib::Ref<GstPromise>::adopt(gst_promise_new());
  g_signal_emit_by_name(webrtcbin_.get(), "set-local-description", offer, ignored.get());
  const glib::String text(gst_sdp_message_as_text(offer->sdp));
  post(protocol::SessionDescription{.type = protocol::SdpType::Offer, .sdp = text.get(), .streams_to_share = {}});
}

void Participant::take_answer(const std::string& text) {
  auto parsed = sdp::parse(text);
  auto* description = std::get_if<sdp::Description>(&parsed);
  if (!description) {
    std::cerr << user_id_ << ": " << std::get<std::string>(parsed) << '\n';
    return;
  }
  const std::unique_ptr<GstWebRTCSessionDescription, decltype(&gst_webrtc_session_description_free)> answer(
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, description->message.release()),
      gst_webrtc_session_description_free);
  const auto ignored = glib::Ref<GstPromise>::adopt(gst_promise_new());
  g_signal_emit_by_name(webrtcbin_.get(), "set-remote-description", answer.get(), ignored.get());
}

void Participant::take_candidate(const protocol::IceCandidate& candidate) {
  g_signal_emit_by_name(webrtcbin_.get(), "add-ice-candidate", candidate.sdp_m_line_index, candidate.candidate.c_str());
}

room::RoomOptions room_options(const char* socket_url, const char* room_id) {
  room::RoomOptions options;
  options.socket_url = socket_url;
  options.room_id = room_id;
  options.session = {.video = true};
  return options;
}

/// Threads: the main thread, whose default GMainContext run() iterates.
class NaiveSender final : private room::RoomClient::Listener {
 public:
  NaiveSender(const char* socket_url, const char* room_id) : client_(room_options(socket_url, room_id), *this) {}
  NaiveSender(const NaiveSender&) = delete;
  NaiveSender& operator=(const NaiveSender&) = delete;
  ~NaiveSender();

  /// Returns after the first error.
  void run();

 private:
  bool start_pipeline();
  void fail(const std::string& text);
  void remove(const std::string& user_id);

  // room::RoomClient::Listener
  void on_unanswered() override {}
  void on_joined(bool) override { std::cout << "Ready" << std::endl; }
  void on_failed(const room::RoomError& error) override { fail(error.text); }
  void on_connection_lost(const room::RoomError& error, std::chrono::milliseconds) override { fail(error.text); }
  void on_user_id_changed(const std::string&, const std::string&) override {}
  void on_message(const room::MessageHead& head, protocol::Message message) override;
  void on_user_disconnected(const std::string& user_id) override { remove(user_id); }
  void on_extra_changed(const std::string&, const glib::Ref<JsonObject>&) override {}
  void on_became_owner() override {}
  void on_room_said_to_be_closed() override {}

  glib::Ref<GMainLoop> loop_ = glib::Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
  room::RoomClient client_;
  glib::Ref<GstElement> pipeline_;
  glib::SignalConnection bus_error_;
  std::map<std::string, Participant> participants_;
};

NaiveSender::~NaiveSender() {
  participants_.clear();
  if (pipeline_) {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  }
}

void NaiveSender::run() {
  if (start_pipeline()) {
    client_.enter();
    g_main_loop_run(loop_.get());
  }
}

bool NaiveSender::start_pipeline() {
  glib::Error error;
  auto* pipeline = gst_parse_launch_full(kPipeline, nullptr, GST_PARSE_FLAG_FATAL_ERRORS, error.out());
  if (!pipeline) {
    fail(error.message());
    return false;
  }
  pipeline_ = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(pipeline)));
  const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline));
  gst_bus_add_signal_watch(bus.get());
  bus_error_ =
      glib::SignalConnection(bus.get(), "message::error", G_CALLBACK(+[](GstBus*, GstMessage* message, gpointer self) {
                               glib::Error reason;
                               gst_message_parse_error(message, reason.out(), nullptr);
                               static_cast<NaiveSender*>(self)->fail(reason.message());
                             }),
                             this);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  return true;
}

void NaiveSender::fail(const std::string& text) {
  std::cerr << text << '\n';
  g_main_loop_quit(loop_.get());
}

void NaiveSender::on_message(const room::MessageHead& head, protocol::Message message) {
  const std::string& sender = head.sender;
  if (std::holds_alternative<protocol::ParticipationRequest>(message)) {
    participants_.erase(sender);
    participants_.try_emplace(sender, client_, sender, GST_BIN(pipeline_.get()));
    return;
  }
  const auto known = participants_.find(sender);
  if (known == participants_.end()) {
    return;
  }
  if (const auto* description = std::get_if<protocol::SessionDescription>(&message)) {
    known->second.take_answer(description->sdp);
  } else if (const auto* candidate = std::get_if<protocol::IceCandidate>(&message)) {
    known->second.take_candidate(*candidate);
  } else if (std::holds_alternative<protocol::UserLeft>(message)) {
    remove(sender);
  }
}

void NaiveSender::remove(const std::string& user_id) {
  if (participants_.erase(user_id) > 0) {
    std::cout << "Left " << user_id << std::endl;
  }
}

}  // namespace

}  // namespace rtcmc::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "Usage: naive-sender SOCKET_URL ROOM_ID\n";
    return EXIT_FAILURE;
  }
  gst_init(nullptr, nullptr);
  rtcmc::bench::NaiveSender(argv[1], argv[2]).run();
  return EXIT_FAILURE;  // it ends with an error only
}
