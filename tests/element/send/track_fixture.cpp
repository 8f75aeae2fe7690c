// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/track_fixture.hpp"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "media/rtp_elements.hpp"
#include "rtp/keyframe.hpp"
#include "rtp/packet.hpp"

namespace rtcmc::send::testing {

namespace {

rtp::PacketHeader header_of(const Packet& packet) {
  return rtp::PacketHeader::parse(packet).value_or(rtp::PacketHeader{});
}

std::string factory_of(GstElement* element) {
  GstElementFactory* factory = gst_element_get_factory(element);
  return factory ? GST_OBJECT_NAME(factory) : "";
}

std::vector<glib::Ref<GstElement>> elements_in(GstElement* bin) {
  std::vector<glib::Ref<GstElement>> elements;
  const glib::IteratorPtr iterator(gst_bin_iterate_elements(GST_BIN(bin)));
  gst_iterator_foreach(
      iterator.get(),
      [](const GValue* item, gpointer elements) {
        static_cast<std::vector<glib::Ref<GstElement>>*>(elements)->push_back(
            glib::Ref<GstElement>::share(GST_ELEMENT(g_value_get_object(item))));
      },
      &elements);
  return elements;
}

}  // namespace

std::vector<std::uint8_t> payload_of(const Packet& packet) {
  return {packet.begin() + static_cast<std::ptrdiff_t>(header_of(packet).size), packet.end()};
}

std::uint8_t payload_type_of(const Packet& packet) {
  return packet.at(1) & 0x7f;
}

std::uint16_t sequence_of(const Packet& packet) {
  return header_of(packet).sequence;
}

std::uint32_t timestamp_of(const Packet& packet) {
  return header_of(packet).timestamp;
}

std::uint32_t ssrc_of(const Packet& packet) {
  return header_of(packet).ssrc;
}

bool ends_picture(const Packet& packet) {
  return (packet.at(1) & 0x80) != 0;
}

bool starts_keyframe(const Packet& packet, rtp::Codec codec) {
  return rtp::starts_keyframe(codec, payload_of(packet));
}

std::size_t count_keyframes(const std::vector<Packet>& packets, rtp::Codec codec) {
  std::set<std::uint32_t> timestamps;
  for (const Packet& packet : packets) {
    if (starts_keyframe(packet, codec)) {
      timestamps.insert(timestamp_of(packet));
    }
  }
  return timestamps.size();
}

class Peer::Connection final : public Wire {
 public:
  std::uint16_t number(std::size_t, std::chrono::steady_clock::time_point, bool) override {
    return monitor_.read([this] { return number_++; });
  }
  GstFlowReturn send(std::span<const Packet> packets) override {
    if (const auto hook = monitor_.read([this] { return hook_; })) {
      hook();
    }
    for (const Packet& pieces : packets) {
      testing::Packet packet(pieces.header.begin(),
                             pieces.header.begin() + static_cast<std::ptrdiff_t>(pieces.header_size));
      packet.insert(packet.end(), pieces.payload.begin(), pieces.payload.end());
      monitor_.change(
          [&] { (ssrc_of(packet) == kPeerSsrc ? packets_ : retransmissions_).push_back(std::move(packet)); });
    }
    return flow_;
  }
  void send_control(std::span<const std::uint8_t> compound) override {
    monitor_.change([&] { reports_.emplace_back(compound.begin(), compound.end()); });
  }
  void listen(std::uint32_t ssrc, std::weak_ptr<Listener> listener) override {
    ASSERT_EQ(ssrc, kPeerSsrc);
    monitor_.change([&] { listener_ = std::move(listener); });
  }

  std::atomic<GstFlowReturn> flow_ = GST_FLOW_OK;
  std::uint16_t number_ = 0;
  Monitor monitor_;
  std::vector<testing::Packet> packets_;
  std::vector<testing::Packet> retransmissions_;
  std::vector<testing::Packet> reports_;
  std::function<void()> hook_;
  std::weak_ptr<Listener> listener_;
};

Peer::Peer()
    : connection_(std::make_shared<Connection>()),
      transmission_(std::make_shared<Transmission>(
          connection_,
          rtp::Transmitter::Identity{
              .ssrc = kPeerSsrc, .retransmission_ssrc = kPeerRetransmissionSsrc, .first_sequence = 1000},
          "cname")) {}

std::vector<Packet> Peer::packets() const {
  return connection_->monitor_.read([this] { return connection_->packets_; });
}

std::vector<Packet> Peer::retransmissions() const {
  return connection_->monitor_.read([this] { return connection_->retransmissions_; });
}

std::vector<Packet> Peer::reports() const {
  return connection_->monitor_.read([this] { return connection_->reports_; });
}

bool Peer::await_packets(std::size_t count) const {
  return connection_->monitor_.await([this, count] { return connection_->packets_.size() >= count; });
}

bool Peer::await(const std::function<bool(const std::vector<Packet>&)>& matches) const {
  return connection_->monitor_.await([&] { return matches(connection_->packets_); });
}

void Peer::forget_packets() {
  connection_->monitor_.change([this] { connection_->packets_.clear(); });
}

void Peer::answer_with(GstFlowReturn flow) {
  connection_->flow_ = flow;
}

void Peer::on_arrival(std::function<void()> hook) {
  connection_->monitor_.change([&] { connection_->hook_ = std::move(hook); });
}

void Peer::say(const rtp::Feedback& feedback) const {
  if (const auto listener = connection_->monitor_.read([this] { return connection_->listener_.lock(); })) {
    listener->on_feedback(feedback);
  }
}

void Listener::on_encoder_setup(GstElement* encoder) {
  EXPECT_EQ(GST_STATE(encoder), GST_STATE_NULL);
  monitor_.change([&] { encoders_.push_back(factory_of(encoder)); });
}

void Listener::on_payloader_setup(GstElement* payloader) {
  EXPECT_EQ(GST_STATE(payloader), GST_STATE_NULL);
  monitor_.change([&] { payloaders_.push_back(factory_of(payloader)); });
}

TrackTest::TrackTest()
    : pipeline_(glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))))) {}

TrackTest::~TrackTest() {
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  track_.reset();
}

void TrackTest::make_track(rtp::Kind kind, std::vector<rtp::Codec> codecs, std::size_t layers,
                           std::uint32_t least_bitrate) {
  track_ = send::make_track(GST_BIN(pipeline_.get()),
                            {{.kind = kind,
                              .codecs = std::move(codecs),
                              .bitrate = kind == rtp::Kind::Video ? 1'000'000U : 64'000U,
                              .least_bitrate = least_bitrate,
                              .layers = layers}},
                            listener_);
}

void TrackTest::feed(const std::string& elements) {
  glib::Error error;
  // The parser wants an element after caps.
  const bool ends_in_caps = elements.find('/', elements.rfind('!')) != std::string::npos;
  source_ = glib::Ref<GstElement>::share(
      gst_parse_bin_from_description((elements + (ends_in_caps ? " ! capsfilter" : "")).c_str(), TRUE, error.out()));
  ASSERT_FALSE(error) << error.message();
  gst_bin_add(GST_BIN(pipeline_.get()), source_.get());
  const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(source_.get(), "src"));
  ASSERT_EQ(gst_pad_link(pad.get(), track_->sink_pad()), GST_PAD_LINK_OK);
}

void TrackTest::feed_instead(const std::string& elements) {
  gst_element_set_state(source_.get(), GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline_.get()), source_.get());
  ASSERT_NO_FATAL_FAILURE(feed(elements));
  gst_element_sync_state_with_parent(source_.get());
}

void TrackTest::play() {
  ASSERT_NE(gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
}

void TrackTest::play(const std::string& elements) {
  ASSERT_NO_FATAL_FAILURE(feed(elements));
  ASSERT_NO_FATAL_FAILURE(play());
  ASSERT_TRUE(listener_.await_codecs());
}

GstElement* TrackTest::element(const std::string& name) {
  const auto found = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name.c_str()));
  return found.get();  // the pipeline holds it
}

std::size_t TrackTest::count(const std::string& factory) const {
  const auto elements = elements_in(pipeline_.get());
  return static_cast<std::size_t>(
      std::ranges::count(elements, factory, [](const auto& element) { return factory_of(element.get()); }));
}

std::size_t TrackTest::count_all() const {
  return elements_in(pipeline_.get()).size();
}

glib::Ref<GstElement> TrackTest::find(const std::string& factory) const {
  for (const auto& element : elements_in(pipeline_.get())) {
    if (factory_of(element.get()) == factory) {
      return element;
    }
  }
  return nullptr;
}

std::unique_ptr<Subscription> TrackTest::subscribe(const Peer& peer, rtp::Codec codec, std::uint8_t payload_type) {
  return track_->subscribe({codec, payload_type, std::nullopt, ""}, peer.transmission());
}

std::unique_ptr<Subscription> TrackTest::start(const Peer& peer, rtp::Codec codec, std::uint8_t payload_type) {
  auto subscription = subscribe(peer, codec, payload_type);
  subscription->start();
  return subscription;
}

std::vector<std::unique_ptr<Subscription>> TrackTest::start(std::span<const Peer> peers, rtp::Codec codec) {
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  subscriptions.reserve(peers.size());
  for (const Peer& peer : peers) {
    subscriptions.push_back(start(peer, codec));
  }
  return subscriptions;
}

Picture decode(const Peer& peer, rtp::Codec codec, const std::string& decoder, double x, double y) {
  glib::Error error;
  const auto pipeline = glib::Ref<GstElement>::adopt(GST_ELEMENT(
      gst_object_ref_sink(gst_parse_launch(("appsrc name=in format=time ! " + decoder +
                                            " ! videoconvert ! video/x-raw,format=RGB ! appsink name=out sync=false")
                                               .c_str(),
                                           error.out()))));
  EXPECT_FALSE(error) << error.message();
  const auto in = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  const auto out = glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  g_object_set(in.get(), "caps", rtp_caps(codec).get(), nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  std::vector<Packet> packets = peer.packets();
  // Up to the last picture that is whole: what stopped them may have come in the middle of one.
  while (!packets.empty() && !ends_picture(packets.back())) {
    packets.pop_back();
  }
  for (const Packet& packet : packets) {
    gst_app_src_push_buffer(GST_APP_SRC(in.get()), gst_buffer_new_memdup(packet.data(), packet.size()));
  }
  gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
  Picture picture;
  while (GstSample* sample =
             gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), std::chrono::nanoseconds(kPatience).count())) {
    GstVideoInfo info;
    GstVideoFrame frame;
    gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
    if (gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ)) {
      const auto* row =
          static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) +
          static_cast<std::ptrdiff_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0)) * static_cast<int>(info.height * y);
      const std::uint8_t* pixel = row + static_cast<std::ptrdiff_t>(info.width * x) * 3;
      picture = {info.width, info.height, pixel[0], pixel[1], pixel[2]};
      gst_video_frame_unmap(&frame);
    }
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return picture;
}

}  // namespace rtcmc::send::testing
