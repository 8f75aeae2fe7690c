// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/pbutils/pbutils.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <ostream>
#include <regex>
#include <string>
#include <string_view>
#include <utility>

#include "glib/ref.hpp"
#include "receive/slot_fixture.hpp"
#include "wait_until.hpp"

// The recipes of docs/recording.md: whatever comes one after another, what was recorded is played from end to end.

namespace rtcmc::receive::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kFrames = 15;  // half a second, of the second that a slot keeps for a downstream that is slow
constexpr double kTolerance = 0.25;
constexpr GstClockTime kPatience = 20 * GST_SECOND;

struct Recipe {
  const char* name;
  const char* muxer;  // by which the recipe is found in the docs
  bool takes_any_codec = true;
  bool says_duration = true;
};

void PrintTo(const Recipe& recipe, std::ostream* stream) {
  *stream << recipe.name;
}

std::string docs() {
  std::ifstream stream(RECORDING_DOCS);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// What is between the two after `begin`, which must be there.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin);
  EXPECT_NE(from, std::string::npos) << begin;
  if (from == std::string::npos) {
    return "";
  }
  const auto start = from + begin.size();
  return text.substr(start, text.find(end, start) - start);
}

/// From the docs, so that these cannot say something else: only the folder, the sizes and the lengths are the test's.
std::string recipe_in_docs(const Recipe& recipe, const std::string& folder) {
  const std::string text = docs();
  const bool is_encoded_here = recipe.takes_any_codec;
  std::string elements;
  if (is_encoded_here) {
    const std::string muxer = recipe.muxer;
    elements = between(text, "video='", "'") + " ! " + muxer + between(text, "| `" + muxer, "`");
  } else {
    elements = between(text, "room.recv_video_0 ! video/x-h264", "\n```");
    elements = "video/x-h264" + elements;
  }
  for (const auto& [pattern, replacement] :
       std::initializer_list<std::pair<const char*, std::string>>{{"width=[0-9]+", "width=128"},
                                                                  {"height=[0-9]+", "height=96"},
                                                                  {"max-size-time=[0-9]+", "max-size-time=1000000000"},
                                                                  {"location=", "location=" + folder + "/"}}) {
    elements = std::regex_replace(elements, std::regex(pattern), replacement);
  }
  return elements;
}

std::string source(const char* size, const char* encoder) {
  return "videotestsrc num-buffers=" + std::to_string(kFrames) + " ! video/x-raw,framerate=30/1," + size + " ! " +
         encoder;
}

constexpr const char* kRecordedH264 =
    "x264enc tune=zerolatency speed-preset=ultrafast ! rtph264pay config-interval=-1 mtu=1200";
constexpr const char* kRecordedVp8 = "vp8enc deadline=1 ! rtpvp8pay mtu=1200";

/// In seconds; 0: it cannot be played.
double duration_of(const fs::path& file) {
  glib::Error error;
  const auto discoverer = glib::Ref<GstDiscoverer>::adopt(gst_discoverer_new(kPatience, error.out()));
  const auto info = glib::Ref<GstDiscovererInfo>::adopt(
      gst_discoverer_discover_uri(discoverer.get(), ("file://" + file.string()).c_str(), error.out()));
  if (!info || gst_discoverer_info_get_result(info.get()) != GST_DISCOVERER_OK) {
    return 0;
  }
  return static_cast<double>(gst_discoverer_info_get_duration(info.get())) / GST_SECOND;
}

/// By its pictures, each of which must be there once.
double decoded_duration_of(const fs::path& file) {
  return static_cast<double>(record("filesrc location=" + file.string() + " ! decodebin").packets.size()) / 30;
}

/// That a playlist says.
double duration_in(const fs::path& playlist) {
  constexpr std::string_view kPrefix = "#EXTINF:";
  std::ifstream stream(playlist);
  double sum = 0;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(kPrefix)) {
      sum += g_ascii_strtod(line.c_str() + kPrefix.size(), nullptr);
    }
  }
  return sum;
}

class RecordingTest : public SlotTest, public ::testing::WithParamInterface<Recipe> {
 protected:
  RecordingTest() {
    glib::Error error;
    const glib::String made(g_dir_make_tmp("rtcmc-recording-XXXXXX", error.out()));
    folder_ = made.get();
  }
  ~RecordingTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string recipe() const { return recipe_in_docs(GetParam(), folder_.string()); }

  /// Downstream keeps up, so that nothing is dropped.
  void play_all_of(const Recording& recording) {
    ASSERT_TRUE(recording.caps);
    const unsigned before = arrived();
    play(recording);
    ASSERT_TRUE(test::wait_until([&] { return arrived() > before + kFrames / 2; }));
  }

  /// Waits for what the pipeline says at last.
  [[nodiscard]] GstMessageType finish() {
    slot().end_of_stream();
    const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline()));
    const auto message = glib::Ref<GstMessage>::adopt(
        gst_bus_timed_pop_filtered(bus.get(), kPatience, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    return message ? GST_MESSAGE_TYPE(message.get()) : GST_MESSAGE_UNKNOWN;
  }

  void expect_duration(double expected) const {
    double said = 0;
    double shown = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const fs::path& file = entry.path();
      const bool is_transport_stream = file.extension() == ".ts";  // does not say it
      said += file.extension() == ".m3u8" ? duration_in(file) : is_transport_stream ? 0 : duration_of(file);
      shown += file.extension() == ".m3u8" ? 0 : decoded_duration_of(file);
    }
    EXPECT_NEAR(shown, expected, kTolerance);
    if (GetParam().says_duration) {
      EXPECT_NEAR(said, expected, kTolerance);
    }
  }

 private:
  fs::path folder_;
};

TEST_P(RecordingTest, IsPlayedFromEndToEnd) {
  const std::string elements = recipe();
  ASSERT_FALSE(HasFailure()) << "the docs have changed";
  begin(rtp::Codec::H264, elements);
  bind();
  play_all_of(record(source("width=64,height=48", kRecordedH264)));
  // Another size, as of a telephone that is turned.
  play_all_of(record(source("width=48,height=64", kRecordedH264)));
  // Somebody else.
  unbind();
  if (GetParam().takes_any_codec) {
    use_codec(rtp::Codec::Vp8);
  }
  bind();
  play_all_of(record(source("width=96,height=64", GetParam().takes_any_codec ? kRecordedVp8 : kRecordedH264)));
  const auto end = static_cast<double>(time()) / GST_SECOND;
  ASSERT_EQ(finish(), GST_MESSAGE_EOS) << "it ended before";
  gst_element_set_state(pipeline(), GST_STATE_NULL);
  expect_duration(end);
}

INSTANTIATE_TEST_SUITE_P(Recipes, RecordingTest,
                         ::testing::Values(Recipe{"Matroska", "matroskamux"}, Recipe{"Mp4", "mp4mux"},
                                           Recipe{"Hls", "hlssink2"}, Recipe{"Split", "splitmuxsink"},
                                           Recipe{"TransportStream", "mpegtsmux", false, false}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rtcmc::receive::testing
