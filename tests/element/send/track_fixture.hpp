// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "gst_ref.hpp"
#include "send/track.hpp"

namespace rtcmc::send::testing {

inline constexpr std::chrono::seconds kPatience{20};

/// Waits, with a deadline, for something that another thread brings about.
class Monitor {
 public:
  template <typename Change>
  void change(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_all();
  }
  template <typename Condition>
  [[nodiscard]] bool await(Condition condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }
  template <typename Read>
  auto read(Read read) const {
    const std::lock_guard lock(mutex_);
    return read();
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
};

using Packet = std::vector<std::uint8_t>;

std::vector<std::uint8_t> payload_of(const Packet& packet);
std::uint8_t payload_type_of(const Packet& packet);
std::uint16_t sequence_of(const Packet& packet);
std::uint32_t timestamp_of(const Packet& packet);
/// The marker bit.
bool ends_picture(const Packet& packet);
std::uint32_t ssrc_of(const Packet& packet);
bool starts_keyframe(const Packet& packet, rtp::Codec codec);
std::size_t count_keyframes(const std::vector<Packet>& packets, rtp::Codec codec);

inline constexpr std::uint32_t kPeerSsrc = 0x01020304;
inline constexpr std::uint32_t kPeerRetransmissionSsrc = 0x05060708;

/// Stands for a participant's connection: keeps what arrives, and says what participants say.
class Peer {
 public:
  Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  [[nodiscard]] const std::shared_ptr<Transmission>& transmission() const { return transmission_; }
  /// Media that arrived, in its order.
  [[nodiscard]] std::vector<Packet> packets() const;
  [[nodiscard]] std::vector<Packet> retransmissions() const;
  /// RTCP compounds.
  [[nodiscard]] std::vector<Packet> reports() const;
  [[nodiscard]] bool await_packets(std::size_t count) const;
  /// Until `matches` is true for the packets so far.
  [[nodiscard]] bool await(const std::function<bool(const std::vector<Packet>&)>& matches) const;
  void forget_packets();
  /// What it answers to packets from now on.
  void answer_with(GstFlowReturn flow);
  /// Called for each list of packets before it is kept.
  void on_arrival(std::function<void()> hook);
  void say(const rtp::Feedback& feedback) const;
  void request_keyframe() const { say(rtp::PictureLoss{kPeerSsrc}); }

 private:
  class Connection;

  const std::shared_ptr<Connection> connection_;
  const std::shared_ptr<Transmission> transmission_;
};

class Listener final : public Track::Listener {
 public:
  struct Error {
    int code;
    std::string text;
  };

  void on_kind_known(Track&) override {}
  void on_codecs_known(Track&) override {
    monitor_.change([this] { ++codecs_known_; });
  }
  void on_end_of_stream(Track&) override {
    monitor_.change([this] { ++ended_; });
  }
  void on_resumed(Track&) override {
    monitor_.change([this] { ++resumed_; });
  }
  void on_error(Track&, int code, const std::string& text, const std::string&) override {
    monitor_.change([this, code, &text] { errors_.push_back({code, text}); });
  }
  void on_warning(Track&, const std::string& text, const std::string&) override {
    monitor_.change([this, &text] { warnings_.push_back(text); });
  }
  void on_encoder_setup(GstElement* encoder) override;
  void on_payloader_setup(GstElement* payloader) override;

  /// Until they have become known that many times.
  [[nodiscard]] bool await_codecs(int times = 1) const {
    return monitor_.await([this, times] { return codecs_known_ >= times; });
  }
  [[nodiscard]] int codecs_known() const {
    return monitor_.read([this] { return codecs_known_; });
  }
  [[nodiscard]] bool await_end() const {
    return monitor_.await([this] { return ended_ > 0; });
  }
  [[nodiscard]] int ended() const {
    return monitor_.read([this] { return ended_; });
  }
  [[nodiscard]] bool await_resumption() const {
    return monitor_.await([this] { return resumed_ > 0; });
  }
  [[nodiscard]] bool await_error() const {
    return monitor_.await([this] { return !errors_.empty(); });
  }
  [[nodiscard]] bool await_warning() const {
    return monitor_.await([this] { return !warnings_.empty(); });
  }
  [[nodiscard]] std::vector<Error> errors() const {
    return monitor_.read([this] { return errors_; });
  }
  [[nodiscard]] std::vector<std::string> warnings() const {
    return monitor_.read([this] { return warnings_; });
  }
  [[nodiscard]] std::vector<std::string> encoders() const {
    return monitor_.read([this] { return encoders_; });
  }
  [[nodiscard]] std::vector<std::string> payloaders() const {
    return monitor_.read([this] { return payloaders_; });
  }

 private:
  Monitor monitor_;
  int codecs_known_ = 0;
  int ended_ = 0;
  int resumed_ = 0;
  std::vector<Error> errors_;
  std::vector<std::string> warnings_;
  std::vector<std::string> encoders_;  // factory names
  std::vector<std::string> payloaders_;
};

/// Hides an element from everyone while it lives.
class Uninstalled {
 public:
  explicit Uninstalled(const char* factory)
      : feature_(glib::Ref<GstPluginFeature>::adopt(gst_registry_lookup_feature(gst_registry_get(), factory))) {
    gst_registry_remove_feature(gst_registry_get(), feature_.get());
  }
  Uninstalled(const Uninstalled&) = delete;
  Uninstalled& operator=(const Uninstalled&) = delete;
  ~Uninstalled() { gst_registry_add_feature(gst_registry_get(), feature_.get()); }

 private:
  glib::Ref<GstPluginFeature> feature_;
};

/// A pipeline with a track in it, and elements that feed the track.
class TrackTest : public ::testing::Test {
 public:
  TrackTest(const TrackTest&) = delete;
  TrackTest& operator=(const TrackTest&) = delete;

 protected:
  TrackTest();
  ~TrackTest() override;

  void make_track(rtp::Kind kind, std::vector<rtp::Codec> codecs = {}, std::size_t layers = 1,
                  std::uint32_t least_bitrate = 64'000);
  /// Adds elements in gst-launch's notation; the last one is linked to the track.
  void feed(const std::string& elements);
  /// The same in place of what fed it so far.
  void feed_instead(const std::string& elements);
  void play();
  /// feed() and play(), until the track knows its codecs.
  void play(const std::string& elements);
  [[nodiscard]] GstElement* element(const std::string& name);
  [[nodiscard]] std::size_t count(const std::string& factory) const;
  [[nodiscard]] std::size_t count_all() const;
  /// An element made by `factory`; null if there is none.
  [[nodiscard]] glib::Ref<GstElement> find(const std::string& factory) const;
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(const Peer& peer, rtp::Codec codec,
                                                        std::uint8_t payload_type = 96);
  /// The same, and started, for each of `peers`.
  [[nodiscard]] std::vector<std::unique_ptr<Subscription>> start(std::span<const Peer> peers, rtp::Codec codec);
  /// The same for one.
  [[nodiscard]] std::unique_ptr<Subscription> start(const Peer& peer, rtp::Codec codec, std::uint8_t payload_type = 96);

  Listener listener_;
  glib::Ref<GstElement> pipeline_;
  std::unique_ptr<Track> track_;
  glib::Ref<GstElement> source_;
};

/// Decodes a peer's video with RTP caps of the codec, and gives a pixel of its latest picture, the middle one if
/// nothing else is said.
struct Picture {
  int width = 0;
  int height = 0;
  int red = -1;
  int green = -1;
  int blue = -1;
};
Picture decode(const Peer& peer, rtp::Codec codec, const std::string& decoder, double x = 0.5, double y = 0.5);

}  // namespace rtcmc::send::testing
