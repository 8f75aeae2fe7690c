// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/outgoing.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rtcmc {

namespace {

using protocol::StreamSync;

StreamSync::Kind kind_of(const OutgoingTrack& outgoing) {
  return outgoing.track->kind() == rtp::Kind::Audio ? StreamSync::Kind::Audio : StreamSync::Kind::Video;
}

/// One message for a stream whose audio and video change together, so that browsers do not see two changes.
void add_mute(std::vector<StreamSync>& syncs, const OutgoingTrack& outgoing) {
  const auto action = outgoing.is_muted ? StreamSync::Action::Mute : StreamSync::Action::Unmute;
  for (StreamSync& sync : syncs) {
    if (sync.stream_id == outgoing.stream_id && sync.action == action) {
      sync.kind = sync.kind == kind_of(outgoing) ? sync.kind : StreamSync::Kind::Both;
      return;
    }
  }
  syncs.push_back({outgoing.stream_id, action, kind_of(outgoing)});
}

void add_navigation(std::vector<StreamSync>& syncs, const OutgoingTrack& outgoing) {
  const auto action = outgoing.takes_navigation ? StreamSync::Action::NavigationOn : StreamSync::Action::NavigationOff;
  syncs.push_back({outgoing.stream_id, action, kind_of(outgoing)});
}

}  // namespace

std::optional<std::string> Outgoing::remove(const send::Track& track) {
  const auto removed =
      std::ranges::find_if(tracks_, [&track](const OutgoingTrack& outgoing) { return outgoing.track.get() == &track; });
  if (removed == tracks_.end()) {
    return std::nullopt;
  }
  std::string stream_id = removed->stream_id;
  late_tracks_.erase(&track);
  tracks_.erase(removed);
  const bool ends = std::ranges::find(tracks_, stream_id, &OutgoingTrack::stream_id) == tracks_.end();
  return ends ? std::optional(std::move(stream_id)) : std::nullopt;
}

std::vector<StreamSync> Outgoing::change(const std::vector<TrackChange>& changes) {
  std::vector<StreamSync> syncs;
  for (OutgoingTrack& outgoing : tracks_) {
    const auto change = std::ranges::find(changes, outgoing.track, &TrackChange::track);
    if (change == changes.end()) {
      continue;
    }
    if (std::exchange(outgoing.is_muted, change->is_muted) != change->is_muted) {
      add_mute(syncs, outgoing);
    }
    if (std::exchange(outgoing.takes_navigation, change->takes_navigation) != change->takes_navigation) {
      add_navigation(syncs, outgoing);
    }
  }
  return syncs;
}

std::vector<OutgoingTrack> Outgoing::tracks() const {
  std::vector<OutgoingTrack> outgoing;
  std::ranges::copy_if(tracks_, std::back_inserter(outgoing), [this](const OutgoingTrack& candidate) {
    if (candidate.track->kind() == rtp::Kind::Audio) {
      return share_ != Share::Nothing && (!session_ || session_->audio);
    }
    return share_ == Share::Everything && (!session_ || session_->video || session_->screen);
  });
  return outgoing;
}

void Outgoing::stop_waiting() {
  late_ = expected_;
  for (const OutgoingTrack& outgoing : tracks_) {
    if (!outgoing.track->codecs()) {
      late_tracks_.insert(outgoing.track.get());
    }
  }
}

bool Outgoing::are_known() const {
  return expected_ <= late_ && std::ranges::all_of(tracks(), [this](const OutgoingTrack& outgoing) {
           return outgoing.track->codecs() || late_tracks_.contains(outgoing.track.get());
         });
}

std::vector<OutgoingTrack> Outgoing::known() const {
  std::vector<OutgoingTrack> known = tracks();
  std::erase_if(known, [](const OutgoingTrack& outgoing) { return !outgoing.track->codecs(); });
  return known;
}

protocol::StreamsToShare Outgoing::streams_to_share() const {
  protocol::StreamsToShare streams;
  for (const OutgoingTrack& outgoing : tracks()) {
    auto& info = streams[outgoing.stream_id];
    info.is_video = info.is_video || outgoing.track->kind() == rtp::Kind::Video;
    info.is_screen = info.is_screen || outgoing.is_screen;
  }
  for (auto& [stream_id, info] : streams) {
    info.is_audio = !info.is_video;
  }
  return streams;
}

std::vector<StreamSync> Outgoing::syncs(const send::Track* track) const {
  std::vector<StreamSync> syncs;
  for (const OutgoingTrack& outgoing : tracks()) {
    if (track && outgoing.track.get() != track) {
      continue;
    }
    if (outgoing.is_muted) {
      add_mute(syncs, outgoing);
    }
    if (outgoing.takes_navigation) {
      add_navigation(syncs, outgoing);
    }
  }
  return syncs;
}

unsigned Outgoing::running_encoders() const {
  std::size_t count = 0;
  for (const OutgoingTrack& outgoing : tracks_) {
    count += outgoing.track->encoders().size();
  }
  return static_cast<unsigned>(count);
}

}  // namespace rtcmc
