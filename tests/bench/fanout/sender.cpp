// SPDX-License-Identifier: LGPL-2.1-or-later
// A camera that encodes by itself, in front of an element. Arguments: FILE ELEMENT…: an H.264 byte stream, which
// repeats for ever, a picture at each thirtieth of a second of the system's clock, and what takes it, as gst-launch-1.0
// has it. Runs until it is killed, or until the first error.
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "frame_clock.hpp"
#include "glib/ref.hpp"
#include "gst_ref.hpp"
#include "open_files.hpp"

namespace rtcmc::glib {

template <>
struct RefTraits<GstSample> {
  static GstSample* ref(GstSample* sample) { return gst_sample_ref(sample); }
  static void unref(GstSample* sample) { gst_sample_unref(sample); }
};

}  // namespace rtcmc::glib

namespace rtcmc::bench {

namespace {

class Pipeline {
 public:
  explicit Pipeline(const std::string& description) {
    glib::Error error;
    auto* pipeline = gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, error.out());
    if (pipeline == nullptr) {
      throw std::runtime_error(error.message());
    }
    element_ = glib::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(pipeline)));
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  ~Pipeline() { gst_element_set_state(element_.get(), GST_STATE_NULL); }

  void play() { gst_element_set_state(element_.get(), GST_STATE_PLAYING); }

  [[nodiscard]] glib::Ref<GstElement> find(const char* name) const {
    return glib::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(element_.get()), name));
  }

  [[nodiscard]] GstClockTime running_time() const {
    const auto clock = glib::Ref<GstClock>::adopt(gst_element_get_clock(element_.get()));
    return clock ? gst_clock_get_time(clock.get()) - gst_element_get_base_time(element_.get()) : 0;
  }

  /// Says "Ready" when rtcmcroom is in its room; throws what has gone wrong.
  void take_messages() const {
    const auto bus = glib::Ref<GstBus>::adopt(gst_element_get_bus(element_.get()));
    while (const auto message = glib::Ref<GstMessage>::adopt(gst_bus_pop(bus.get()))) {
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
        glib::Error reason;
        gst_message_parse_error(message.get(), reason.out(), nullptr);
        throw std::runtime_error(reason.message());
      }
      if (gst_message_has_name(message.get(), "rtcmc-room-joined") != FALSE) {
        std::cout << "Ready" << std::endl;
      }
    }
  }

 private:
  glib::Ref<GstElement> element_;
};

/// The pictures, and what they are.
struct Film {
  glib::Ref<GstCaps> caps;
  std::vector<glib::Ref<GstBuffer>> pictures;
};

Film load(const std::string& file) {
  Pipeline pipeline(
      "filesrc location=" + file +
      " ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=sink sync=false");
  const auto sink = pipeline.find("sink");
  pipeline.play();
  Film film;
  while (true) {
    const auto sample = glib::Ref<GstSample>::adopt(gst_app_sink_pull_sample(GST_APP_SINK(sink.get())));
    if (!sample) {
      break;
    }
    film.caps = glib::Ref<GstCaps>::share(gst_sample_get_caps(sample.get()));
    film.pictures.push_back(glib::Ref<GstBuffer>::adopt(gst_buffer_copy_deep(gst_sample_get_buffer(sample.get()))));
  }
  if (film.pictures.empty()) {
    throw std::runtime_error("no H.264 in " + file);
  }
  return film;
}

void play(const Film& film, const std::string& receiver) {
  Pipeline pipeline("appsrc name=source is-live=true format=time ! " + receiver);
  const auto source = pipeline.find("source");
  gst_app_src_set_caps(GST_APP_SRC(source.get()), film.caps.get());
  pipeline.play();
  std::int64_t frame = frame_after(std::chrono::system_clock::now());
  std::this_thread::sleep_until(frame_time(frame));
  const GstClockTime start = pipeline.running_time();
  for (std::size_t index = 0;; ++index, ++frame) {
    std::this_thread::sleep_until(frame_time(frame));
    auto picture = glib::Ref<GstBuffer>::adopt(gst_buffer_copy(film.pictures[index % film.pictures.size()].get()));
    GST_BUFFER_PTS(picture.get()) = start + gst_util_uint64_scale(index, GST_SECOND, kFrameRate);
    GST_BUFFER_DTS(picture.get()) = GST_BUFFER_PTS(picture.get());
    GST_BUFFER_DURATION(picture.get()) = GST_SECOND / kFrameRate;
    if (gst_app_src_push_buffer(GST_APP_SRC(source.get()), picture.release()) != GST_FLOW_OK) {
      throw std::runtime_error("nobody takes the pictures");
    }
    pipeline.take_messages();
  }
}

}  // namespace

}  // namespace rtcmc::bench

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "Usage: fanout-sender FILE ELEMENT [PROPERTY=VALUE…]\n";
    return EXIT_FAILURE;
  }
  rtcmc::bench::raise_file_limit();
  gst_init(nullptr, nullptr);
  try {
    std::string receiver;
    for (int i = 2; i < argc; ++i) {
      (receiver += argv[i]) += ' ';
    }
    rtcmc::bench::play(rtcmc::bench::load(argv[1]), receiver);
  } catch (const std::exception& error) {
    std::cerr << "fanout-sender: " << error.what() << '\n';
  }
  return EXIT_FAILURE;  // it ends with an error only
}
