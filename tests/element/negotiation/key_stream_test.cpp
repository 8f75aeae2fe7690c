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

/// What arrives from a participant: of each packet what its key stream is made of (RFC 3711, 4.1 and 3.4).
/// `webrtcbin`'s own element that encrypts is not to.
class KeyStreams {
 public:
  void watch(GstElement* receiver, GstElement* webrtcbin) {
    see_all("nicesrc", receiver, [](GstPad*, GstPadProbeInfo* info, gpointer self) {
      if (GstBuffer* buffer = gst_pad_probe_info_get_buffer(info)) {
        static_cast<KeyStreams*>(self)->see(buffer);
      }
      return GST_PAD_PROBE_OK;
    });
    see_all("srtpenc", webrtcbin, [](GstPad*, GstPadProbeInfo*, gpointer self) {
      const std::lock_guard lock(static_cast<KeyStreams*>(self)->mutex_);
      ++static_cast<KeyStreams*>(self)->encrypted_by_others_;
      return GST_PAD_PROBE_OK;
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

  [[nodiscard]] unsigned encrypted_by_others() const {
    const std::lock_guard lock(mutex_);
    return encrypted_by_others_;
  }

 private:
  using Indices = std::set<std::pair<std::uint32_t, std::uint32_t>>;

  void see_all(const char* factory, GstElement* bin, GstPadProbeCallback callback) {
    for_each_made_by(factory, bin, [this, callback](GstElement* element) {
      const glib::IteratorPtr pads(gst_element_iterate_src_pads(element));
      const auto add = [this, callback](GstPad* pad) {
        gst_pad_add_probe(pad, GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST), callback,
                          this, nullptr);
      };
      gst_iterator_foreach(
          pads.get(),
          [](const GValue* pad, gpointer add_it) {
            (*static_cast<decltype(add)*>(add_it))(GST_PAD(g_value_get_object(pad)));
          },
          const_cast<void*>(static_cast<const void*>(&add)));
    });
  }
  void see(GstBuffer* buffer) {
    const std::lock_guard lock(mutex_);
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
  unsigned encrypted_by_others_ = 0;
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
  streams.watch(viewer.peer->webrtcbin(), sender.peer->webrtcbin());
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
  EXPECT_EQ(streams.encrypted_by_others(), 0U);
  sender.peer.reset();
  viewer.peer.reset();
}

}  // namespace
}  // namespace rtcmc::test
