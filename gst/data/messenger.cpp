// SPDX-License-Identifier: LGPL-2.1-or-later
#include "data/messenger.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

using Clock = std::chrono::steady_clock;

/// Of one participant. Browsers of this library have one.
constexpr std::size_t kMaxChannels = 4;
/// Pieces of files and receipts that wait for the channel: each is an answer to something, unless somebody does not
/// read our answers.
constexpr std::size_t kMaxUrgent = 256;
/// Messages a second that reach the application, for ever and at once.
constexpr double kMessageRate = 1000;
constexpr double kMessageBurst = 4000;

std::span<const std::uint8_t> span_of(const glib::Ref<GBytes>& bytes) {
  gsize size = 0;
  const auto* data = static_cast<const std::uint8_t*>(g_bytes_get_data(bytes.get(), &size));
  return {data, size};
}

glib::Ref<GBytes> bytes_of(std::vector<std::uint8_t> data) {
  auto* held = new std::vector<std::uint8_t>(std::move(data));
  return glib::Ref<GBytes>::adopt(g_bytes_new_with_free_func(
      held->data(), held->size(), [](gpointer vector) { delete static_cast<std::vector<std::uint8_t>*>(vector); },
      held));
}

}  // namespace

Messenger::Messenger(std::string our_user_id, std::string user_id, std::function<void(DataEvent)> on_event)
    : our_user_id_(std::move(our_user_id)),
      user_id_(std::move(user_id)),
      on_event_(std::move(on_event)),
      attention_(kMessageRate, kMessageBurst, Clock::now()) {}

void Messenger::add(std::unique_ptr<DataChannel> channel) {
  std::erase_if(channels_, [this](const auto& one) {
    const bool is_gone = one->is_closed();
    current_ = is_gone && current_ == one.get() ? nullptr : current_;
    return is_gone;
  });
  if (channels_.size() >= kMaxChannels) {
    drop("a data channel", "it has " + std::to_string(kMaxChannels) + " already");
    return;
  }
  DataChannel& added = *channel;
  channels_.push_back(std::move(channel));
  added.attach({.on_open = [this, &added] { opened(added); },
                .on_text = [this](const std::string& text) { receive_text(text); },
                .on_binary = [this](glib::Ref<GBytes> bytes) { receive_binary(std::move(bytes)); },
                .on_writable = [this] { pump(); },
                .on_overflow = [this] { drop_messages("they come faster than they can be taken"); }});
}

void Messenger::stop() {
  current_ = nullptr;
  channels_.clear();
}

void Messenger::opened(DataChannel& channel) {
  if (current_ == &channel) {
    return;
  }
  const bool is_first = !std::exchange(current_, &channel);
  pump();
  if (is_first) {
    on_event_(ChannelOpened());
  }
}

void Messenger::pump() {
  while (current_ && current_->is_writable()) {
    if (!urgent_.empty()) {
      const glib::Ref<GBytes> bytes = std::move(urgent_.front());
      urgent_.pop_front();
      (void)current_->send(bytes);
      continue;
    }
    const auto next = outbox_->pop();
    if (!next) {
      return;
    }
    send(*next);
  }
}

void Messenger::send(const OutgoingData& data) {
  if (const auto* frames = std::get_if<TextFrames>(&data)) {
    (void)std::ranges::all_of(**frames, [this](const std::string& frame) { return current_->send(frame); });
  } else if (const auto* bytes = std::get_if<glib::Ref<GBytes>>(&data)) {
    (void)current_->send(*bytes);
  } else {
    begin_file(std::get<std::shared_ptr<const protocol::SharedFile>>(data));
  }
}

void Messenger::begin_file(const std::shared_ptr<const protocol::SharedFile>& file) {
  if (const auto first = sent_files_.add(file, Clock::now())) {
    send_chunk(*first);
  } else {
    GST_WARNING("%s is not sent to %s: %u files are on their way already", file->info.name.c_str(), user_id_.c_str(),
                static_cast<unsigned>(protocol::kMaxFiles));
  }
}

void Messenger::send_chunk(const protocol::FileSender::Next& next) {
  send_soon(protocol::to_bytes(next.chunk, our_user_id_, user_id_));
}

void Messenger::send_soon(const std::vector<std::uint8_t>& bytes) {
  if (urgent_.size() >= kMaxUrgent) {
    drop("a piece of a file", "it does not read our answers");
    return;
  }
  urgent_.push_back(bytes_of(bytes));
}

void Messenger::receive_text(const std::string& text) {
  if (!may_speak()) {
    return;
  }
  auto result = texts_.receive(text);
  if (const auto* fault = std::get_if<protocol::TextAssembler::Fault>(&result)) {
    drop("a message", *fault);
  } else if (auto* message = std::get_if<protocol::TextMessage>(&result)) {
    receive(std::move(*message));
  }
}

void Messenger::receive(protocol::TextMessage message) {
  auto navigation = message.is_object ? protocol::parse_navigation(message.text) : std::nullopt;
  if (!navigation) {
    on_event_(std::move(message));
  } else if (const auto* fault = std::get_if<std::string>(&*navigation)) {
    drop("a message of navigation", *fault);
  } else {
    on_event_(std::get<protocol::Navigation>(std::move(*navigation)));
  }
}

void Messenger::receive_binary(glib::Ref<GBytes> bytes) {
  const auto message = protocol::parse_file_message(span_of(bytes));
  if (message) {
    std::visit([this](const auto& specific) { receive(specific); }, *message);
  } else if (may_speak()) {
    on_event_(BinaryMessage{std::move(bytes)});
  }
}

void Messenger::receive(const protocol::FileChunk& chunk) {
  if (chunk.start && !may_speak()) {
    return;
  }
  auto result = files_.receive(chunk, Clock::now());
  if (const auto* progress = std::get_if<protocol::FileReceiver::Progress>(&result)) {
    send_soon(protocol::to_bytes(protocol::NextChunkRequest{chunk.uuid, chunk.position}));
    pump();
    tell_progress({progress->file.name, progress->received, progress->file.size, false}, chunk.data.size());
    return;
  }
  if (auto* received = std::get_if<protocol::FileReceiver::Received>(&result)) {
    on_event_(FileReceived{received->file.name, received->file.type, bytes_of(std::move(received->data))});
  } else {
    drop("a piece of a file", std::get<protocol::FileReceiver::Fault>(result));
  }
}

void Messenger::receive(const protocol::NextChunkRequest& request) {
  const auto next = sent_files_.next(request, Clock::now());
  if (!next) {
    drop("a request for a piece of a file", "it is not the one that comes next");
    return;
  }
  send_chunk(*next);
  pump();
  tell_progress({next->file->info.name, next->received, next->file->info.size, true}, protocol::FileSender::kChunkSize);
}

void Messenger::receive(const protocol::ChunkMissing& message) {
  GST_INFO("%s has given the file %s up", user_id_.c_str(), message.uuid.c_str());
  files_.forget(message.uuid);
  sent_files_.forget(message.uuid);
}

void Messenger::tell_progress(FileProgress progress, std::uint64_t step) {
  const auto percent = [&progress](std::uint64_t done) {
    return done * 100 / std::max<std::uint64_t>(progress.size, 1);
  };
  const bool is_worth_it = progress.done == 0 || progress.done == progress.size ||
                           percent(progress.done) != percent(progress.done - std::min(step, progress.done));
  if (is_worth_it && attention_.take(1, Clock::now())) {
    on_event_(std::move(progress));
  }
}

bool Messenger::may_speak() {
  if (attention_.take(1, Clock::now())) {
    return true;
  }
  drop_messages("they come faster than 1000 a second");
  return false;
}

void Messenger::drop_messages(const char* why) {
  drop(flood_log_limiter_, "messages", why);
}

void Messenger::drop(const char* what, const std::string& why) {
  drop(log_limiter_, what, why);
}

void Messenger::drop(LogLimiter& limiter, const char* what, const std::string& why) {
  const auto verdict = limiter.count(user_id_);
  if (verdict != LogLimiter::Verdict::Skip) {
    GST_WARNING("dropped %s of %s: %s%s", what, user_id_.c_str(), why.c_str(), LogLimiter::suffix(verdict));
  }
}

}  // namespace rtcmc
