// SPDX-License-Identifier: LGPL-2.1-or-later
// What upstream hands over: memory of its own, events in its own order, sound with holes in it.
#include <gst/video/gstvideopool.h>
#include <gst/video/video.h>

#include <mutex>

#include "media/elements.hpp"
#include "send/track_fixture.hpp"

G_DECLARE_FINAL_TYPE(RtcmcDmabufEncoder, rtcmc_dmabuf_encoder, RTCMC, DMABUF_ENCODER, GstElement)

struct _RtcmcDmabufEncoder {
  GstElement parent;
};

// NOLINTNEXTLINE(performance-no-int-to-ptr): the macro is GLib's
G_DEFINE_FINAL_TYPE(RtcmcDmabufEncoder, rtcmc_dmabuf_encoder, GST_TYPE_ELEMENT)

namespace {

GstStaticPadTemplate arrival_sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(memory:DMABuf),format=NV12;video/x-raw"));
GstStaticPadTemplate arrival_src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-vp9"));

}  // namespace

/// Takes everything, and makes nothing of it.
static void rtcmc_dmabuf_encoder_init(RtcmcDmabufEncoder* self) {
  GstPad* sink = gst_pad_new_from_static_template(&arrival_sink_template, "sink");
  gst_pad_set_chain_function(
      sink, +[](GstPad*, GstObject*, GstBuffer* buffer) {
        const auto taken = rtcmc::glib::Ref<GstBuffer>::adopt(buffer);
        return GST_FLOW_OK;
      });
  gst_element_add_pad(GST_ELEMENT(self), sink);
  gst_element_add_pad(GST_ELEMENT(self), gst_pad_new_from_static_template(&arrival_src_template, "src"));
}

static void rtcmc_dmabuf_encoder_class_init(RtcmcDmabufEncoderClass* klass) {
  auto* element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element_class, &arrival_sink_template);
  gst_element_class_add_static_pad_template(element_class, &arrival_src_template);
  gst_element_class_set_static_metadata(element_class, "Encoder", "Codec/Encoder/Video/Hardware", "Encodes nothing",
                                        "The rtcmc authors");
}

namespace rtcmc::send::testing {
namespace {

using rtp::Codec;
using rtp::Kind;

/// The test's thread is the streaming thread.
class ArrivalTest : public TrackTest {
 public:
  ArrivalTest(const ArrivalTest&) = delete;
  ArrivalTest& operator=(const ArrivalTest&) = delete;

 protected:
  ArrivalTest() = default;
  ~ArrivalTest() override { gst_pad_set_active(pad_.get(), FALSE); }

  void begin(Kind kind, std::vector<Codec> codecs = {}) {
    make_track(kind, std::move(codecs));
    gst_pad_set_query_function(
        pad_.get(), +[](GstPad* pad, GstObject* parent, GstQuery* query) -> gboolean {
          if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) {
            return gst_pad_query_default(pad, parent, query);
          }
          gst_query_set_latency(query, TRUE, 0, GST_CLOCK_TIME_NONE);
          return TRUE;
        });
    gst_pad_set_active(pad_.get(), TRUE);
    ASSERT_EQ(gst_pad_link(pad_.get(), track_->sink_pad()), GST_PAD_LINK_OK);
    ASSERT_NO_FATAL_FAILURE(play());
    push_event(gst_event_new_stream_start("stream"));
  }
  void push_event(GstEvent* event) { gst_pad_push_event(pad_.get(), event); }
  void push_caps(const std::string& caps) { push_event(gst_event_new_caps(parse_caps(caps).get())); }
  void push_segment() {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    push_event(gst_event_new_segment(&segment));
  }
  GstFlowReturn push(const glib::Ref<GstBuffer>& buffer) {
    return gst_pad_push(pad_.get(), glib::Ref<GstBuffer>(buffer).release());
  }
  /// Calls it with what comes to the encoder, on its thread.
  void watch_encoder(const char* factory, GstPadProbeCallback callback, gpointer data) {
    gst_pad_add_probe(static_pad(find(factory).get(), "sink").get(), GST_PAD_PROBE_TYPE_BUFFER, callback, data,
                      nullptr);
  }
  struct Memories {
    Monitor monitor;
    std::vector<GstMemory*> seen;
  };
  /// Of what comes to the encoder.
  void watch_memories(const char* factory, Memories& memories) {
    watch_encoder(
        factory,
        [](GstPad*, GstPadProbeInfo* info, gpointer data) {
          auto& memories = *static_cast<Memories*>(data);
          GstMemory* memory = gst_buffer_peek_memory(gst_pad_probe_info_get_buffer(info), 0);
          memories.monitor.change([&] { memories.seen.push_back(memory); });
          return GST_PAD_PROBE_OK;
        },
        &memories);
  }

  const glib::Ref<GstPad> pad_ =
      glib::Ref<GstPad>::adopt(GST_PAD(gst_object_ref_sink(gst_pad_new("feed", GST_PAD_SRC))));
};

/// A resampler takes less than 32 ms for jitter.
TEST_F(ArrivalTest, SoundAfterAGapComesInItsTime) {
  constexpr unsigned kBuffers = 100;
  constexpr GstClockTime kDuration = 10 * GST_MSECOND;
  ASSERT_NO_FATAL_FAILURE(begin(Kind::Audio));
  push_caps("audio/x-raw,format=S16LE,rate=44100,channels=1,layout=interleaved");
  push_segment();
  Peer peer;
  const auto subscription = start(peer, Codec::Opus);
  for (unsigned i = 0; i < kBuffers; ++i) {
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 882, nullptr));
    gst_buffer_memset(buffer.get(), 0, 0, 882);
    GST_BUFFER_PTS(buffer.get()) = i * kDuration;
    GST_BUFFER_DURATION(buffer.get()) = kDuration;
    track_->set_muted(i >= 50 && i < 53);
    EXPECT_EQ(push(buffer), GST_FLOW_OK);
  }
  // 25 ms are more than one packet that is not full and what the resampler keeps.
  EXPECT_TRUE(peer.await([](const auto& packets) {
    return !packets.empty() &&
           timestamp_of(packets.back()) + 960 - timestamp_of(packets.front()) > 48 * (kBuffers * 10 - 25);
  }));
}

/// As demuxers and parsers that read it in a header have it.
TEST_F(ArrivalTest, AnOrientationThatComesAheadOfCapsIsToldOf) {
  ASSERT_NO_FATAL_FAILURE(begin(Kind::Video));
  push_event(gst_event_new_tag(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, "rotate-90", nullptr)));
  EXPECT_TRUE(listener_.warnings().empty());
  push_caps("video/x-vp8,width=64,height=48");
  ASSERT_EQ(listener_.warnings().size(), 1U);
  EXPECT_NE(listener_.warnings().front().find("rotate-90"), std::string::npos) << listener_.warnings().front();
}

class PoolTest : public ArrivalTest, public ::testing::WithParamInterface<Codec> {
 protected:
  static constexpr const char* kCaps =
      "video/x-raw,format=I420,width=64,height=48,framerate=30/1,colorimetry=bt601,interlace-mode=progressive";

  /// Upstream's, with padded rows, as those of cameras; of no more buffers than this.
  void make_pool(guint max_buffers) {
    pool_ = glib::Ref<GstBufferPool>::adopt(GST_BUFFER_POOL(gst_object_ref_sink(gst_video_buffer_pool_new())));
    GstStructure* config = gst_buffer_pool_get_config(pool_.get());
    gst_buffer_pool_config_set_params(config, parse_caps(kCaps).get(), 64 * 48 * 3 / 2, max_buffers, max_buffers);
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
    GstVideoAlignment alignment;
    gst_video_alignment_reset(&alignment);
    alignment.padding_right = 32;
    alignment.padding_bottom = 16;
    gst_buffer_pool_config_set_video_alignment(config, &alignment);
    ASSERT_TRUE(gst_buffer_pool_set_config(pool_.get(), config));
    ASSERT_TRUE(gst_buffer_pool_set_active(pool_.get(), TRUE));
  }
  /// Null: all are in use.
  glib::Ref<GstBuffer> next_picture() {
    GstBufferPoolAcquireParams params{};
    params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
    glib::Ref<GstBuffer> buffer;
    gst_buffer_pool_acquire_buffer(pool_.get(), buffer.out(), &params);
    if (buffer) {
      GST_BUFFER_PTS(buffer.get()) = pushed_++ * GST_SECOND / 30;
    }
    return buffer;
  }
  struct Proposal {
    guint min = 0;
    guint max = 0;
    guint size = 0;
    bool has_video_meta = false;
  };
  Proposal ask() {
    const auto query = glib::Ref<GstQuery>::adopt(gst_query_new_allocation(parse_caps(kCaps).get(), TRUE));
    Proposal proposal;
    EXPECT_TRUE(gst_pad_peer_query(pad_.get(), query.get()));
    proposal.has_video_meta = gst_query_find_allocation_meta(query.get(), GST_VIDEO_META_API_TYPE, nullptr) != FALSE;
    if (gst_query_get_n_allocation_pools(query.get()) > 0) {
      gst_query_parse_nth_allocation_pool(query.get(), 0, nullptr, &proposal.size, &proposal.min, &proposal.max);
    }
    return proposal;
  }
  static const char* encoder() { return GetParam() == Codec::H264 ? "x264enc" : "vp8enc"; }

  glib::Ref<GstBufferPool> pool_;

 private:
  std::uint64_t pushed_ = 0;
};

/// What is right for the codec already goes from the camera's memory into the encoder.
TEST_P(PoolTest, PicturesAreNotCopied) {
  ASSERT_NO_FATAL_FAILURE(begin(Kind::Video));
  push_caps(kCaps);
  push_segment();
  EXPECT_TRUE(ask().has_video_meta);
  ASSERT_NO_FATAL_FAILURE(make_pool(0));
  Memories memories;
  Peer peer;
  const auto subscription = start(peer, GetParam());
  watch_memories(encoder(), memories);
  std::vector<GstMemory*> pushed;
  for (std::size_t i = 0; i < 5; ++i) {
    const auto picture = next_picture();
    ASSERT_TRUE(picture);
    ASSERT_TRUE(gst_buffer_get_video_meta(picture.get()));
    EXPECT_GT(gst_buffer_get_video_meta(picture.get())->stride[0], 64);
    pushed.push_back(gst_buffer_peek_memory(picture.get(), 0));
    EXPECT_EQ(push(picture), GST_FLOW_OK);
    ASSERT_TRUE(memories.monitor.await([&] { return memories.seen.size() == i + 1; }));
  }
  EXPECT_EQ(memories.monitor.read([&] { return memories.seen; }), pushed);
  ASSERT_TRUE(peer.await_packets(5));
}

/// An encoder that hangs keeps as many as are proposed, and the camera goes on.
TEST_P(PoolTest, APoolOfTheProposedSizeNeverRunsDry) {
  ASSERT_NO_FATAL_FAILURE(begin(Kind::Video));
  push_caps(kCaps);
  push_segment();
  const Proposal proposal = ask();
  EXPECT_GE(proposal.size, 64U * 48 * 3 / 2);
  EXPECT_EQ(proposal.max, 0U);
  ASSERT_NO_FATAL_FAILURE(make_pool(proposal.min + 1));  // and one that the camera fills
  struct Hold {
    std::mutex mutex;
    Monitor monitor;
    int came = 0;
  } hold;
  Peer peer;
  const auto subscription = start(peer, GetParam());
  watch_encoder(
      encoder(),
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        auto& hold = *static_cast<Hold*>(data);
        hold.monitor.change([&] { ++hold.came; });
        const std::lock_guard wait(hold.mutex);
        return GST_PAD_PROBE_OK;
      },
      &hold);
  // Some that pass, in case that the encoder keeps the latest.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(push(next_picture()), GST_FLOW_OK);
    ASSERT_TRUE(hold.monitor.await([&] { return hold.came == i + 1; }));
  }
  {
    const std::lock_guard held(hold.mutex);
    for (int i = 0; i < 30; ++i) {
      const auto picture = next_picture();
      ASSERT_TRUE(picture) << i;
      EXPECT_EQ(push(picture), GST_FLOW_OK);
    }
  }
  ASSERT_TRUE(hold.monitor.await([&] { return hold.came > 4; }));
}

INSTANTIATE_TEST_SUITE_P(Codecs, PoolTest, ::testing::Values(Codec::Vp8, Codec::H264),
                         [](const auto& info) { return std::string(rtp::info(info.param).encoding_name); });

/// While it lives, such an encoder is installed, under a name that is known, of hardware that nobody tests on.
class DmabufEncoder {
 public:
  static constexpr const char* kFactory = "qsvvp9enc";

  DmabufEncoder() {
    // The class of the elements knows the factory that was the first, and does not hold it.
    static glib::Ref<GstPluginFeature> factory;
    if (factory) {
      EXPECT_TRUE(gst_registry_add_feature(gst_registry_get(), factory.get()));
    } else {
      EXPECT_TRUE(gst_element_register(nullptr, kFactory, GST_RANK_PRIMARY, rtcmc_dmabuf_encoder_get_type()));
      factory = glib::Ref<GstPluginFeature>::adopt(gst_registry_lookup_feature(gst_registry_get(), kFactory));
    }
  }
  DmabufEncoder(const DmabufEncoder&) = delete;
  DmabufEncoder& operator=(const DmabufEncoder&) = delete;
  ~DmabufEncoder() {
    const auto factory = glib::Ref<GstPluginFeature>::adopt(gst_registry_lookup_feature(gst_registry_get(), kFactory));
    gst_registry_remove_feature(gst_registry_get(), factory.get());
  }
};

TEST_F(ArrivalTest, DmabufGoesToAnEncoderThatTakesIt) {
  constexpr const char* kFactory = DmabufEncoder::kFactory;
  const DmabufEncoder installed;
  ASSERT_NO_FATAL_FAILURE(begin(Kind::Video, {Codec::Vp9}));
  push_caps("video/x-raw(memory:DMABuf),format=NV12,width=64,height=48,framerate=30/1");
  push_segment();
  Memories memories;
  {
    Peer peer;
    const auto subscription = start(peer, Codec::Vp9);
    ASSERT_TRUE(find(kFactory));
    watch_memories(kFactory, memories);
    const auto buffer = glib::Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 64 * 48 * 3 / 2, nullptr));
    GST_BUFFER_PTS(buffer.get()) = 0;
    EXPECT_EQ(push(buffer), GST_FLOW_OK);
    ASSERT_TRUE(memories.monitor.await([&] { return !memories.seen.empty(); }));
    EXPECT_EQ(memories.seen.front(), gst_buffer_peek_memory(buffer.get(), 0));
  }
  EXPECT_TRUE(listener_.errors().empty());
}

struct Refused {
  const char* name;
  const char* caps;
  const char* said;
};

class RefusedTest : public ArrivalTest, public ::testing::WithParamInterface<Refused> {};

/// By whoever did not ask before, or could not know.
TEST_P(RefusedTest, CapsAreAnErrorThatSaysWhatToDo) {
  ASSERT_NO_FATAL_FAILURE(begin(Kind::Video, {Codec::Vp8}));
  EXPECT_FALSE(gst_pad_query_accept_caps(track_->sink_pad(), parse_caps(GetParam().caps).get()));
  EXPECT_TRUE(listener_.errors().empty()) << "somebody only wants to know";
  push_caps(GetParam().caps);
  push_caps(GetParam().caps);
  ASSERT_EQ(listener_.errors().size(), 1U);
  EXPECT_NE(listener_.errors().front().text.find(GetParam().said), std::string::npos)
      << listener_.errors().front().text;
}

INSTANTIATE_TEST_SUITE_P(
    Caps, RefusedTest,
    ::testing::Values(
        Refused{"Memory", "video/x-raw(memory:DMABuf),format=NV12,width=64,height=48,framerate=30/1", "memory:DMABuf"},
        Refused{"Jpeg", "image/jpeg,width=64,height=48,framerate=30/1", "image/jpeg"},
        Refused{"Codec", "video/x-h264,stream-format=avc,alignment=au", "video-codecs"},
        Refused{"Rtp", "application/x-rtp,media=video,encoding-name=JPEG,clock-rate=90000", "JPEG"},
        Refused{"Sound", "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved", "room.audio_0"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rtcmc::send::testing
