// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/inputs.hpp"

#include <algorithm>
#include <utility>

#include "glib/random.hpp"

namespace rtcmc {

Inputs::Inputs(GstBin* bin, Navigator& navigator, send::Track::Listener& listener, Hooks hooks)
    : bin_(bin),
      navigator_(navigator),
      listener_(listener),
      hooks_(std::move(hooks)),
      stream_id_base_(glib::random_id()) {}

std::vector<Inputs::Input>::iterator Inputs::find(const RtcmcSinkPad* pad) {
  return std::ranges::find(inputs_, pad, &Input::pad);
}

auto Inputs::find_in(auto& inputs, const send::Track& track) {
  return std::ranges::find_if(inputs, [&track](const Input& input) { return input.track.get() == &track; });
}

std::string Inputs::default_stream_id(unsigned number) const {
  return stream_id_base_ + "-" + std::to_string(number);
}

void Inputs::add(RtcmcSinkPad* pad, std::optional<rtp::Kind> kind, unsigned number) {
  if (kind && settings_of(pad).stream_id.empty()) {
    g_object_set(pad, "stream-id", default_stream_id(number).c_str(), nullptr);
  }
  Input input{pad, kind, kind ? std::optional(number) : std::nullopt, !kind};
  for (const char* change : {"notify::muted", "notify::navigation"}) {
    input.watches.push_back(std::make_shared<glib::SignalConnection>(
        pad, change,
        G_CALLBACK(+[](GObject*, GParamSpec*, gpointer self) { static_cast<Inputs*>(self)->apply_pad_settings(); }),
        this));
  }
  {
    const std::lock_guard lock(mutex_);
    inputs_.push_back(std::move(input));
  }
  make_missing_tracks();
}

void Inputs::remove(RtcmcSinkPad* pad) {
  Input removed{};  // released after the lock
  {
    const std::lock_guard lock(mutex_);
    const auto found = find(pad);
    if (found == inputs_.end()) {
      return;
    }
    removed = std::move(*found);
    inputs_.erase(found);
    if (session_ && removed.track) {
      session_->remove_track(removed.track);
      expect_undecided();
    }
  }
  navigator_.release(GST_PAD(pad));
  leave_if_all_have_ended();
}

PadKinds Inputs::kinds() const {
  const std::lock_guard lock(mutex_);
  const auto has = [this](rtp::Kind kind) {
    return std::ranges::any_of(inputs_, [kind](const Input& input) { return input.kind.value_or(kind) == kind; });
  };
  return {.audio = has(rtp::Kind::Audio), .video = has(rtp::Kind::Video)};
}

void Inputs::make_tracks() {
  {
    const std::lock_guard lock(mutex_);
    has_tracks_ = true;
    has_left_ = false;
  }
  make_missing_tracks();
}

void Inputs::make_missing_tracks() {
  for (;;) {
    glib::Ref<RtcmcSinkPad> pad;
    std::vector<rtp::Kind> kinds{rtp::Kind::Audio, rtp::Kind::Video};
    {
      const std::lock_guard lock(mutex_);
      const auto missing =
          std::ranges::find_if(inputs_, [](const Input& input) { return !input.track && !input.is_being_made; });
      if (!has_tracks_ || missing == inputs_.end()) {
        return;
      }
      missing->is_being_made = true;
      pad = glib::Ref<RtcmcSinkPad>::share(missing->pad);
      if (missing->kind) {
        kinds = {*missing->kind};
      }
    }
    std::vector<send::TrackSettings> choices;
    for (const rtp::Kind kind : kinds) {
      choices.push_back(hooks_.settings_for(kind));
      choices.back().pad = GST_OBJECT_NAME(pad.get());
    }
    std::shared_ptr<send::Track> track = send::make_track(bin_, std::move(choices), listener_);
    track->set_muted(settings_of(pad.get()).is_muted);
    gst_ghost_pad_set_target(GST_GHOST_PAD(pad.get()), track->sink_pad());
    bool is_kept = false;
    {
      const std::lock_guard lock(mutex_);
      const auto input = find(pad.get());
      if (input != inputs_.end()) {
        input->is_being_made = false;
      }
      if (input != inputs_.end() && has_tracks_) {
        input->track = track;
        input->ended = false;
        hand_over(*input);
        is_kept = true;
      }
    }
    if (is_kept) {
      if (track->kind()) {
        set_kind(*track);  // its caps may have come before this knew it
      }
      continue;
    }
    // The pad was released meanwhile, or the element stopped.
    gst_ghost_pad_set_target(GST_GHOST_PAD(pad.get()), nullptr);
  }
}

void Inputs::drop_tracks() {
  std::vector<std::pair<glib::Ref<GstGhostPad>, std::shared_ptr<send::Track>>> dropped;
  {
    const std::lock_guard lock(mutex_);
    has_tracks_ = false;
    for (Input& input : inputs_) {
      if (input.track) {
        dropped.emplace_back(glib::Ref<GstGhostPad>::share(GST_GHOST_PAD(input.pad)), std::move(input.track));
        input.track.reset();
        input.is_handed_over = false;
        if (input.is_open) {
          input.kind.reset();
          input.number.reset();
        }
      }
    }
  }
  for (const auto& [pad, track] : dropped) {
    gst_ghost_pad_set_target(pad.get(), nullptr);
  }
}

void Inputs::attach(const std::shared_ptr<Session>& session) {
  const std::lock_guard lock(mutex_);
  session_ = session;
  for (Input& input : inputs_) {
    input.is_handed_over = false;
    hand_over(input);
  }
}

void Inputs::detach() {
  std::shared_ptr<Session> session;  // released after the lock
  const std::lock_guard lock(mutex_);
  session.swap(session_);
}

std::string Inputs::name_of(const send::Track& track) const {
  const std::lock_guard lock(mutex_);
  const auto found = find_in(inputs_, track);
  return found == inputs_.end() ? "" : std::string(GST_OBJECT_NAME(found->pad)) + ": ";
}

void Inputs::hand_over(Input& input) const {
  if (!session_ || !input.track || input.is_handed_over) {
    return;
  }
  if (input.kind) {
    input.is_handed_over = true;
    session_->add_track(outgoing(input));
  }
  expect_undecided();
}

void Inputs::expect_undecided() const {
  session_->expect_tracks(static_cast<std::size_t>(
      std::ranges::count_if(inputs_, [](const Input& input) { return input.track && !input.kind; })));
}

unsigned Inputs::free_number(rtp::Kind kind) const {
  unsigned number = 0;
  const auto has_it = [&number, kind](const Input& input) { return input.kind == kind && input.number == number; };
  while (std::ranges::any_of(inputs_, has_it)) {
    ++number;
  }
  return number;
}

void Inputs::set_kind(const send::Track& track) {
  glib::Ref<RtcmcSinkPad> pad;
  std::string stream_id;
  {
    const std::lock_guard lock(mutex_);
    const auto input = find_in(inputs_, track);
    if (input == inputs_.end() || input->number) {
      return;  // the first: it is still with make_missing_tracks(), which will ask
    }
    input->number = free_number(*track.kind());
    input->kind = track.kind();
    pad = glib::Ref<RtcmcSinkPad>::share(input->pad);
    stream_id = default_stream_id(*input->number);
  }
  const std::string given = settings_of(pad.get()).stream_id;
  if (given.empty() || given.starts_with(stream_id_base_)) {
    g_object_set(pad.get(), "stream-id", stream_id.c_str(), nullptr);
  }
  {
    const std::lock_guard lock(mutex_);
    if (const auto input = find_in(inputs_, track); input != inputs_.end()) {
      hand_over(*input);
    }
  }
  apply_pad_settings();
}

void Inputs::set_ended(const send::Track& track) {
  {
    const std::lock_guard lock(mutex_);
    for (Input& input : inputs_) {
      input.ended = input.ended || input.track.get() == &track;
    }
  }
  leave_if_all_have_ended();
}

void Inputs::leave_if_all_have_ended() {
  // Who receives still has something to do in the room.
  if (!hooks_.is_all_there_is()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  // Nothing comes where nothing is linked.
  const auto is_over = [](const Input& input) { return input.ended || !gst_pad_is_linked(GST_PAD(input.pad)); };
  if (session_ && std::ranges::any_of(inputs_, &Input::ended) && std::ranges::all_of(inputs_, is_over)) {
    has_left_ = true;
    session_->leave(true);
  }
}

void Inputs::set_resumed(const send::Track& track) {
  bool comes_back = false;
  {
    const std::lock_guard lock(mutex_);
    for (Input& input : inputs_) {
      input.ended = input.ended && input.track.get() != &track;
    }
    comes_back = std::exchange(has_left_, false) && session_;
  }
  if (comes_back) {
    hooks_.enter_again();
  }
}

void Inputs::interrupt(RtcmcSinkPad* pad) {
  std::shared_ptr<send::Track> track;
  {
    const std::lock_guard lock(mutex_);
    const auto input = find(pad);
    track = input == inputs_.end() ? nullptr : input->track;
  }
  if (track) {
    track->interrupt();
  }
}

void Inputs::mute(std::optional<rtp::Kind> kind, bool muted) {
  std::vector<glib::Ref<GObject>> changed;
  {
    const std::lock_guard lock(mutex_);
    for (const Input& input : inputs_) {
      if ((!kind || input.kind == *kind) && rtcmc::set_muted(input.pad, muted)) {
        changed.push_back(glib::Ref<GObject>::share(G_OBJECT(input.pad)));
      }
    }
  }
  apply_pad_settings();
  for (const auto& pad : changed) {
    g_object_notify(pad.get(), "muted");
  }
}

OutgoingTrack Inputs::outgoing(Input& input) {
  const SinkPadSettings settings = settings_of(input.pad);
  input.stream_id = settings.stream_id;
  return {.track = input.track,
          .stream_id = input.stream_id,
          .is_screen = settings.is_screen,
          .is_muted = input.is_muted,
          .takes_navigation = input.takes_navigation,
          .pad_name = GST_PAD_NAME(input.pad)};
}

void Inputs::apply_pad_settings() {
  const std::lock_guard serial(pad_settings_mutex_);
  std::vector<TrackChange> changes;
  std::vector<glib::Ref<GstPad>> released;
  {
    const std::lock_guard lock(mutex_);
    for (Input& input : inputs_) {
      const SinkPadSettings settings = settings_of(input.pad);
      const bool takes_navigation = settings.takes_navigation && input.kind == rtp::Kind::Video;
      const bool is_mute_news = std::exchange(input.is_muted, settings.is_muted) != settings.is_muted;
      const bool is_navigation_news = std::exchange(input.takes_navigation, takes_navigation) != takes_navigation;
      if (is_navigation_news && !takes_navigation) {
        released.push_back(glib::Ref<GstPad>::share(GST_PAD(input.pad)));
      }
      if ((is_mute_news || is_navigation_news) && input.track) {
        changes.push_back({input.track, settings.is_muted, takes_navigation});
      }
    }
  }
  for (const auto& pad : released) {
    navigator_.release(pad.get());
  }
  for (const auto& change : changes) {
    change.track->set_muted(change.is_muted);
  }
  const std::lock_guard lock(mutex_);
  if (session_ && !changes.empty()) {
    session_->change_tracks(std::move(changes));
  }
}

glib::Ref<GstPad> Inputs::navigable_pad(const std::string& stream_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      inputs_, [&stream_id](const Input& input) { return input.takes_navigation && input.stream_id == stream_id; });
  return found == inputs_.end() ? nullptr : glib::Ref<GstPad>::share(GST_PAD(found->pad));
}

}  // namespace rtcmc
