// SPDX-License-Identifier: LGPL-2.1-or-later

// Sends a test picture into a room and says who comes and goes, by the element's messages: join SERVER ROOM

#include <glib-unix.h>
#include <gst/gst.h>

#include <csignal>
#include <cstdio>
#include <memory>

namespace {

struct Release {
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GMainLoop* loop) const { g_main_loop_unref(loop); }
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(gchar* text) const { g_free(text); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

/// What a message of the element is about, by a field of it.
const char* text_in(GstMessage* message, const char* field) {
  const char* text = gst_structure_get_string(gst_message_get_structure(message), field);
  return text ? text : "?";
}

void print(const char* what, GstMessage* message, void (*parse)(GstMessage*, GError**, gchar**)) {
  GError* error = nullptr;
  gchar* detail = nullptr;
  parse(message, &error, &detail);
  const Owned<GError> held_error(error);
  const Owned<gchar> held_detail(detail);
  std::fprintf(stderr, "%s: %s\n%s\n", what, error->message, detail ? detail : "");
}

struct Run {
  Owned<GMainLoop> loop;
  int status = 0;
};

/// On the main loop's thread, as everything else in this program.
gboolean on_message(GstBus*, GstMessage* message, gpointer data) {
  auto* run = static_cast<Run*>(data);
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name(message, "rtcmc-room-joined")) {
        std::printf("in the room %s\n", text_in(message, "room-id"));
      } else if (gst_message_has_name(message, "rtcmc-participant-joined")) {
        std::printf("%s came\n", text_in(message, "user-id"));
      } else if (gst_message_has_name(message, "rtcmc-participant-left")) {
        std::printf("%s left\n", text_in(message, "user-id"));
      }
      std::fflush(stdout);
      break;
    case GST_MESSAGE_WARNING:
      print("warning", message, gst_message_parse_warning);
      break;
    case GST_MESSAGE_ERROR:
      print("error", message, gst_message_parse_error);
      run->status = 1;
      g_main_loop_quit(run->loop.get());
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit(run->loop.get());
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

gboolean on_interrupt(gpointer loop) {
  g_main_loop_quit(static_cast<GMainLoop*>(loop));
  return G_SOURCE_CONTINUE;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s SERVER ROOM\n", *argv);
    return 2;
  }
  GError* error = nullptr;
  const Owned<GstElement> pipeline(
      gst_parse_launch("videotestsrc is-live=true pattern=ball ! rtcmcroom name=room", &error));
  if (const Owned<GError> held(error); held) {
    std::fprintf(stderr, "%s\n", held->message);
    return 1;
  }
  const Owned<GstElement> room(gst_bin_get_by_name(GST_BIN(pipeline.get()), "room"));
  g_object_set(room.get(), "socket-url", argv[1], "room-id", argv[2], nullptr);

  Run run{Owned<GMainLoop>(g_main_loop_new(nullptr, FALSE))};
  const Owned<GstBus> bus(gst_element_get_bus(pipeline.get()));
  const guint watch = gst_bus_add_watch(bus.get(), on_message, &run);
  g_unix_signal_add(SIGINT, on_interrupt, run.loop.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  g_main_loop_run(run.loop.get());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);  // leaves the room
  g_source_remove(watch);
  return run.status;
}
