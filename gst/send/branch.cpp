// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/branch.hpp"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "media/elements.hpp"
#include "send/encoder_catalog.hpp"
#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

// What may wait for a branch that is too slow. Raw pictures get old at once; for all else, the time also covers a
// machine that is busy for a moment.
constexpr guint kMaxRawPictures = 2;
constexpr guint64 kMaxWait = GST_SECOND;
constexpr guint kMaxBytes = 16 * 1024 * 1024;
constexpr std::chrono::seconds kDropLogInterval{10};

/// The queue itself has no limits: what may go in is decided before it, so that what it holds is always in one piece.
glib::Ref<GstElement> make_queue() {
  auto queue = make_installed("queue");
  if (queue) {
    g_object_set(queue.get(), "max-size-buffers", 0, "max-size-bytes", 0, "max-size-time", guint64{0}, nullptr);
  }
  return queue;
}

glib::Ref<GstElement> make_filter(std::string_view caps) {
  auto filter = make_installed("capsfilter");
  if (filter) {
    g_object_set(filter.get(), "caps", parse_caps(std::string(caps)).get(), nullptr);
  }
  return filter;
}

/// Pictures with 4:2:0 chroma have even sizes: an odd row or column is cut off, as the caps come along.
GstPadProbeReturn make_even(GstPad*, GstPadProbeInfo* info, gpointer crop) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    const auto excess = [structure](const char* field) {
      int size = 0;
      gst_structure_get_int(structure, field, &size);
      return size > 1 ? size % 2 : 0;
    };
    g_object_set(crop, "right", excess("width"), "bottom", excess("height"), nullptr);
  }
  return GST_PAD_PROBE_OK;
}

glib::Ref<GstElement> make_even_crop() {
  auto crop = make_installed("videocrop");
  if (crop) {
    gst_pad_add_probe(static_pad(crop.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, make_even, crop.get(),
                      nullptr);
  }
  return crop;
}

/// Encoders for live pictures take whole ones: as many as there are, not one of each field. What is not interlaced
/// passes. Null if it is not installed.
glib::Ref<GstElement> make_deinterlacer() {
  auto deinterlacer = make_installed("deinterlace");
  if (deinterlacer) {
    gst_util_set_object_arg(G_OBJECT(deinterlacer.get()), "fields", "top");
  }
  return deinterlacer;
}

/// Channels without positions cannot be mixed: they get those that are usual for so many, up to eight.
GstPadProbeReturn give_positions(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) {
    return GST_PAD_PROBE_OK;
  }
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  int channels = 0;
  guint64 positions = 0;
  gst_structure_get_int(structure, "channels", &channels);
  gst_structure_get(structure, "channel-mask", GST_TYPE_BITMASK, &positions, nullptr);
  const guint64 usual = channels > 2 && positions == 0 ? gst_audio_channel_get_fallback_mask(channels) : 0;
  if (usual != 0) {
    const auto replaced = glib::Ref<GstEvent>::adopt(event);
    const auto positioned = glib::Ref<GstCaps>::adopt(gst_caps_copy(caps));
    gst_caps_set_simple(positioned.get(), "channel-mask", GST_TYPE_BITMASK, usual, nullptr);
    GstEvent* changed = gst_event_new_caps(positioned.get());
    gst_event_set_seqnum(changed, gst_event_get_seqnum(event));
    GST_PAD_PROBE_INFO_DATA(info) = changed;
  }
  return GST_PAD_PROBE_OK;
}

glib::Ref<GstElement> make_mixer() {
  auto mixer = make_installed("audioconvert");
  if (mixer) {
    gst_pad_add_probe(static_pad(mixer.get(), "sink").get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, give_positions,
                      nullptr, nullptr);
  }
  return mixer;
}

/// Decides what goes into a branch. On the input's streaming thread only.
class Entrance {
 public:
  Entrance(glib::Ref<GstElement> queue, glib::Ref<GstElement> fanout_element, std::shared_ptr<Fanout> fanout, Form form,
           rtp::Kind kind)
      : queue_(std::move(queue)),
        fanout_element_(std::move(fanout_element)),
        fanout_(std::move(fanout)),
        form_(form),
        is_raw_(form == Form::Raw),
        is_video_(kind == rtp::Kind::Video) {}

  bool takes(const Input::Arrival& arrival) {
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
    if (std::exchange(choked_, false) && form_ == Form::Rtp) {
      gst_pad_send_event(static_pad(queue_.get(), "sink").get(),
                         gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty(kLeftOutEvent)));
    }
    return true;
  }

 private:
  [[nodiscard]] bool is_full() const {
    guint buffers = 0;
    guint bytes = 0;
    guint64 time = 0;
    g_object_get(queue_.get(), "current-level-buffers", &buffers, "current-level-bytes", &bytes, "current-level-time",
                 &time, nullptr);
    return is_raw_ && is_video_ ? buffers >= kMaxRawPictures : time >= kMaxWait || bytes >= kMaxBytes;
  }

  void log_drops() {
    const auto now = std::chrono::steady_clock::now();
    if (!logged_at_ || now - *logged_at_ >= kDropLogInterval) {
      GST_INFO_OBJECT(queue_.get(), "too slow: has dropped %u buffers", dropped_);
      logged_at_ = now;
    }
  }

  const glib::Ref<GstElement> queue_;
  const glib::Ref<GstElement> fanout_element_;  // keeps the Fanout's pads
  const std::shared_ptr<Fanout> fanout_;
  const Form form_;
  const bool is_raw_;
  const bool is_video_;
  bool choked_ = false;
  bool is_muted_ = false;  // was, when the latest buffer came
  unsigned dropped_ = 0;
  std::optional<std::chrono::steady_clock::time_point> logged_at_;
};

/// Collects the elements of a branch in their order.
class Chain {
 public:
  /// An empty name or caps add nothing.
  void add(std::string_view factory) {
    if (!factory.empty()) {
      add(make_installed(std::string(factory)), factory);
    }
  }
  void add_filter(std::string_view caps) {
    if (!caps.empty()) {
      add(make_filter(caps), "capsfilter");
    }
  }
  void add(glib::Ref<GstElement> element, std::string_view what) {
    if (!element) {
      GST_ERROR("no %s: it is not installed, or busy", std::string(what).c_str());
      complete_ = false;
      return;
    }
    elements_.push_back(std::move(element));
  }

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] std::vector<glib::Ref<GstElement>> take() { return std::move(elements_); }

 private:
  std::vector<glib::Ref<GstElement>> elements_;
  bool complete_ = true;
};

/// The encoder's factory name.
std::string add_encoder(Chain& chain, const BranchSettings& settings, Track::Listener& listener) {
  const Encoder encoder = make_encoder(settings.codec, settings.source.memory, settings.bitrate);
  if (!encoder.element) {
    chain.add(nullptr, "encoder");
    return {};
  }
  if (settings.source.memory == kSystemMemory) {
    if (rtp::info(settings.codec).kind == rtp::Kind::Video) {
      chain.add("videoconvert");
      if (auto deinterlacer = make_deinterlacer()) {
        chain.add(std::move(deinterlacer), "deinterlace");
      }
      chain.add(make_even_crop(), "videocrop");
    } else {
      chain.add(make_mixer(), "audioconvert");
      chain.add("audioresample");
    }
    chain.add_filter(encoder.spec->input);
  }
  listener.on_encoder_setup(encoder.element.get());
  chain.add(encoder.element, encoder.spec->factory);
  chain.add_filter(encoder.spec->output);
  return std::string(encoder.spec->factory);
}

void add_parser(Chain& chain, const BranchSettings& settings) {
  const RtpElements& elements = rtp_elements(settings.codec);
  if (settings.source.form == Form::Raw && elements.parsed.empty()) {
    return;
  }
  auto parser = make_parser(settings.codec);
  if (parser || !elements.parsed.empty()) {
    chain.add(std::move(parser), elements.parser);
  }
  chain.add_filter(elements.parsed);
}

void add_payloader(Chain& chain, const BranchSettings& settings, Track::Listener& listener) {
  const auto payloader = make_payloader(settings.codec, settings.stream, settings.first_sequence);
  if (payloader) {
    listener.on_payloader_setup(payloader.get());
  }
  chain.add(payloader, rtp_elements(settings.codec).payloader);
}

}  // namespace

std::unique_ptr<Branch> Branch::create(GstBin* bin, Input& input, const BranchSettings& settings,
                                       Track::Listener& listener) {
  Chain chain;
  chain.add(make_queue(), "queue");
  std::string encoder;
  if (settings.source.form == Form::Raw) {
    encoder = add_encoder(chain, settings, listener);
  }
  if (settings.source.form != Form::Rtp) {
    add_parser(chain, settings);
    add_payloader(chain, settings, listener);
  }
  std::optional<rtp::Renumbering> renumbering;
  if (settings.source.form == Form::Rtp) {
    renumbering.emplace(rtp::info(settings.codec).clock_rate, settings.first_sequence,
                        settings.stream.timestamp_offset);
  }
  auto fanout = std::make_shared<Fanout>(settings.codec, settings.stream_id, std::move(renumbering));
  chain.add(make_element(fanout, "fanout"), "fan-out");
  if (!chain.complete()) {
    return nullptr;
  }
  return std::unique_ptr<Branch>(new Branch(bin, input, chain.take(), std::move(fanout), std::move(encoder),
                                            settings.source, rtp::info(settings.codec).kind));
}

Branch::Branch(GstBin* bin, Input& input, std::vector<glib::Ref<GstElement>> elements, std::shared_ptr<Fanout> fanout,
               std::string encoder, const Source& source, rtp::Kind kind)
    : input_(input), elements_(std::move(elements)), fanout_(std::move(fanout)), encoder_(std::move(encoder)) {
  for (const auto& element : elements_) {
    gst_bin_add(bin, element.get());
  }
  for (std::size_t i = 0; i + 1 < elements_.size(); ++i) {
    if (!gst_element_link(elements_[i].get(), elements_[i + 1].get())) {
      GST_ERROR_OBJECT(elements_[i].get(), "cannot be linked to %s", GST_ELEMENT_NAME(elements_[i + 1].get()));
    }
  }
  std::for_each(elements_.rbegin(), elements_.rend(),
                [](const auto& element) { gst_element_sync_state_with_parent(element.get()); });
  const auto& queue = elements_.front();
  auto entrance = std::make_shared<Entrance>(queue, elements_.back(), fanout_, source.form, kind);
  outlet_ =
      input_.add(static_pad(queue.get(), "sink").get(),
                 [entrance = std::move(entrance)](const Input::Arrival& arrival) { return entrance->takes(arrival); });
}

Branch::~Branch() {
  input_.remove(outlet_);
  for (const auto& element : elements_) {
    discard(element.get());
  }
}

glib::Ref<GstCaps> Branch::encoded_caps() const {
  GstElement* last = elements_.at(elements_.size() - 2).get();
  return glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(static_pad(last, "sink").get()));
}

}  // namespace rtcmc::send
