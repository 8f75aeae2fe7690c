// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element/news.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

std::string in_seconds(std::chrono::milliseconds time) {
  return std::to_string((time.count() + 500) / 1000) + " s";
}

const char* name_of(protocol::StreamSync::Kind kind) {
  using Kind = protocol::StreamSync::Kind;
  return kind == Kind::Both ? "both" : kind == Kind::Audio ? "audio" : "video";
}

}  // namespace

class News::Reading {
 public:
  Reading(News& news, const Session* session) : news_(news), session_(session) {}

  void operator()(const event::Connecting&) const {
    forget_participants();
    (void)change([this] { news_.joining_ = true; });
    set_state(State::Connecting);
    announcer().progress(GST_PROGRESS_TYPE_START, "Joining the room");
  }

  void operator()(const event::Joined& joined) const {
    bool was_joining = false;
    bool changed_owner = false;
    std::shared_ptr<EmbeddedServer> server;
    if (!change([&] {
          changed_owner = std::exchange(news_.is_initiator_, joined.created) != joined.created;
          was_joining = std::exchange(news_.joining_, false);
          server = news_.server_;
        })) {
      return;
    }
    set_state(State::Joined);
    if (changed_owner) {
      notify("is-initiator");
    }
    if (was_joining) {
      announcer().progress(GST_PROGRESS_TYPE_COMPLETE, joined.room_id.empty() ? "Connected, in no room"
                                                       : joined.created       ? "Opened the room"
                                                                              : "Joined the room");
      if (server) {
        const std::string url = server->page_url(joined.room_id);
        GST_INFO_OBJECT(news_.element_, "%s, the page is %s",
                        server->is_serving() ? "serves the room" : "joined the server that was there", url.c_str());
        announcer().page_ready(url);
      }
    }
    announcer().room_joined(joined.created, joined.room_id);
  }

  void operator()(const event::Unanswered& unanswered) const {
    announcer().warning(GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
                        "The room \"" + unanswered.room_id +
                            "\" is not empty, but nobody in it answers. Pages that set connection.socketMessageEvent "
                            "answer only to its value: set the property message-event to the same. Who has lost the "
                            "server does not answer either, and is gone from the room within a minute.",
                        "no message since we have joined");
  }

  void operator()(const event::JoinFailed& failed) const {
    bool was_joining = false;
    std::shared_ptr<EmbeddedServer> server;
    if (!change([&] {
          was_joining = std::exchange(news_.joining_, false);
          server = news_.server_;
        })) {
      return;
    }
    std::string text = failed.error.text;
    if (server && !server->is_serving()) {
      text +=
          " The port was taken already, so this element wanted to join what is there. Set listen-port to another port, "
          "or socket-url if that is the server that you mean.";
    }
    set_state(State::Left);
    announcer().room_error(text);
    if (was_joining) {
      announcer().progress(GST_PROGRESS_TYPE_ERROR, text);  // gst-launch reads no further than this
    }
    const auto [domain, code] = gst_code_of(failed.error.kind);
    announcer().error(domain, code, text, failed.error.detail);
  }

  void operator()(const event::ConnectionLost& lost) const {
    bool is_joining = false;
    std::shared_ptr<EmbeddedServer> server;
    (void)change([&] {
      is_joining = news_.joining_;
      server = news_.server_;
    });
    if (server) {
      // Who had the port may be gone. The first of all who notice takes it, and the others find that one.
      const auto outcome = server->serve();
      if (const auto* fault = std::get_if<server::StartError>(&outcome)) {
        GST_WARNING_OBJECT(news_.element_, "cannot take the server over: %s", fault->text.c_str());
      }
    }
    set_state(is_joining ? State::Connecting : State::Reconnecting);
    const auto [domain, code] = gst_code_of(lost.error.kind);
    announcer().warning(domain, code, lost.error.text + " Trying again in " + in_seconds(lost.retry_in) + ".",
                        lost.error.detail);
  }

  void operator()(const event::RoomClosed&) const {
    set_state(State::Left);
    announcer().room_closed();
  }

  void operator()(const event::BecameOwner&) const {
    if (change([this] { news_.is_initiator_ = true; })) {
      notify("is-initiator");
    }
  }

  void operator()(const event::UserIdChanged& changed) const {
    if (!change([&] { news_.user_id_ = changed.new_id; })) {
      return;
    }
    notify("user-id");
    if (!changed.old_id.empty()) {
      announcer().user_id_changed(changed.old_id, changed.new_id);
    }
  }

  void operator()(const event::WebrtcbinReady& ready) const {
    announcer().webrtcbin_ready(ready.user_id, ready.webrtcbin.get());
    ready.go_on();
  }

  void operator()(const event::ParticipationAsked& asked) const {
    asked.answer(announcer().participant_request(asked.user_id, asked.extra.get()));
  }

  void operator()(const event::ParticipantJoined& joined) const {
    if (change([&] { news_.participants_.push_back(joined.user_id); })) {
      notify("participants");
      announcer().participant_joined(joined.user_id, joined.extra.get());
    }
  }

  void operator()(const event::ParticipantLeft& left) const {
    news_.navigator_.forget(left.user_id);
    if (change([&] { std::erase(news_.participants_, left.user_id); })) {
      notify("participants");
      announcer().participant_left(left.user_id);
    }
  }

  void operator()(const event::ParticipantFailed& failed) const {
    announcer().warning(
        GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
        "Participant " + failed.user_id +
            " is not connected: " + failed.reason.substr(0, failed.reason.find_last_not_of('.') + 1) +
            (failed.is_asked_again ? ". It is asked again until it is back, for some minutes." : ". It may try again."),
        "the other participants are not concerned");
  }

  void operator()(const event::TrackRefused& refused) const {
    std::string codecs;
    for (const rtp::Codec codec : refused.codecs) {
      codecs += (codecs.empty() ? "" : ", ") + std::string(rtp::info(codec).encoding_name);
    }
    announcer().warning(GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND,
                        "Participant " + refused.user_id + " does not take " + refused.pad_name + " (" + codecs +
                            "), and is connected without. Every browser takes raw input that is encoded here.",
                        "everything else is sent to it as to the others");
  }

  void operator()(const event::TrackReduced& reduced) const {
    announcer().warning(
        GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE,
        "The network of participant " + reduced.user_id + " does not carry " + reduced.pad_name +
            ", which comes encoded: frames are left out for it, down to keyframes alone. Give the room raw "
            "video, which is encoded to fit, or have the camera send less (rtcmc-bitrate-wanted says how much).",
        "everybody else gets all of it; stats say who gets what");
  }

  void operator()(const event::QualityChanged& changed) const {
    announcer().quality_changed(changed.user_id, changed.pad_name, changed.quality, changed.reason);
  }

  void operator()(const event::BitrateWanted& wanted) const {
    announcer().bitrate_wanted(wanted.pad_name, wanted.bitrate);
  }

  void operator()(const event::PublishingTroubled& troubled) const {
    announcer().warning(GST_RESOURCE_ERROR, troubled.code, troubled.text,
                        "the room is not concerned; publishing is tried again until it works");
  }

  void operator()(const event::ParticipantRenamed& renamed) const {
    news_.navigator_.rename(renamed.old_id, renamed.new_id);
    if (change([&] { std::ranges::replace(news_.participants_, renamed.old_id, renamed.new_id); })) {
      notify("participants");
      announcer().user_id_changed(renamed.old_id, renamed.new_id);
    }
  }

  void operator()(const event::ExtraChanged& changed) const {
    announcer().extra_changed(changed.user_id, changed.extra.get());
  }

  void operator()(const event::StreamAdded& added) const {
    announcer().stream_added(added.user_id, added.stream_id, added.kind);
  }

  void operator()(const event::StreamRemoved& removed) const {
    announcer().stream_removed(removed.user_id, removed.stream_id, removed.kind);
  }

  void operator()(const event::StreamMuted& muted) const {
    announcer().mute_changed(muted.user_id, muted.sync.stream_id, name_of(muted.sync.kind),
                             muted.sync.action == protocol::StreamSync::Action::Mute);
  }

  void operator()(const event::DataReceived& received) const {
    if (const auto* navigation = std::get_if<protocol::Navigation>(&received.event)) {
      news_.navigator_.navigate(received.user_id, news_.inputs_.navigable_pad(navigation->stream_id), *navigation);
    } else {
      announcer().data(received.user_id, received.event);
    }
  }

  void operator()(const event::StreamsChanged& changed) const { announcer().streams_changed(changed.streams.get()); }

  void operator()(const event::StreamsSelected& selected) const {
    announcer().streams_selected(selected.all.get(), selected.passing, selected.seqnum);
  }

  void operator()(const event::SlotWanted& wanted) const {
    if (auto slot = news_.outputs_.expose(session_, wanted)) {
      wanted.answer(std::move(slot));
    }
  }

  void operator()(const event::SlotUnwanted& unwanted) const { news_.outputs_.withdraw(unwanted.slot); }

  void operator()(const event::Left& left) const {
    bool was_joining = false;
    bool was_owner = false;
    if (!change([&] {
          was_joining = std::exchange(news_.joining_, false);
          was_owner = std::exchange(news_.is_initiator_, false);
        })) {
      return;
    }
    if (was_owner) {
      notify("is-initiator");
    }
    forget_participants();
    if (was_joining) {
      announcer().progress(GST_PROGRESS_TYPE_CANCELED, "Gave up joining the room");
    }
    set_state(State::Left);
    if (left.is_end) {
      announcer().end_of_stream();
    }
  }

 private:
  [[nodiscard]] const Announcer& announcer() const { return news_.announcer_; }

  /// False if another session is on by now, or none: then nothing is changed.
  template <typename Change>
  [[nodiscard]] bool change(Change change) const {
    const std::lock_guard lock(news_.mutex_);
    if (news_.session_ != session_) {
      return false;
    }
    change();
    return true;
  }

  void notify(const char* property) const { g_object_notify(G_OBJECT(news_.element_), property); }

  void set_state(State state) const {
    bool is_news = false;
    if (change([&] { is_news = std::exchange(news_.state_, state) != state; }) && is_news) {
      notify("state");
    }
  }

  void forget_participants() const {
    std::vector<std::string> gone;
    if (!change([&] { gone.swap(news_.participants_); })) {
      return;
    }
    news_.navigator_.forget_all();
    if (!gone.empty()) {
      notify("participants");
    }
    for (const std::string& user_id : gone) {
      announcer().participant_left(user_id);
    }
  }

  News& news_;
  const Session* const session_;
};

void News::begin(const Session* session, std::shared_ptr<EmbeddedServer> server) {
  const std::lock_guard lock(mutex_);
  session_ = session;
  server_ = std::move(server);
}

void News::read(const Session* session, Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (session_ != session) {
      return;
    }
  }
  std::visit(Reading(*this, session), event);
}

void News::end() {
  bool was_joining = false;
  bool was_on = false;
  {
    const std::lock_guard lock(mutex_);
    session_ = nullptr;
    server_.reset();
    was_joining = std::exchange(joining_, false);
    participants_.clear();
    is_initiator_ = false;
    was_on = std::exchange(state_, State::Idle) != State::Idle;
  }
  navigator_.forget_all();
  if (was_joining) {
    announcer_.progress(GST_PROGRESS_TYPE_CANCELED, "Gave up joining the room");
  }
  if (was_on) {
    g_object_notify(G_OBJECT(element_), "state");
  }
}

State News::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool News::is_initiator() const {
  const std::lock_guard lock(mutex_);
  return is_initiator_;
}

std::string News::user_id() const {
  const std::lock_guard lock(mutex_);
  return user_id_;
}

std::vector<std::string> News::participants() const {
  const std::lock_guard lock(mutex_);
  return participants_;
}

}  // namespace rtcmc
