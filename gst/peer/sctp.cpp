// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sctp.hpp"

#include <mutex>
#include <unordered_set>

#include "glib/ref.hpp"
#include "media/elements.hpp"

namespace rtcmc::sctp {

namespace {

/// What all associations of the process share. Any thread; `mutex_` protects the ids.
class Usrsctp {
 public:
  /// Never destroyed: there may be connections when the process ends.
  static Usrsctp& instance() {
    static auto* const only = new Usrsctp;
    return *only;
  }

  /// Not one that was given back a moment ago, if it can be helped.
  std::uint16_t take_id() {
    const std::lock_guard lock(mutex_);
    do {
      ++last_;
    } while (!taken_.insert(last_).second);
    return last_;
  }
  void give_back(std::uint16_t id) {
    const std::lock_guard lock(mutex_);
    taken_.erase(id);
  }

  /// The plugin shuts usrsctp down with its last association and starts it again with the next one. It does not notice
  /// that usrsctp refuses to end while a socket is still closing, and starts it a second time then, below its own
  /// running threads. So one association stays as long as the process does.
  void keep_running() {
    std::call_once(is_kept_, [this] {
      keeper_ = make_installed("sctpdec");
      g_object_set(keeper_.get(), "sctp-association-id", static_cast<guint>(take_id()), nullptr);
      gst_element_set_state(keeper_.get(), GST_STATE_PAUSED);
    });
  }

 private:
  std::mutex mutex_;
  std::unordered_set<std::uint16_t> taken_;
  std::uint16_t last_ = 0;
  std::once_flag is_kept_;
  glib::Ref<GstElement> keeper_;
};

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

/// Afterwards nobody is in the middle of sending, nor gets there through one of the pads that are there now.
void stop_sending(GstElement* webrtcbin) {
  for_each_made_by("sctpenc", webrtcbin, [](GstElement* encoder) {
    gst_element_foreach_sink_pad(
        encoder,
        [](GstElement*, GstPad* pad, gpointer) -> gboolean {
          gst_pad_send_event(pad, gst_event_new_flush_start());
          GST_PAD_STREAM_LOCK(pad);
          GST_PAD_STREAM_UNLOCK(pad);
          return TRUE;
        },
        nullptr);
  });
}

}  // namespace

Association::Association() : id_(Usrsctp::instance().take_id()) {}

Association::~Association() {
  Usrsctp::instance().give_back(id_);
}

void Association::give_to(GstElement* added) const {
  if (is_made_by("sctpenc", added) || is_made_by("sctpdec", added)) {
    Usrsctp::instance().keep_running();
    g_object_set(added, "sctp-association-id", static_cast<guint>(id_), nullptr);
  }
}

void close_data_channels(GstElement* webrtcbin) {
  stop_sending(webrtcbin);
  for_each_made_by("sctpdec", webrtcbin,
                   [](GstElement* decoder) { gst_pad_set_active(static_pad(decoder, "sink").get(), FALSE); });
  wait_for_own_thread(webrtcbin);
  // Once more: when the association came up, that thread gave each channel its pad.
  stop_sending(webrtcbin);
  for_each_made_by("sctpdec", webrtcbin, [](GstElement* decoder) { gst_element_set_state(decoder, GST_STATE_NULL); });
  wait_for_own_thread(webrtcbin);
}

void stop_what_started_late(GstElement* webrtcbin) {
  for (const char* factory : {"sctpdec", "sctpenc"}) {
    for_each_made_by(factory, webrtcbin, [](GstElement* element) { gst_element_set_state(element, GST_STATE_NULL); });
  }
  for_each_made_by("sctpenc", webrtcbin, stop_forsaken_task);
}

}  // namespace rtcmc::sctp
