// SPDX-License-Identifier: LGPL-2.1-or-later
// A Participation's source pads: those that were requested, and those of auto-receive.
#include <algorithm>
#include <cstddef>
#include <utility>

#include "element/pad_templates.hpp"
#include "element/participation.hpp"
#include "element/player.hpp"

namespace rtcmc {

std::shared_ptr<receive::Slot> Participation::make_slot(RtcmcSourcePad* pad, rtp::Kind kind) {
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
  slot->set_latency(with_settings([](const Settings& settings) { return settings.latency * GST_MSECOND; }));
  slot->set_max_picture_size(with_settings([](const Settings& settings) { return settings.max_picture_size; }));
  return slot;
}

void Participation::add_output(RtcmcSourcePad* pad, rtp::Kind kind) {
  auto slot = make_slot(pad, kind);
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->add_slot(slot);
  }
  outputs_.push_back({pad, std::move(slot)});
}

void Participation::remove_output(RtcmcSourcePad* pad) {
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
  if (room_) {
    room_->remove_slot(std::move(slot));
  }
}

void Participation::end(const Output& output) {
  // The end of what nobody takes would be an error.
  if (gst_pad_is_linked(GST_PAD(output.pad))) {
    output.slot->end_of_stream();
  }
}

bool Participation::has_outputs() const {
  const std::lock_guard lock(mutex_);
  return settings_.auto_receive || !outputs_.empty();
}

void Participation::on_stream_added(const receive::RemoteStream& stream) {
  announcer_.stream_added(stream.user_id, stream.stream_id, stream.kind);
}

void Participation::on_stream_removed(const receive::RemoteStream& stream) {
  announcer_.stream_removed(stream.user_id, stream.stream_id, stream.kind);
}

bool Participation::is_selectable() const {
  const std::lock_guard lock(mutex_);
  return settings_.auto_receive && !settings_.uri.empty();
}

void Participation::select_streams(std::vector<std::string> ids, guint32 seqnum) {
  const std::lock_guard lock(mutex_);
  if (room_) {
    room_->select_streams(std::move(ids), seqnum);
  }
}

void Participation::on_streams_changed(const glib::Ref<GstStreamCollection>& streams) {
  announcer_.streams_changed(streams.get());
}

void Participation::on_streams_selected(const glib::Ref<GstStreamCollection>& all,
                                        const std::vector<glib::Ref<GstStream>>& passing, guint32 seqnum) {
  announcer_.streams_selected(all.get(), passing, seqnum);
}

std::shared_ptr<receive::Slot> Participation::expose(const receive::RemoteStream& stream) {
  const bool is_video = stream.kind == rtp::Kind::Video;
  GstPadTemplate* pad_template =
      gst_element_get_pad_template(GST_ELEMENT(bin_), is_video ? kRemoteVideoTemplate : kRemoteAudioTemplate);
  const std::string name = free_pad_name(GST_ELEMENT(bin_), is_video ? "remote_video_" : "remote_audio_");
  auto* pad = RTCMC_SOURCE_PAD(g_object_new(RTCMC_TYPE_SOURCE_PAD, "name", name.c_str(), "direction", GST_PAD_SRC,
                                            "template", pad_template, nullptr));
  const bool stays = is_selectable();
  if (stays) {
    player::let_select(GST_PAD(pad));
  } else {
    g_object_set(pad, "user-id", stream.user_id.c_str(), "stream-id", stream.stream_id.c_str(), nullptr);
  }
  auto slot = make_slot(pad, stream.kind);
  const std::size_t pads = [&] {
    const std::lock_guard lock(mutex_);
    exposed_.push_back({pad, slot});
    return exposed_.size();
  }();
  gst_pad_set_active(GST_PAD(pad), TRUE);
  gst_element_add_pad(GST_ELEMENT(bin_), GST_PAD(pad));
  if (stays && pads == 2) {
    gst_element_no_more_pads(GST_ELEMENT(bin_));  // one for each kind; playbin and uridecodebin wait for this
  }
  return slot;
}

bool Participation::withdraw(const receive::Slot& slot) {
  Output output{};
  {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::ranges::find_if(exposed_, [&slot](const Output& exposed) { return exposed.slot.get() == &slot; });
    if (found == exposed_.end()) {
      return false;
    }
    output = std::move(*found);
    exposed_.erase(found);
  }
  remove_exposed(output);
  return true;
}

void Participation::remove_exposed(const Output& output) {
  end(output);
  gst_pad_set_active(GST_PAD(output.pad), FALSE);
  gst_element_remove_pad(GST_ELEMENT(bin_), GST_PAD(output.pad));
  output.slot->close();
}

}  // namespace rtcmc
