// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/outputs.hpp"

#include <algorithm>
#include <utility>

#include "element/pad_templates.hpp"
#include "element/player.hpp"

namespace rtcmc {

std::shared_ptr<receive::Slot> Outputs::make_slot(RtcmcSourcePad* pad, rtp::Kind kind, const OutputSettings& settings) {
  // The pad goes before its slot does, but not before what is on its way through the slot.
  const auto held = glib::Ref<RtcmcSourcePad>::share(pad);
  auto slot = std::make_shared<receive::Slot>(
      bin_, receive::SlotSettings{
                .kind = kind,
                .wish =
                    [held] {
                      const SourcePadSettings settings = settings_of(held.get());
                      return receive::SlotWish{settings.user_id, settings.stream_id, settings.fill};
                    },
                .show = [held](const std::string& user_id,
                               const std::string& stream_id) { show_stream(held.get(), user_id, stream_id); }});
  gst_ghost_pad_set_target(GST_GHOST_PAD(pad), slot->src_pad());
  slot->set_latency(settings.latency);
  slot->set_max_picture_size(settings.max_picture_size);
  return slot;
}

void Outputs::add(RtcmcSourcePad* pad, rtp::Kind kind, const OutputSettings& settings) {
  auto slot = make_slot(pad, kind, settings);
  const std::lock_guard lock(mutex_);
  if (session_) {
    session_->add_slot(slot);
  }
  outputs_.push_back({pad, std::move(slot)});
}

void Outputs::remove(RtcmcSourcePad* pad) {
  std::shared_ptr<receive::Slot> slot;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(outputs_, pad, &Output::pad);
    if (found == outputs_.end()) {
      return;
    }
    slot = std::move(found->slot);
    outputs_.erase(found);
  }
  slot->close();
  const std::lock_guard lock(mutex_);
  if (session_) {
    session_->remove_slot(std::move(slot));
  }
}

bool Outputs::empty() const {
  const std::lock_guard lock(mutex_);
  return outputs_.empty();
}

PadKinds Outputs::kinds() const {
  const std::lock_guard lock(mutex_);
  const auto has = [this](rtp::Kind kind) {
    return std::ranges::any_of(outputs_, [kind](const Output& output) { return output.slot->kind() == kind; });
  };
  return {.audio = has(rtp::Kind::Audio), .video = has(rtp::Kind::Video)};
}

void Outputs::attach(const std::shared_ptr<Session>& session, const OutputSettings& settings) {
  const std::lock_guard lock(mutex_);
  session_ = session;
  settings_ = settings;
  for (const Output& output : outputs_) {
    output.slot->set_latency(settings.latency);
    output.slot->set_max_picture_size(settings.max_picture_size);
    session_->add_slot(output.slot);
  }
}

void Outputs::detach() {
  std::shared_ptr<Session> session;  // released after the lock
  std::vector<Output> exposed;
  {
    const std::lock_guard lock(mutex_);
    session.swap(session_);
    exposed.swap(exposed_);
  }
  for (const Output& output : exposed) {
    remove_exposed(output);
  }
}

void Outputs::end(const Output& output) {
  // The end of what nobody takes would be an error.
  if (gst_pad_is_linked(GST_PAD(output.pad))) {
    output.slot->end_of_stream();
  }
}

void Outputs::end_of_stream() {
  std::vector<Output> outputs;
  {
    const std::lock_guard lock(mutex_);
    outputs = outputs_;
    outputs.insert(outputs.end(), exposed_.begin(), exposed_.end());
  }
  std::ranges::for_each(outputs, end);
}

std::shared_ptr<receive::Slot> Outputs::expose(const Session* session, const event::SlotWanted& wanted) {
  const OutputSettings settings = [this] {
    const std::lock_guard lock(mutex_);
    return settings_;
  }();
  const bool is_video = wanted.kind == rtp::Kind::Video;
  GstPadTemplate* pad_template =
      gst_element_get_pad_template(GST_ELEMENT(bin_), is_video ? kRemoteVideoTemplate : kRemoteAudioTemplate);
  const auto name = pad_names_.reserve_next(is_video ? "remote_video_" : "remote_audio_");
  auto* pad = RTCMC_SOURCE_PAD(g_object_new(RTCMC_TYPE_SOURCE_PAD, "name", name->c_str(), "direction", GST_PAD_SRC,
                                            "template", pad_template, nullptr));
  const auto held = glib::Ref<RtcmcSourcePad>::share(pad);
  if (settings.stays) {
    player::let_select(GST_PAD(pad));
  } else {
    g_object_set(pad, "user-id", wanted.user_id.c_str(), "stream-id", wanted.stream_id.c_str(), nullptr);
  }
  const Output output{pad, make_slot(pad, wanted.kind, settings)};
  gst_pad_set_active(GST_PAD(pad), TRUE);
  gst_element_add_pad(GST_ELEMENT(bin_), GST_PAD(pad));  // whose handlers may stop us
  std::size_t pads = 0;
  {
    const std::lock_guard lock(mutex_);
    if (session_.get() == session) {
      exposed_.push_back(output);
      pads = exposed_.size();
    }
  }
  if (pads == 0) {
    remove_exposed(output);
    return nullptr;
  }
  if (settings.stays && pads == 2) {
    gst_element_no_more_pads(GST_ELEMENT(bin_));  // one for each kind; playbin and uridecodebin wait for this
  }
  return output.slot;
}

void Outputs::withdraw(const std::shared_ptr<receive::Slot>& slot) {
  Output output{};
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(exposed_, slot, &Output::slot);
    if (found == exposed_.end()) {
      return;
    }
    output = std::move(*found);
    exposed_.erase(found);
  }
  remove_exposed(output);
}

void Outputs::remove_exposed(const Output& output) {
  end(output);
  gst_pad_set_active(GST_PAD(output.pad), FALSE);
  gst_element_remove_pad(GST_ELEMENT(bin_), GST_PAD(output.pad));
  output.slot->close();
}

}  // namespace rtcmc
