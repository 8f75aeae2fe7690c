// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sctp.hpp"

#include "glib/ref.hpp"
#include "media/elements.hpp"

namespace rtcmc::sctp {

namespace {

/// Until webrtcbin's own thread has done what it was asked for so far.
void wait_for_own_thread(GstElement* webrtcbin) {
  const auto promise = glib::Ref<GstPromise>::adopt(gst_promise_new());
  g_signal_emit_by_name(webrtcbin, "get-stats", nullptr, promise.get());
  gst_promise_wait(promise.get());
}

/// sctpenc 1.22 starts its task also when it fails to get to PAUSED, as it does if the association was closed already.
/// No state change stops that task, and releasing its pad would wait for it for ever.
void stop_forsaken_task(GstElement* encoder) {
  const auto pad = static_pad(encoder, "src");
  if (gst_pad_get_task_state(pad.get()) == GST_TASK_STOPPED) {
    return;
  }
  gst_pad_set_active(pad.get(), TRUE);  // otherwise it takes no event
  gst_pad_send_event(pad.get(), gst_event_new_flush_start());
  gst_pad_stop_task(pad.get());
  gst_pad_set_active(pad.get(), FALSE);
}

}  // namespace

void give_up_sending(GstElement* webrtcbin) {
  for_each_made_by("sctpenc", webrtcbin, [](GstElement* encoder) {
    gst_element_foreach_sink_pad(
        encoder,
        [](GstElement*, GstPad* pad, gpointer) -> gboolean {
          gst_pad_send_event(pad, gst_event_new_flush_start());
          return TRUE;
        },
        nullptr);
  });
}

void close_data_channels(GstElement* webrtcbin) {
  for_each_made_by("sctpdec", webrtcbin, [](GstElement* decoder) {
    const auto pad = glib::Ref<GstPad>::adopt(gst_element_get_static_pad(decoder, "sink"));
    gst_pad_set_active(pad.get(), FALSE);
    gst_element_set_state(decoder, GST_STATE_NULL);
  });
  wait_for_own_thread(webrtcbin);
}

void stop_what_started_late(GstElement* webrtcbin) {
  for (const char* factory : {"sctpdec", "sctpenc"}) {
    for_each_made_by(factory, webrtcbin, [](GstElement* element) { gst_element_set_state(element, GST_STATE_NULL); });
  }
  for_each_made_by("sctpenc", webrtcbin, stop_forsaken_task);
}

}  // namespace rtcmc::sctp
