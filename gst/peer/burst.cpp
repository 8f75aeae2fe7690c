// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/burst.hpp"

#include <nice/agent.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "glib/signal_connection.hpp"
#include "gst_ref.hpp"
#include "log.hpp"
#include "media/elements.hpp"
#include "peer/datagrams.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

using Clock = std::chrono::steady_clock;

/// libnice does not tell when it gives a socket up.
constexpr std::chrono::seconds kRecheck{1};

datagrams::Path::Address to_address(const NiceAddress& address) {
  datagrams::Path::Address result;
  nice_address_copy_to_sockaddr(&address, reinterpret_cast<sockaddr*>(&result.storage));
  result.length = result.storage.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  return result;
}

/// The bytes of a list's buffers, as long as it lives.
class MappedList {
 public:
  explicit MappedList(GstBufferList* list) {
    for (guint i = 0; i < gst_buffer_list_length(list) && add(gst_buffer_list_get(list, i)); ++i) {
    }
  }
  MappedList(const MappedList&) = delete;
  MappedList& operator=(const MappedList&) = delete;
  ~MappedList() {
    for (GstMapInfo& map : maps_) {
      gst_memory_unmap(map.memory, &map);
    }
  }

  /// Those that can be read, from the first on.
  [[nodiscard]] datagrams::Packets& packets() { return packets_; }

 private:
  bool add(GstBuffer* buffer) {
    std::vector<iovec> pieces(gst_buffer_n_memory(buffer));
    for (guint i = 0; i < pieces.size(); ++i) {
      GstMapInfo map;
      if (!gst_memory_map(gst_buffer_peek_memory(buffer, i), &map, GST_MAP_READ)) {
        return false;
      }
      maps_.push_back(map);
      pieces[i] = {.iov_base = map.data, .iov_len = map.size};
    }
    packets_.add(pieces);
    return true;
  }

  std::vector<GstMapInfo> maps_;
  datagrams::Packets packets_;
};

glib::Ref<GstBufferList> without_first(GstBufferList* list, std::size_t count) {
  const guint length = gst_buffer_list_length(list);
  auto rest = glib::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(length));
  for (auto i = static_cast<guint>(count); i < length; ++i) {
    gst_buffer_list_add(rest.get(), glib::Ref<GstBuffer>::share(gst_buffer_list_get(list, i)).release());
  }
  return rest;
}

}  // namespace

/// Between a nicesink and its component of the agent. Lives as long as the sink's pad.
///
/// Threads: send() on the pad's streaming thread; the agent's signals come on libnice's thread and any that calls into
/// it. `mutex_` protects what both use. Never taken while libnice's lock is: no lock is held across calls into it.
class Burst::Link {
 public:
  static std::shared_ptr<Link> make(GstElement* sink, std::shared_ptr<Burst> burst) {
    auto link = std::make_shared<Link>(std::move(burst));
    g_object_get(sink, "agent", link->agent_.out(), "stream", &link->stream_, "component", &link->component_, nullptr);
    if (!NICE_IS_AGENT(link->agent_.get())) {
      return nullptr;
    }
    link->listen(link);
    return link;
  }

  explicit Link(std::shared_ptr<Burst> burst) : burst_(std::move(burst)) {}

  GstPadProbeReturn send(GstPadProbeInfo* info) {
    const auto way = current_way();
    if (!way) {
      return GST_PAD_PROBE_OK;
    }
    auto* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
    const std::size_t sent = way->path.send(MappedList(list).packets());
    burst_->sent_ += sent;
    if (sent == gst_buffer_list_length(list)) {
      return GST_PAD_PROBE_DROP;  // sent: whoever called us lets it go
    }
    if (sent > 0) {
      info->data = without_first(list, sent).release();
      const auto replaced = glib::Ref<GstBufferList>::adopt(list);
    }
    return GST_PAD_PROBE_OK;
  }

 private:
  struct Way {
    glib::Ref<GSocket> socket;
    datagrams::Path path;  // used by the streaming thread alone
  };

  /// Null: through libnice.
  std::shared_ptr<Way> current_way() {
    std::shared_ptr<Way> way;
    {
      const std::lock_guard lock(mutex_);
      way = has_consent_ ? way_ : nullptr;
    }
    if (!way || Clock::now() < recheck_at_) {
      return way;
    }
    recheck_at_ = Clock::now() + kRecheck;
    if (selected_socket() == way->socket) {
      return way;
    }
    const std::lock_guard lock(mutex_);
    if (way_ == way) {
      way_.reset();
    }
    return nullptr;
  }

  /// Null if what is selected is not direct, or not UDP.
  [[nodiscard]] glib::Ref<GSocket> selected_socket() const {
    return glib::Ref<GSocket>::adopt(nice_agent_get_selected_socket(agent(), stream_, component_));
  }

  void listen(const std::weak_ptr<Link>& self) {
    selected_ = glib::SignalConnection::owning(
        agent(), "new-selected-pair-full",
        G_CALLBACK(+[](NiceAgent*, guint stream, guint component, const NiceCandidate* local,
                       const NiceCandidate* remote, const std::weak_ptr<Link>* self) {
          if (const auto link = self->lock(); link && link->is_for(stream, component)) {
            link->take(*local, *remote);
          }
        }),
        self);
    state_ = glib::SignalConnection::owning(
        agent(), "component-state-changed",
        G_CALLBACK(+[](NiceAgent*, guint stream, guint component, guint state, const std::weak_ptr<Link>* self) {
          if (const auto link = self->lock(); link && link->is_for(stream, component)) {
            link->take(static_cast<NiceComponentState>(state));
          }
        }),
        self);
  }

  /// The candidates are the signal's own: those that the agent would give us are freed by others.
  void take(const NiceCandidate& local, const NiceCandidate& remote) {
    std::shared_ptr<Way> way;
    if (auto socket = selected_socket()) {
      if (auto path = datagrams::Path::from(g_socket_get_fd(socket.get()), to_address(local.base_addr),
                                            to_address(remote.addr))) {
        way = std::make_shared<Way>(Way{.socket = std::move(socket), .path = std::move(*path)});
      }
    }
    GST_DEBUG_OBJECT(agent(), "packets go %s", way ? "straight to the socket" : "through libnice");
    const std::lock_guard lock(mutex_);
    way_.swap(way);  // the old one goes after the lock
  }

  /// A component has failed also when the other side has stopped to agree that anything is sent there (RFC 7675).
  void take(NiceComponentState state) {
    const std::lock_guard lock(mutex_);
    has_consent_ = state == NICE_COMPONENT_STATE_CONNECTED || state == NICE_COMPONENT_STATE_READY;
  }

  [[nodiscard]] bool is_for(guint stream, guint component) const {
    return stream == stream_ && component == component_;
  }
  [[nodiscard]] NiceAgent* agent() const { return NICE_AGENT(agent_.get()); }

  const std::shared_ptr<Burst> burst_;
  glib::Ref<GObject> agent_;
  guint stream_ = 0;
  guint component_ = 0;
  Clock::time_point recheck_at_;  // of the streaming thread
  std::mutex mutex_;
  std::shared_ptr<Way> way_;
  bool has_consent_ = false;
  glib::SignalConnection selected_;
  glib::SignalConnection state_;
};

void Burst::serve(GstElement* added, const std::shared_ptr<Burst>& burst) {
  GstElementFactory* factory = gst_element_get_factory(added);
  if (!factory || !g_str_equal(GST_OBJECT_NAME(factory), "nicesink")) {
    return;
  }
  if (auto link = Link::make(added, burst)) {
    gst_pad_add_probe(
        static_pad(added, "sink").get(), GST_PAD_PROBE_TYPE_BUFFER_LIST,
        [](GstPad*, GstPadProbeInfo* info, gpointer link) {
          return (*static_cast<std::shared_ptr<Link>*>(link))->send(info);
        },
        new std::shared_ptr<Link>(std::move(link)),
        [](gpointer link) { delete static_cast<std::shared_ptr<Link>*>(link); });
  }
}

}  // namespace rtcmc
