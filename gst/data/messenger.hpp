// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "data/data_channel.hpp"
#include "data/outbox.hpp"
#include "glib/ref.hpp"
#include "limit/token_bucket.hpp"
#include "log/log_limiter.hpp"
#include "protocol/file_transfer.hpp"
#include "protocol/navigation.hpp"
#include "protocol/text_frames.hpp"

namespace rtcmc {

struct ChannelOpened {};
struct BinaryMessage {
  glib::Ref<GBytes> bytes;
};
struct FileProgress {
  std::string name;
  std::uint64_t done = 0;  // bytes
  std::uint64_t size = 0;
  bool is_sending = false;
};
struct FileReceived {
  std::string name;
  std::string type;
  glib::Ref<GBytes> bytes;
};

/// What a participant says over its data channel, and how a file gets on.
using DataEvent =
    std::variant<ChannelOpened, protocol::TextMessage, protocol::Navigation, BinaryMessage, FileProgress, FileReceived>;

/// What one participant and we tell each other over data channels: texts in RTCMultiConnection's frames, navigation
/// among them, files, and binary messages. All channels are heard; what we have to say goes to the one that opened
/// last, as in browsers.
///
/// Threads: the room's. `on_event` may destroy it.
class Messenger {
 public:
  /// `our_user_id`, `user_id`: what to write into the pieces of a file.
  Messenger(std::string our_user_id, std::string user_id, std::function<void(DataEvent)> on_event);

  /// What to send. Any thread may fill it; then call pump().
  [[nodiscard]] const std::shared_ptr<Outbox>& outbox() const { return outbox_; }

  void add(std::unique_ptr<DataChannel> channel);
  /// Sends what the channel takes.
  void pump();
  /// No callback runs any more.
  void stop();

 private:
  void opened(DataChannel& channel);
  void receive_text(const std::string& text);
  void receive(protocol::TextMessage message);
  void receive_binary(glib::Ref<GBytes> bytes);
  void receive(const protocol::FileChunk& chunk);
  void receive(const protocol::NextChunkRequest& request);
  void receive(const protocol::ChunkMissing& message);
  /// Whether the participant may have the application's attention now.
  [[nodiscard]] bool may_speak();

  void begin_file(const std::shared_ptr<const protocol::SharedFile>& file);
  void send_chunk(const protocol::FileSender::Next& next);
  void send_soon(const std::vector<std::uint8_t>& bytes);
  void send(const OutgoingData& data);
  /// Tells it if `step`, the latest part of what is done, has added a percent. Then `this` may be gone.
  void tell_progress(FileProgress progress, std::uint64_t step);

  void drop(const char* what, const std::string& why);
  /// What comes in floods: one line in a while.
  void drop_messages(const char* why);
  void drop(LogLimiter& limiter, const char* what, const std::string& why);

  const std::string our_user_id_;
  const std::string user_id_;
  const std::function<void(DataEvent)> on_event_;
  const std::shared_ptr<Outbox> outbox_ = std::make_shared<Outbox>();

  std::vector<std::unique_ptr<DataChannel>> channels_;
  DataChannel* current_ = nullptr;  // one of them
  // Goes before what is in the outbox: pieces of files, which others wait for.
  std::deque<glib::Ref<GBytes>> urgent_;

  protocol::TextAssembler texts_;
  protocol::FileReceiver files_;
  protocol::FileSender sent_files_;
  TokenBucket attention_;
  LogLimiter log_limiter_;
  LogLimiter flood_log_limiter_{0};
};

}  // namespace rtcmc
