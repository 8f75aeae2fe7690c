// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/ice_sender.hpp"

#include <nice/agent.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

/// libnice does not tell when it gives a socket up.
constexpr std::chrono::seconds kRecheck{1};

NiceAgent* nice(const glib::Ref<GObject>& agent) {
  return NICE_AGENT(agent.get());
}

datagrams::Path::Address to_address(const NiceAddress& address) {
  datagrams::Path::Address result;
  nice_address_copy_to_sockaddr(&address, reinterpret_cast<sockaddr*>(&result.storage));
  result.length = result.storage.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  return result;
}

bool has_consent_in(guint state) {
  // A component has failed also when the other side has stopped to agree that anything is sent there (RFC 7675).
  return state == NICE_COMPONENT_STATE_CONNECTED || state == NICE_COMPONENT_STATE_READY;
}

}  // namespace

struct IceSender::Way {
  static std::shared_ptr<Way> from(glib::Ref<GSocket> socket, const NiceAddress& local, const NiceAddress& remote) {
    if (socket) {
      if (auto path = datagrams::Path::from(g_socket_get_fd(socket.get()), to_address(local), to_address(remote))) {
        return std::make_shared<Way>(Way{.socket = std::move(socket), .path = std::move(*path)});
      }
    }
    return nullptr;
  }

  glib::Ref<GSocket> socket;
  datagrams::Path path;  // of send_straight()
};

std::shared_ptr<IceSender> IceSender::make(GstElement* nicesink) {
  const auto sender = std::shared_ptr<IceSender>(new IceSender);
  g_object_get(nicesink, "agent", sender->agent_.out(), "stream", &sender->stream_, "component", &sender->component_,
               nullptr);
  if (!NICE_IS_AGENT(sender->agent_.get())) {
    return nullptr;
  }
  sender->listen(sender);
  return sender;
}

void IceSender::listen(const std::weak_ptr<IceSender>& self) {
  selected_ = glib::SignalConnection::owning(
      agent_.get(), "new-selected-pair-full",
      G_CALLBACK(+[](NiceAgent* agent, guint stream, guint component, const NiceCandidate* local,
                     const NiceCandidate* remote, const std::weak_ptr<IceSender>* self) {
        const auto sender = self->lock();
        if (!sender || stream != sender->stream_ || component != sender->component_) {
          return;
        }
        // The candidates are the signal's own: those that the agent would give us are freed by others.
        auto way = Way::from(sender->selected_socket(), local->base_addr, remote->addr);
        GST_DEBUG_OBJECT(agent, "packets go %s", way ? "straight to the socket" : "through libnice");
        const std::lock_guard lock(sender->mutex_);
        sender->way_.swap(way);  // the old one goes after the lock
      }),
      self);
  state_ = glib::SignalConnection::owning(
      agent_.get(), "component-state-changed",
      G_CALLBACK(+[](NiceAgent*, guint stream, guint component, guint state, const std::weak_ptr<IceSender>* self) {
        const auto sender = self->lock();
        if (sender && stream == sender->stream_ && component == sender->component_) {
          const std::lock_guard lock(sender->mutex_);
          sender->has_consent_ = has_consent_in(state);
        }
      }),
      self);
}

std::shared_ptr<IceSender::Way> IceSender::way() const {
  const std::lock_guard lock(mutex_);
  return has_consent_ ? way_ : nullptr;
}

std::shared_ptr<IceSender::Way> IceSender::checked_way() {
  auto way = this->way();
  const auto now = Clock::now();
  if (!way || now < recheck_at_) {
    return way;
  }
  recheck_at_ = now + kRecheck;
  if (selected_socket() == way->socket) {
    return way;
  }
  const std::lock_guard lock(mutex_);
  if (way_ == way) {
    way_.reset();
  }
  return nullptr;
}

glib::Ref<GSocket> IceSender::selected_socket() const {
  return glib::Ref<GSocket>::adopt(nice_agent_get_selected_socket(nice(agent_), stream_, component_));
}

std::size_t IceSender::send_straight(std::span<const datagrams::Packet> packets) {
  const auto way = checked_way();
  return way ? way->path.send(packets) : 0;
}

void IceSender::send_by_libnice(std::span<const datagrams::Packet> packets) const {
  std::vector<GOutputVector> pieces;
  std::ranges::transform(packets, std::back_inserter(pieces), [](const datagrams::Packet& packet) {
    return GOutputVector{.buffer = packet.data(), .size = packet.size()};
  });
  std::vector<NiceOutputMessage> messages;
  std::ranges::transform(pieces, std::back_inserter(messages),
                         [](GOutputVector& piece) { return NiceOutputMessage{.buffers = &piece, .n_buffers = 1}; });
  nice_agent_send_messages_nonblocking(nice(agent_), stream_, component_, messages.data(),
                                       static_cast<guint>(messages.size()), nullptr, nullptr);
}

}  // namespace rtcmc
