// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session/session.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_room_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

// Together well under the second in which a state change has to be done.
constexpr auto kGoodbyeTimeout = 300ms;
constexpr auto kEndTimeout = 400ms;
constexpr auto kStopTimeout = 800ms;
/// For a handler that runs while we stop. It may itself wait for whoever stops us.
constexpr auto kReaderTimeout = 200ms;
/// How long an error waits for the element to play. gst-launch-1.0 never ends if it is told of one before its main loop
/// runs, where it sets the pipeline to PLAYING.
constexpr auto kErrorWaits = 200ms;

}  // namespace

/// What the worker thread holds while it ends. When released() is ready it holds no more, and its owner may end the
/// process: nothing of ours is then at work on another thread, in libraries that are going.
class Session::Stopping {
 public:
  Stopping(GstBin* bin, std::shared_ptr<Session> session)
      : bin_(glib::Ref<GstBin>::share(bin)), session_(std::move(session)) {}
  Stopping(const Stopping&) = delete;
  Stopping& operator=(const Stopping&) = delete;
  ~Stopping() {
    session_.reset();
    bin_ = nullptr;
    released_.set_value();
  }

  [[nodiscard]] Session& session() const { return *session_; }
  [[nodiscard]] std::future<void> released() { return released_.get_future(); }

 private:
  glib::Ref<GstBin> bin_;
  std::shared_ptr<Session> session_;
  std::promise<void> released_;
};

Session::Session(GstBin* bin, SessionSettings settings, EventQueue::Reader read)
    : bin_(bin),
      has_data_channels_(settings.peer.data_channel),
      events_(GST_ELEMENT(bin), std::move(read)),
      options_(std::move(settings.room)),
      session_is_implied_(settings.session_is_implied),
      worker_(std::make_unique<glib::WorkerThread>("rtcmc-room")),
      incoming_(settings.incoming, events_, Poster(worker_->context(), alive_), [this] { conversation_.want_media(); }),
      publisher_(bin, std::move(settings.publish), outgoing_, events_,
                 [this](auto peer) { conversation_.end(std::move(peer)); }),
      statistics_(roster_, outgoing_, publisher_, Poster(worker_->context(), alive_)),
      adaptation_(roster_, outgoing_, publisher_, events_),
      conversation_({bin, roster_, outgoing_, incoming_, statistics_, events_}, std::move(settings.peer),
                    Poster(worker_->context(), alive_), [this] { leave_closed_room(); }) {}

Session::~Session() {
  // What it still has to run may use all of this.
  worker_.reset();
}

void Session::start() {
  worker_->post([this] {
    adaptation_.start();
    network_ = std::make_unique<socketio::NetworkWatch>([this] { conversation_.network_changed(); });
    next_ = options_;
    enter_next();
  });
}

void Session::enter(room::RoomOptions options) {
  worker_->post([this, options = std::move(options)]() mutable {
    next_ = std::move(options);
    if (!client_ || left_) {
      enter_next();
    } else {
      depart(Farewell::Leave, [] {});
    }
  });
}

void Session::leave(bool is_end) {
  worker_->post([this, is_end] {
    next_.reset();
    depart(Farewell::Leave, [this, is_end] { events_.push(event::Left{is_end}); });
  });
}

void Session::close() {
  worker_->post([this] {
    next_.reset();
    depart(Farewell::CloseRoom, [this] { events_.push(event::Left{false}); });
  });
}

void Session::stop() {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + kStopTimeout;
  events_.close();
  // Whoever calls us may be gone before the thread is done: then it holds what it works on.
  auto stopping = std::make_shared<Stopping>(bin_, shared_from_this());
  auto is_released = stopping->released();
  worker_->post([stopping = std::move(stopping)] { stopping->session().end(stopping); });
  if (worker_->is_current()) {
    worker_->abandon();
  } else if (is_released.wait_until(deadline) != std::future_status::ready) {
    GST_WARNING_OBJECT(bin_, "leaving the room takes long: it goes on by itself");
    worker_->abandon();
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  if (!events_.wait_for_reader(std::clamp<std::chrono::milliseconds>(left, 0ms, kReaderTimeout))) {
    GST_WARNING_OBJECT(bin_, "a handler still runs, and holds the element until it returns");
  }
}

void Session::end(std::shared_ptr<Stopping> stopping) {
  next_.reset();
  until_reported_.cancel();
  depart(Farewell::Leave, [this, stopping = std::move(stopping)] {
    // Later, since it is the client that calls.
    worker_->post([this, stopping] { clear(); });
  });
}

void Session::clear() {
  adaptation_.stop();
  if (!conversation_.wait_for_ends(kEndTimeout)) {
    GST_INFO_OBJECT(bin_, "some connections take long to end: they do so by themselves");
  }
  client_.reset();
  network_.reset();
  outgoing_.clear();
  incoming_.clear();
}

void Session::enter_next() {
  if (!next_ || !departing_.empty()) {
    return;
  }
  options_ = *std::exchange(next_, std::nullopt);
  left_ = false;
  failure_.reset();
  until_reported_.cancel();
  use_session(false);
  room::RoomClient::Listener& listener = *this;
  client_ = std::make_unique<room::RoomClient>(options_, listener);
  conversation_.use(*client_, options_);
  client_->enter();
  events_.push(event::Connecting());
  events_.push(event::UserIdChanged{"", client_->user_id()});
}

void Session::use_session(bool is_owner) {
  const protocol::Session& session = options_.session;
  const Share share = is_owner || !session.oneway ? Share::Everything
                      : session.two_way_audio     ? Share::Audio
                                                  : Share::Nothing;
  outgoing_.enter(session_is_implied_ ? std::nullopt : std::optional(session), share);
}

void Session::depart(Farewell farewell, std::function<void()> done) {
  if (!client_ || (left_ && departing_.empty())) {
    conversation_.end_all();
    publisher_.leave(kGoodbyeTimeout, std::move(done));
    return;
  }
  departing_.push_back(std::move(done));
  if (std::exchange(left_, true)) {
    return;
  }
  // The goodbye first: ending connections takes its time.
  const std::vector<std::string> told = roster_.user_ids();
  still_told_ = 2;
  if (farewell == Farewell::CloseRoom) {
    client_->close_room(told, kGoodbyeTimeout, [this] { is_out_of_one(); });
  } else {
    client_->leave(told, kGoodbyeTimeout, [this] { is_out_of_one(); });
  }
  publisher_.leave(kGoodbyeTimeout, [this] { is_out_of_one(); });
}

void Session::is_out_of_one() {
  if (--still_told_ == 0) {
    is_out();
  }
}

void Session::is_out() {
  conversation_.end_all();
  for (const auto& call : std::exchange(departing_, {})) {
    call();
  }
  if (next_) {
    worker_->post([this] { enter_next(); });  // the client that calls us goes there
  }
}

void Session::webrtcbin_failed(GstElement* webrtcbin, const std::string& reason) {
  worker_->post([this, webrtcbin = glib::Ref<GstElement>::share(webrtcbin), reason] {
    if (!publisher_.webrtcbin_failed(webrtcbin.get(), reason)) {
      conversation_.webrtcbin_failed(webrtcbin.get(), reason);
    }
  });
}

void Session::tracks_changed() {
  worker_->post([this] {
    conversation_.tracks_changed();
    publisher_.tracks_changed();
  });
}

void Session::resume() {
  worker_->post([this] {
    has_played_ = true;
    conversation_.resume();
    publisher_.resume();
    if (failure_) {
      report_failure();
    }
  });
}

void Session::expect_tracks(std::size_t count) {
  worker_->post([this, count] {
    outgoing_.expect(count);
    conversation_.tracks_changed();
    publisher_.tracks_changed();
  });
}

void Session::add_track(OutgoingTrack track) {
  worker_->post([this, track = std::move(track)] { outgoing_.add(track); });
}

void Session::remove_track(std::shared_ptr<send::Track> track) {
  worker_->post([this, track = std::move(track)] {
    conversation_.remove_track(*track);
    publisher_.remove_track(*track);
  });
}

void Session::change_tracks(std::vector<TrackChange> changes) {
  worker_->post([this, changes = std::move(changes)] { conversation_.tell_everyone(outgoing_.change(changes)); });
}

void Session::add_slot(std::shared_ptr<receive::Slot> slot) {
  worker_->post([this, slot = std::move(slot)] { incoming_.add(slot); });
}

void Session::remove_slot(std::shared_ptr<receive::Slot> slot) {
  worker_->post([this, slot = std::move(slot)] { incoming_.remove(*slot); });
}

void Session::select_streams(std::vector<std::string> ids, guint32 seqnum) {
  worker_->post([this, ids = std::move(ids), seqnum] { incoming_.select(ids, seqnum); });
}

void Session::get_stats(Statistics::Reply reply) {
  worker_->post([this, reply = std::move(reply)] { statistics_.collect(reply); });
}

Roster::Sent Session::send(const std::optional<std::string>& user_id, const OutgoingData& data) {
  const Roster::Sent sent = roster_.send(user_id, data);
  if (sent == Roster::Sent::Taken) {
    worker_->post([this, user_id] { conversation_.send_data(user_id); });
  }
  return sent;
}

void Session::set_extra(glib::Ref<JsonObject> extra) {
  worker_->post([this, extra = std::move(extra)] {
    options_.extra = extra;
    if (client_) {
      client_->set_extra(extra);
    }
  });
}

void Session::disconnect_with(std::string user_id) {
  worker_->post([this, user_id = std::move(user_id)] {
    // Somebody whom we do not know may be on its way to us.
    if (client_) {
      client_->disconnect_with(user_id);
      conversation_.forget(user_id);
    }
  });
}

void Session::call(std::string user_id) {
  worker_->post([this, user_id = std::move(user_id)] { call_now(user_id); });
}

void Session::call_now(const std::string& user_id) {
  if (client_ && client_->in_room()) {
    conversation_.call(user_id);
  } else {
    GST_WARNING_OBJECT(bin_, "does not call %s: not connected with a server", user_id.c_str());
  }
}

void Session::find_presence(std::string room_id, std::function<void(const protocol::Presence&)> callback) {
  worker_->post([this, room_id = std::move(room_id), callback = std::move(callback)] {
    if (client_ && !left_) {
      client_->find_presence(room_id, callback);
    }
  });
}

void Session::find_public_rooms(std::string identifier,
                                std::function<void(const std::vector<protocol::PublicRoom>&)> callback) {
  worker_->post([this, identifier = std::move(identifier), callback = std::move(callback)] {
    if (client_ && !left_) {
      client_->find_public_rooms(identifier, callback);
    }
  });
}

void Session::set_password(std::string password, std::function<void(const std::optional<std::string>&)> callback) {
  worker_->post([this, password = std::move(password), callback = std::move(callback)] {
    if (client_ && !left_) {
      client_->set_password(password, callback);
    }
  });
}

void Session::on_joined(bool created) {
  client_->end_ghost(roster_.user_ids());
  conversation_.joined();
  use_session(created);
  publisher_.begin();
  events_.push(event::Joined{created, options_.room_id});
}

void Session::on_unanswered() {
  events_.push(event::Unanswered{options_.room_id});
}

void Session::on_failed(const room::RoomError& error) {
  left_ = true;
  publisher_.leave(kGoodbyeTimeout, [] {});
  failure_ = error;
  if (has_played_) {
    report_failure();
  } else {
    until_reported_.start_once(kErrorWaits, [this] { report_failure(); });
  }
}

void Session::report_failure() {
  until_reported_.cancel();
  events_.push(event::JoinFailed{*std::exchange(failure_, std::nullopt)});
}

void Session::on_connection_lost(const room::RoomError& error, std::chrono::milliseconds retry_in) {
  // Media already flowing goes on: who is really gone is noticed by ICE, or by the next entry into the room.
  conversation_.lost();
  events_.push(event::ConnectionLost{error, retry_in});
}

void Session::on_user_id_changed(const std::string& old_id, const std::string& new_id) {
  events_.push(event::UserIdChanged{old_id, new_id});
}

void Session::on_message(const room::MessageHead& head, protocol::Message message) {
  conversation_.receive(head, message);
}

void Session::on_user_disconnected(const std::string& user_id) {
  conversation_.participant_is_gone(user_id);
}

void Session::on_extra_changed(const std::string& user_id, const glib::Ref<JsonObject>& extra) {
  conversation_.extra_changed(user_id, extra);
}

void Session::on_became_owner() {
  use_session(true);
  publisher_.tracks_changed();
  events_.push(event::BecameOwner());
}

void Session::on_room_said_to_be_closed() {
  conversation_.ask_whether_closed();
}

void Session::leave_closed_room() {
  conversation_.forget_all();
  depart(Farewell::Leave, [] {});  // until then, the server would send newcomers to us
  events_.push(event::RoomClosed());
}

}  // namespace rtcmc
