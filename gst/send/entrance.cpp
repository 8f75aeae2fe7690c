// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/entrance.hpp"

#include <utility>

#include "media/elements.hpp"
#include "send/allocation.hpp"
#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

// What may wait for a branch that is too slow, but for raw pictures: the time also covers a machine that is busy for a
// moment.
constexpr guint64 kMaxWait = GST_SECOND;
constexpr guint kMaxBytes = 16 * 1024 * 1024;
constexpr std::chrono::seconds kDropLogInterval{10};

GstPadProbeReturn mark_gap(GstPad*, GstPadProbeInfo* info, gpointer) {
  if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0) {
    GstBufferList* list = gst_buffer_list_make_writable(gst_pad_probe_info_get_buffer_list(info));
    GST_BUFFER_FLAG_SET(gst_buffer_list_get_writable(list, 0), GST_BUFFER_FLAG_DISCONT);
    GST_PAD_PROBE_INFO_DATA(info) = list;
  } else {
    GstBuffer* buffer = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
  }
  return GST_PAD_PROBE_REMOVE;
}

/// Resamplers and encoders take a gap of some ten milliseconds for jitter, and all that follows comes earlier by it.
void mark_gap_before_next(GstPad* pad) {
  gst_pad_add_probe(pad, GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST), mark_gap, nullptr,
                    nullptr);
}

}  // namespace

Entrance::Entrance(glib::Ref<GstElement> queue, glib::Ref<GstElement> fanout_element, std::shared_ptr<Fanout> fanout,
                   Form form, rtp::Kind kind)
    : queue_(std::move(queue)),
      fanout_element_(std::move(fanout_element)),
      fanout_(std::move(fanout)),
      form_(form),
      is_raw_(form == Form::Raw),
      is_video_(kind == rtp::Kind::Video) {}

bool Entrance::takes(const Input::Arrival& arrival) {
  choked_ = choked_ || arrival.is_other;
  if (arrival.is_muted) {
    choked_ = true;
    is_muted_ = true;
    return false;
  }
  if (is_full()) {
    choked_ = true;
    ++dropped_;
    log_drops();
    return false;
  }
  if (std::exchange(is_muted_, false)) {
    fanout_->request_keyframe();  // the picture is to be back at once
  }
  if (choked_ && !is_raw_ && is_video_ && !arrival.can_start) {
    fanout_->request_keyframe();  // what comes builds on what was dropped
    return false;
  }
  if (std::exchange(choked_, false)) {
    tell_of_gap();
  }
  return true;
}

void Entrance::tell_of_gap() const {
  const auto pad = static_pad(queue_.get(), "sink");
  if (form_ == Form::Rtp) {
    gst_pad_send_event(pad.get(),
                       gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty(kLeftOutEvent)));
  } else if (is_raw_ && !is_video_) {
    mark_gap_before_next(pad.get());
  }
}

bool Entrance::is_full() const {
  guint buffers = 0;
  guint bytes = 0;
  guint64 time = 0;
  g_object_get(queue_.get(), "current-level-buffers", &buffers, "current-level-bytes", &bytes, "current-level-time",
               &time, nullptr);
  return is_raw_ && is_video_ ? buffers >= kMaxRawPictures : time >= kMaxWait || bytes >= kMaxBytes;
}

void Entrance::log_drops() {
  const auto now = std::chrono::steady_clock::now();
  if (!logged_at_ || now - *logged_at_ >= kDropLogInterval) {
    GST_INFO_OBJECT(queue_.get(), "too slow: has dropped %u buffers", dropped_);
    logged_at_ = now;
  }
}

}  // namespace rtcmc::send
