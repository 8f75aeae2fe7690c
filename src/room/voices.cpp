// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room/voices.hpp"

#include <algorithm>
#include <utility>

namespace rtcmc::room {

namespace {

/// Strangers can make up names. Pages that are to meet have one name; more than a few are no pages.
constexpr std::size_t kMaxVoices = 4;
constexpr std::size_t kMaxListeners = 1024;
/// Until a connection is there: a description and its candidates.
constexpr std::size_t kMaxWaiting = 256;

}  // namespace

/// One further connection. What is said before it is there waits.
class Voices::Voice final : private socketio::Client::Listener {
 public:
  Voice(const socketio::ClientOptions& options, std::string name) : name_(std::move(name)), client_(options, *this) {
    client_.connect();
  }

  void say(glib::Ref<JsonNode> envelope) {
    if (client_.connected()) {
      client_.emit(name_, {envelope});
    } else if (waiting_.size() < kMaxWaiting) {
      waiting_.push_back(std::move(envelope));
    }
  }

  void set_extra(const glib::Ref<JsonNode>& extra) {
    if (client_.connected()) {
      client_.emit("extra-data-updated", {extra});
    }
  }

  void close(std::chrono::milliseconds timeout, std::function<void()> done) { client_.close(timeout, std::move(done)); }

 private:
  void on_connected() override {
    for (const auto& envelope : std::exchange(waiting_, {})) {
      client_.emit(name_, {envelope});
    }
  }

  void on_disconnected(const socketio::ConnectError& error, std::optional<std::chrono::milliseconds>) override {
    g_info("the connection for messages named %s: %s", name_.c_str(), error.text.c_str());
  }

  void on_event(std::string_view, JsonArray*) override {}

  const std::string name_;
  Envelopes waiting_;
  socketio::Client client_;
};

Voices::Voices(std::string own_name, OptionsFor options_for, Introduce introduce)
    : own_name_(std::move(own_name)), options_for_(std::move(options_for)), introduce_(std::move(introduce)) {}

Voices::~Voices() = default;

void Voices::learn(const std::string& user_id, std::string_view name) {
  if (listeners_.size() < kMaxListeners) {
    listeners_.try_emplace(user_id, Listener{.name = std::string(name)});
  }
}

void Voices::forget(const std::string& user_id) {
  const auto found = listeners_.find(user_id);
  if (found != listeners_.end()) {
    const std::string name = std::move(found->second.name);
    listeners_.erase(found);
    end_unused(name);
  }
}

void Voices::lost(const std::string& user_id) {
  const auto found = listeners_.find(user_id);
  if (found == listeners_.end()) {
    return;
  }
  if (found->second.name == own_name_) {
    listeners_.erase(found);
  } else {
    found->second.is_introduced = false;
    found->second.waiting.reset();
  }
}

bool Voices::have_learned(std::string_view user_id, std::string_view name) const {
  const auto found = listeners_.find(user_id);
  return found != listeners_.end() && found->second.name == name;
}

bool Voices::are_needed_for(std::string_view user_id) const {
  const auto found = listeners_.find(user_id);
  return found != listeners_.end() && found->second.name != own_name_;
}

void Voices::end_unused(const std::string& name) {
  if (std::ranges::none_of(listeners_, [&](const auto& entry) { return entry.second.name == name; })) {
    voices_.erase(name);
  }
}

void Voices::end() {
  listeners_.clear();
  voices_.clear();
}

void Voices::begin_anew() {
  // Some have gone meanwhile, which nobody has told us. Who has our name shows it again.
  std::erase_if(listeners_, [this](const auto& entry) { return entry.second.name == own_name_; });
  for (auto& [user_id, listener] : listeners_) {
    listener.is_introduced = false;
    listener.waiting.reset();
  }
}

void Voices::say(const std::string& user_id, glib::Ref<JsonNode> envelope) {
  const auto found = listeners_.find(user_id);
  if (found == listeners_.end()) {
    return;
  }
  Listener& listener = found->second;
  if (listener.is_introduced) {
    if (Voice* const speaking = voice(listener.name)) {
      speaking->say(std::move(envelope));
    }
    return;
  }
  const bool is_first = !listener.waiting;
  if (is_first) {
    listener.waiting.emplace();
  }
  if (listener.waiting->size() < kMaxWaiting) {
    listener.waiting->push_back(std::move(envelope));
  }
  if (is_first) {
    introduce_(user_id, [this, user_id] { introduced(user_id); });
  }
}

void Voices::introduced(const std::string& user_id) {
  const auto found = listeners_.find(user_id);
  if (found == listeners_.end() || !found->second.waiting) {
    return;
  }
  found->second.is_introduced = true;
  Envelopes waiting = *std::move(found->second.waiting);
  found->second.waiting.reset();
  for (auto& envelope : waiting) {
    say(user_id, std::move(envelope));
  }
}

Voices::Voice* Voices::voice(const std::string& name) {
  const auto found = voices_.find(name);
  if (found != voices_.end()) {
    return found->second.get();
  }
  if (voices_.size() >= kMaxVoices) {
    g_info("nobody is spoken to whose messages are named %s: %zu other names are in use", name.c_str(), kMaxVoices);
    return nullptr;
  }
  g_info("a further connection to the server, for messages named %s", name.c_str());
  return voices_.emplace(name, std::make_unique<Voice>(options_for_(name), name)).first->second.get();
}

void Voices::set_extra(const glib::Ref<JsonNode>& extra) {
  for (const auto& [name, voice] : voices_) {
    voice->set_extra(extra);
  }
}

void Voices::close(std::chrono::milliseconds timeout, const std::function<void()>& done) {
  if (voices_.empty()) {
    done();
    return;
  }
  const auto open = std::make_shared<std::size_t>(voices_.size());
  for (const auto& [name, voice] : voices_) {
    voice->close(timeout, [open, done] {
      if (--*open == 0) {
        done();
      }
    });
  }
}

}  // namespace rtcmc::room
