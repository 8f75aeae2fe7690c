// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib/gstdio.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "media/elements.hpp"
#include "pipeline.hpp"
#include "room_server.hpp"
#include "viewer.hpp"
#include "wait_until.hpp"

// Elements that people have in front of a room: what comes from them reaches a viewer in one piece.

namespace rtcmc::test {
namespace {

/// A directory with what such elements read: film.webm, the same in pieces, and pictures.
class Films {
 public:
  Films() : directory_(g_dir_make_tmp("rtcmc-XXXXXX", nullptr)) {
    make(
        "videotestsrc num-buffers=900 ! video/x-raw,width=64,height=48,framerate=60/1 ! vp8enc deadline=1 ! webmmux ! "
        "filesink location=" +
        path("film.webm"));
    make(
        "videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48,framerate=30/1 ! jpegenc ! multifilesink "
        "location=" +
        path("picture%02d.jpg"));
    make("filesrc blocksize=1000 location=" + path("film.webm") + " ! multifilesink location=" + path("piece%03d"));
  }
  Films(const Films&) = delete;
  Films& operator=(const Films&) = delete;
  ~Films() {
    const std::unique_ptr<GDir, decltype(&g_dir_close)> files(g_dir_open(directory_.get(), 0, nullptr), g_dir_close);
    while (const char* name = files ? g_dir_read_name(files.get()) : nullptr) {
      g_unlink(path(name).c_str());
    }
    g_rmdir(directory_.get());
  }

  [[nodiscard]] std::string path(const std::string& name) const { return std::string(directory_.get()) + "/" + name; }

 private:
  static void make(const std::string& elements) {
    const auto pipeline =
        glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(elements.c_str(), nullptr))));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(pipeline.get()));
    const auto end = glib::Ref<GstMessage>::adopt(
        gst_bus_timed_pop_filtered(bus.get(), 20 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS) << elements;
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  }

  const glib::String directory_;
};

const std::string kLivePicture = "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=60/1 ! ";
const std::string kFilm = "videotestsrc num-buffers=50 ! video/x-raw,width=64,height=48,framerate=60/1 ! ";
const std::string kEncode = "vp8enc deadline=1 ! ";

/// Whoever watches for a second sees one end and the next one begin, whenever they come.
std::string concatenated(const std::string& film) {
  std::string elements = "concat name=all ! ROOM ";
  for (int i = 0; i < 15; ++i) {
    elements += film + "all. ";
  }
  return elements;
}

struct Upstream {
  const char* name;
  std::string elements;  // ROOM: the room; FILES: where the files are
};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

class Upstreams : public ::testing::TestWithParam<Upstream> {
 protected:
  RoomServer server_;
};

TEST_P(Upstreams, AreSeenInOnePiece) {
  static const Films films;
  const std::string room = "rtcmcroom name=room room-id=garden socket-url=" + server_.url();
  Pipeline pipeline(replaced(replaced(GetParam().elements, "ROOM", room), "FILES", films.path("")));
  pipeline.set_state(GST_STATE_PLAYING);
  ASSERT_TRUE(wait_until([&] { return pipeline.posted("rtcmc-room-joined"); }));
  const Viewer viewer(server_.url(), "garden", Viewer::Options());
  EXPECT_TRUE(wait_until([&] { return viewer.packets() > 60; }, std::chrono::seconds(20)));
  EXPECT_EQ(viewer.lost(), 0U);
  EXPECT_EQ(viewer.leaps(), 0U);
  EXPECT_TRUE(pipeline.errors().empty());
  EXPECT_TRUE(pipeline.warnings().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Elements, Upstreams,
    ::testing::Values(
        Upstream{"Concat", concatenated(kFilm)}, Upstream{"ConcatOfEncoded", concatenated(kFilm + kEncode)},
        Upstream{"Compositor", "compositor name=mixer ! video/x-raw,width=64,height=48,framerate=60/1 ! ROOM " +
                                   kLivePicture + "mixer. " + kLivePicture + "mixer."},
        Upstream{"Videorate", kLivePicture + "videorate drop-only=true max-rate=40 ! ROOM"},
        Upstream{
            "PicturesInALoop",
            "multifilesrc loop=true location=FILESpicture%02d.jpg caps=image/jpeg,framerate=60/1 ! jpegdec ! ROOM"},
        Upstream{"Pieces", "splitfilesrc location=FILESpiece* ! matroskademux ! vp8dec ! ROOM"},
        Upstream{"Decodebin3", "filesrc location=FILESfilm.webm ! decodebin3 ! ROOM"},
        Upstream{"Uridecodebin3", "uridecodebin3 uri=file://FILESfilm.webm ! ROOM"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace rtcmc::test
