// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "camera_fixture.hpp"
#include "couple.hpp"
#include "gst_ref.hpp"
#include "media/elements.hpp"
#include "wait_until.hpp"

namespace rtcmc::test {
namespace {

constexpr std::size_t kTagSize = 10;  // AES_CM_128_HMAC_SHA1_80

std::uint32_t number_at(const std::vector<std::uint8_t>& bytes, std::size_t at, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + size; ++i) {
    number = number << 8U | bytes.at(i);
  }
  return number;
}

/// What an encryptor lets out: of each packet what its key stream is made of (RFC 3711, 4.1 and 3.4).
class KeyStreams {
 public:
  void watch(GstElement* webrtcbin) {
    for_each_made_by("dtlssrtpenc", webrtcbin, [this](GstElement* encryptor) {
      gst_pad_add_probe(
          static_pad(encryptor, "src").get(),
          GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
          [](GstPad*, GstPadProbeInfo* info, gpointer self) {
            static_cast<KeyStreams*>(self)->see(*info);
            return GST_PAD_PROBE_OK;
          },
          this, nullptr);
    });
  }

  [[nodiscard]] std::size_t packets() const {
    const std::lock_guard lock(mutex_);
    return rtp_.size();
  }
  [[nodiscard]] std::size_t reports() const {
    const std::lock_guard lock(mutex_);
    return rtcp_.size();
  }
  [[nodiscard]] std::size_t sources() const {
    const std::lock_guard lock(mutex_);
    std::set<std::uint32_t> ssrcs;
    for (const auto& [ssrc, sequence] : rtp_) {
      ssrcs.insert(ssrc);
    }
    return ssrcs.size();
  }
  [[nodiscard]] unsigned repeated() const {
    const std::lock_guard lock(mutex_);
    return repeated_;
  }

 private:
  using Indices = std::set<std::pair<std::uint32_t, std::uint32_t>>;

  void see(const GstPadProbeInfo& info) {
    const std::lock_guard lock(mutex_);
    if ((info.type & GST_PAD_PROBE_TYPE_BUFFER_LIST) == 0) {
      see(GST_BUFFER(info.data));
      return;
    }
    auto* list = static_cast<GstBufferList*>(info.data);
    for (guint i = 0; i < gst_buffer_list_length(list); ++i) {
      see(gst_buffer_list_get(list, i));
    }
  }
  void see(GstBuffer* buffer) {
    std::vector<std::uint8_t> bytes(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    if (bytes.size() < 28 || (bytes[0] & 0xc0) != 0x80) {
      return;  // DTLS (RFC 7983)
    }
    const bool is_rtcp = bytes[1] >= 192 && bytes[1] <= 223;
    const bool is_new =
        is_rtcp ? rtcp_.emplace(number_at(bytes, 4, 4), number_at(bytes, bytes.size() - kTagSize - 4, 4)).second
                : rtp_.emplace(number_at(bytes, 8, 4), number_at(bytes, 2, 2)).second;
    repeated_ += is_new ? 0 : 1;
  }

  mutable std::mutex mutex_;
  Indices rtp_;
  Indices rtcp_;
  unsigned repeated_ = 0;
};

using KeyStreamTest = CameraTest;

/// One that is used twice gives away both texts. A loss, a track that goes and one that comes again are when it might
/// be.
TEST_F(KeyStreamTest, IsNeverUsedTwice) {
  const PeerSettings settings{
      .ice = {}, .data_channel = true, .receivable = {.audio = {}, .video = {rtp::Codec::Vp8}}, .our_user_id = "us"};
  Side viewer(bin(), "camera", settings, {}, {.video = true});
  Side sender(bin(), "viewer", settings, {camera()});
  viewer.talk_to(sender);
  sender.talk_to(viewer);
  sender.peer->offer();
  ASSERT_TRUE(wait_until([&] { return viewer.was_connected && sender.was_connected; }));
  KeyStreams streams;
  streams.watch(sender.peer->webrtcbin());
  // Some are lost on the way, and asked for again.
  std::uint32_t count = 0;
  for_each_made_by("nicesrc", viewer.peer->webrtcbin(), [&count](GstElement* source) {
    gst_pad_add_probe(
        static_pad(source, "src").get(), GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer count) {
          std::array<std::uint8_t, 2> start{};
          gst_buffer_extract(gst_pad_probe_info_get_buffer(info), 0, start.data(), start.size());
          const bool is_rtp = (start[0] & 0xc0) == 0x80 && (start[1] < 192 || start[1] > 223);
          return is_rtp && ++*static_cast<std::uint32_t*>(count) % 7 == 0 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
        },
        &count, nullptr);
  });
  EXPECT_TRUE(wait_until([&] { return streams.sources() >= 2 && streams.packets() > 60; })) << "media, and repaired";
  sender.peer->remove_track(*track_);
  ASSERT_TRUE(wait_until([&] { return viewer.streams.empty(); }));
  const std::size_t before = streams.packets();
  sender.peer->add_track(camera());
  EXPECT_TRUE(wait_until([&] { return streams.packets() > before + 30 && streams.reports() > 3; }));
  EXPECT_EQ(streams.repeated(), 0U);
  sender.peer.reset();
  viewer.peer.reset();
}

}  // namespace
}  // namespace rtcmc::test
