// SPDX-License-Identifier: LGPL-2.1-or-later
#include "data/data_channel.hpp"

#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "glib/worker_thread.hpp"
#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// Of what has arrived and was not taken yet. SCTP has no way to slow one channel down that webrtcbin offers.
constexpr std::size_t kMaxCount = 4096;
constexpr std::size_t kMaxSize = std::size_t{16} * 1024 * 1024;
/// Then others of the thread's tasks have their turn.
constexpr unsigned kMaxAtOnce = 256;
/// Of what webrtcbin holds for the network. Enough for a fast one; what is more waits with us, where it is counted.
constexpr guint64 kHighWater = guint64{1024} * 1024;
constexpr guint64 kLowWater = kHighWater / 4;

struct Opened {};
struct Writable {};
using Happening = std::variant<Opened, Writable, std::string, glib::Ref<GBytes>>;

std::size_t size_of(const Happening& event) {
  if (const auto* text = std::get_if<std::string>(&event)) {
    return text->size();
  }
  const auto* bytes = std::get_if<glib::Ref<GBytes>>(&event);
  return bytes ? g_bytes_get_size(bytes->get()) : 0;
}

bool report(const glib::Error& error) {
  if (error) {
    GST_WARNING("cannot send on the data channel: %s", error.message());
  }
  return !error;
}

}  // namespace

/// `mutex_` protects what arrives. `callbacks_` is for the thread of the context alone.
class DataChannel::Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  explicit Inbox(glib::Ref<GMainContext> context) : context_(std::move(context)) {}

  /// Any thread.
  void put(Happening event) {
    const std::size_t size = size_of(event);
    const bool is_message =
        std::holds_alternative<std::string>(event) || std::holds_alternative<glib::Ref<GBytes>>(event);
    {
      const std::lock_guard lock(mutex_);
      if (is_message && (size_ + size > kMaxSize || events_.size() >= kMaxCount)) {
        overflowed_ = true;
        return;
      }
      size_ += size;
      events_.push_back(std::move(event));
      if (std::exchange(is_scheduled_, true)) {
        return;
      }
    }
    schedule();
  }

  void attach(Callbacks callbacks) { callbacks_ = std::make_shared<Callbacks>(std::move(callbacks)); }
  void detach() { callbacks_.reset(); }

 private:
  void schedule() {
    glib::post(context_.get(), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) {
        self->hand_out();
      }
    });
  }

  void hand_out() {
    for (unsigned i = 0; i < kMaxAtOnce; ++i) {
      // A copy, since what is called may detach.
      const std::shared_ptr<Callbacks> callbacks = callbacks_;
      if (!callbacks) {
        return;  // is_scheduled_ stays: nobody will ask any more
      }
      bool overflowed = false;
      std::optional<Happening> event;
      {
        const std::lock_guard lock(mutex_);
        overflowed = std::exchange(overflowed_, false);
        if (!events_.empty()) {
          event = std::move(events_.front());
          events_.pop_front();
          size_ -= size_of(*event);
        } else {
          is_scheduled_ = false;
        }
      }
      if (overflowed) {
        callbacks->on_overflow();
      }
      if (!event || callbacks_ != callbacks) {
        return;
      }
      hand_out(*callbacks, std::move(*event));
    }
    schedule();
  }

  static void hand_out(Callbacks& callbacks, Happening event) {
    if (auto* text = std::get_if<std::string>(&event)) {
      callbacks.on_text(std::move(*text));
    } else if (auto* bytes = std::get_if<glib::Ref<GBytes>>(&event)) {
      callbacks.on_binary(std::move(*bytes));
    } else if (std::holds_alternative<Opened>(event)) {
      callbacks.on_open();
    } else {
      callbacks.on_writable();
    }
  }

  const glib::Ref<GMainContext> context_;
  std::shared_ptr<Callbacks> callbacks_;

  std::mutex mutex_;
  std::deque<Happening> events_;
  std::size_t size_ = 0;
  bool is_scheduled_ = true;  // until attach()
  bool overflowed_ = false;

  friend class DataChannel;
};

DataChannel::DataChannel(glib::Ref<GstWebRTCDataChannel> channel, glib::Ref<GMainContext> context)
    : channel_(std::move(channel)), inbox_(std::make_shared<Inbox>(std::move(context))) {
  g_object_set(channel_.get(), "buffered-amount-low-threshold", kLowWater, nullptr);
  const auto connect = [this](const char* signal, GCallback handler) {
    connections_.push_back(glib::SignalConnection::owning(channel_.get(), signal, handler, inbox_));
  };
  using Shared = std::shared_ptr<Inbox>;
  connect("on-open", G_CALLBACK(+[](GstWebRTCDataChannel*, const Shared* inbox) { (*inbox)->put(Opened()); }));
  connect("on-buffered-amount-low",
          G_CALLBACK(+[](GstWebRTCDataChannel*, const Shared* inbox) { (*inbox)->put(Writable()); }));
  connect("on-message-string", G_CALLBACK(+[](GstWebRTCDataChannel*, const gchar* text, const Shared* inbox) {
            // None stands for an empty message, which says nothing.
            if (text && *text) {
              (*inbox)->put(std::string(text));
            }
          }));
  connect("on-message-data", G_CALLBACK(+[](GstWebRTCDataChannel*, GBytes* bytes, const Shared* inbox) {
            if (bytes && g_bytes_get_size(bytes) > 0) {
              (*inbox)->put(glib::Ref<GBytes>::share(bytes));
            }
          }));
}

DataChannel::~DataChannel() {
  inbox_->detach();
}

void DataChannel::attach(Callbacks callbacks) {
  inbox_->attach(std::move(callbacks));
  if (is_open()) {
    inbox_->put(Opened());
  }
  inbox_->schedule();
}

GstWebRTCDataChannelState DataChannel::state() const {
  GstWebRTCDataChannelState state = GST_WEBRTC_DATA_CHANNEL_STATE_CONNECTING;
  g_object_get(channel_.get(), "ready-state", &state, nullptr);
  return state;
}

bool DataChannel::is_open() const {
  return state() == GST_WEBRTC_DATA_CHANNEL_STATE_OPEN;
}

bool DataChannel::is_closed() const {
  return state() == GST_WEBRTC_DATA_CHANNEL_STATE_CLOSED;
}

bool DataChannel::is_writable() const {
  guint64 buffered = 0;
  g_object_get(channel_.get(), "buffered-amount", &buffered, nullptr);
  return buffered < kHighWater && is_open();
}

bool DataChannel::send(const std::string& text) {
  glib::Error error;
  gst_webrtc_data_channel_send_string_full(channel_.get(), text.c_str(), error.out());
  return report(error);
}

bool DataChannel::send(const glib::Ref<GBytes>& bytes) {
  glib::Error error;
  gst_webrtc_data_channel_send_data_full(channel_.get(), bytes.get(), error.out());
  return report(error);
}

}  // namespace rtcmc
