// SPDX-License-Identifier: LGPL-2.1-or-later
#include "viewer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "wait_until.hpp"

namespace rtcmc::test {

namespace {

room::RoomOptions room_options(const std::string& socket_url, const std::string& room_id, const std::string& user_id) {
  room::RoomOptions options;
  options.socket_url = socket_url;
  options.room_id = room_id;
  options.user_id = user_id;
  options.session = {.video = true};
  return options;
}

}  // namespace

Viewer::Viewer(const std::string& socket_url, const std::string& room_id, Options options)
    : options_(std::move(options)),
      client_(room_options(socket_url, room_id, options_.user_id), *this),
      pipeline_(glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))))) {
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  client_.enter();
}

Viewer::~Viewer() {
  part(sender_.empty() ? std::vector<std::string>() : std::vector{sender_});
  pad_added_.disconnect();
  webrtcbin_.reset();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void Viewer::lose_connection() {
  pad_added_.disconnect();
  taps_.clear();
  webrtcbin_.reset();
  has_remote_description_ = false;
  early_candidates_.clear();
  sections_.clear();
}

void Viewer::part(const std::vector<std::string>& told) {
  bool is_out = false;
  client_.leave(told, std::chrono::seconds(1), [&is_out] { is_out = true; });
  (void)wait_until([&is_out] { return is_out; });
}

void Viewer::offer_out_of_turn(const std::string& to, std::function<void()> done) {
  constexpr const char* kOffer =
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\n"
      "a=rtpmap:96 VP8/90000\r\na=ice-ufrag:used\r\na=ice-pwd:passwordofanearlierone0\r\na=setup:actpass\r\n"
      "a=fingerprint:sha-256 "
      "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n";
  client_.send(to, protocol::SessionDescription{
                       .type = protocol::SdpType::Offer, .sdp = kOffer, .renegotiating = true, .streams_to_share = {}});
  client_.find_presence("garden", [done = std::move(done)](const protocol::Presence&) { done(); });
}

void Viewer::answer_late() {
  options_.answers = true;
  client_.send(sender_, protocol::SessionDescription{
                            .type = protocol::SdpType::Answer, .sdp = "for nobody", .streams_to_share = {}});
}

void Viewer::on_joined(bool) {}

void Viewer::on_failed(const room::RoomError& error) {
  ADD_FAILURE() << error.text;
}

void Viewer::on_connection_lost(const room::RoomError&, std::chrono::milliseconds) {}

void Viewer::on_message(const room::MessageHead& head, protocol::Message message) {
  const std::string& sender = head.sender;
  if (!options_.host.empty() && sender != options_.host) {
    return;
  }
  if (const auto* description = std::get_if<protocol::SessionDescription>(&message)) {
    sender_ = sender;
    if (options_.answers && description->type == protocol::SdpType::Offer) {
      if (!description->renegotiating) {
        lose_connection();  // it begins anew
      }
      offer_ = description->sdp;
      accept(description->sdp);
    }
  } else if (const auto* candidate = std::get_if<protocol::IceCandidate>(&message)) {
    if (has_remote_description_) {
      webrtcbin_->add_ice_candidate(candidate->sdp_m_line_index, candidate->candidate);
    } else {
      early_candidates_.push_back(candidate->candidate);
    }
  } else if (const auto* request = std::get_if<protocol::ParticipationRequest>(&message)) {
    if (request->spares_connections && webrtcbin_) {
      return;
    }
    if (missed_requests_ > 0) {
      --missed_requests_;
    } else if (sender == sender_) {
      ++requests_;
      client_.ask_back(sender, client_.invitation());  // not in other viewers' connections
    }
  } else if (std::holds_alternative<protocol::UserLeft>(message)) {
    was_left_ = true;
  }
}

void Viewer::accept(const std::string& offer) {
  if (!webrtcbin_) {
    webrtcbin_ = std::make_unique<WebRtcBin>(
        GST_BIN(pipeline_.get()), "viewer", IceSettings{}, kDefaultLatency,
        WebRtcBin::Callbacks{.on_candidate =
                                 [this](unsigned index, const std::string& candidate) {
                                   if (!candidate.empty()) {
                                     client_.send(sender_, protocol::IceCandidate{candidate, "", index});
                                   }
                                 },
                             .on_connection_state = [](GstWebRTCPeerConnectionState) {},
                             .on_media = [this](unsigned, std::shared_ptr<receive::Tap> tap,
                                                std::optional<rtp::Codec>) { taps_.push_back(std::move(tap)); }});
    pad_added_ = glib::SignalConnection(
        webrtcbin_->element(), "pad-added",
        G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) { static_cast<Viewer*>(self)->count_packets_of(pad); }),
        this);
    const auto caps = glib::Ref<GstCaps>::adopt(
        gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, "video", "encoding-name", G_TYPE_STRING,
                            options_.codec.c_str(), "clock-rate", G_TYPE_INT, 90000, nullptr));
    glib::Ref<GstWebRTCRTPTransceiver> transceiver;
    g_signal_emit_by_name(webrtcbin_->element(), "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                          caps.get(), transceiver.out());
  }
  auto parsed = sdp::parse(offer);
  ASSERT_TRUE(std::holds_alternative<sdp::Description>(parsed)) << std::get<std::string>(parsed);
  const auto& sections = std::get<sdp::Description>(parsed).sections;
  if (const auto fault = sdp::check_continuity(sections_, sections, false)) {
    check(fault);
    return;
  }
  sections_ = sections;
  webrtcbin_->set_remote_description(GST_WEBRTC_SDP_TYPE_OFFER, std::get<sdp::Description>(parsed).message.get(),
                                     [this](const auto& fault) {
                                       check(fault);
                                       answer();
                                     });
}

void Viewer::answer() {
  webrtcbin_->create_answer([this](auto result) {
    if (const auto* fault = std::get_if<std::string>(&result)) {
      check(*fault);
      return;
    }
    const auto& message = std::get<sdp::MessagePtr>(result);
    const glib::String text(gst_sdp_message_as_text(message.get()));
    client_.send(sender_, protocol::SessionDescription{
                              .type = protocol::SdpType::Answer, .sdp = text.get(), .streams_to_share = {}});
    webrtcbin_->set_local_description(GST_WEBRTC_SDP_TYPE_ANSWER, message.get(), [this](const auto& fault) {
      check(fault);
      has_remote_description_ = true;
      for (const std::string& candidate : std::exchange(early_candidates_, {})) {
        webrtcbin_->add_ice_candidate(0, candidate);
      }
    });
  });
}

void Viewer::check(const std::optional<std::string>& fault) {
  EXPECT_TRUE(!fault || options_.is_impersonated) << *fault;
}

/// On a thread of webrtcbin's.
void Viewer::count_packets_of(GstPad* pad) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto* self = static_cast<Viewer*>(data);
        constexpr std::int32_t kMinute = 60 * 90000;
        std::array<std::uint8_t, 8> header{};
        gst_buffer_extract(GST_PAD_PROBE_INFO_BUFFER(info), 0, header.data(), header.size());
        const std::int32_t sequence = header[2] << 8 | header[3];
        const std::int32_t last = self->last_sequence_.exchange(sequence);
        if (last >= 0 && sequence != ((last + 1) & 0xffff)) {
          ++self->lost_;
        }
        const std::uint32_t timestamp = GST_READ_UINT32_BE(header.data() + 4);
        const auto step = static_cast<std::int32_t>(timestamp - self->last_timestamp_.exchange(timestamp));
        if (last >= 0 && (step < 0 || step > kMinute)) {
          ++self->leaps_;
        }
        ++self->packets_;
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

}  // namespace rtcmc::test
