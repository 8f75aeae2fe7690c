// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/dtls.hpp"

#include <memory>
#include <utility>

#include "glib/last_reference.hpp"
#include "gst_ref.hpp"
#include "media/elements.hpp"

namespace rtcmc::dtls {

namespace {

/// Threads: any.
void release_on_clock_thread(glib::Ref<GObject> element) {
  using Element = glib::Ref<GObject>;
  const auto clock = glib::Ref<GstClock>::adopt(gst_system_clock_obtain());
  const glib::ClockIdPtr now(gst_clock_new_single_shot_id(clock.get(), gst_clock_get_time(clock.get())));
  // Deleted by the callback: a function to destroy it may be called on this thread.
  gst_clock_id_wait_async(
      now.get(),
      [](GstClock*, GstClockTime, GstClockID, gpointer data) -> gboolean {
        const std::unique_ptr<Element> released(static_cast<Element*>(data));
        return TRUE;
      },
      new Element(std::move(element)), nullptr);
}

void on_element_added(GstBin*, GstBin*, GstElement* added, gpointer) {
  // Not when webrtcbin is gone: a message, or a thread that is about to end, may hold them for longer.
  if (is_made_by("dtlsenc", added) || is_made_by("dtlsdec", added)) {
    glib::give_last_reference(G_OBJECT(added), release_on_clock_thread);
  }
}

}  // namespace

void end_on_clock_thread(GstElement* webrtcbin) {
  g_signal_connect(webrtcbin, "deep-element-added", G_CALLBACK(on_element_added), nullptr);
}

}  // namespace rtcmc::dtls
