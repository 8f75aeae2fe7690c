// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/relays.hpp"

#include <nice/agent.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

#include "glib/ref.hpp"
#include "glib/timer.hpp"
#include "log.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

using namespace std::chrono_literals;

/// For allocations that are on their way: what comes after we have given all back would stay.
constexpr auto kGatheringTime = 1s;
/// libnice asks a server that does not answer so often, and waits so long for the first answer; twice as long for the
/// second, and as long again for the third.
constexpr guint kRequests = 3;
constexpr guint kAnswerTime = 200;  // ms
/// By then it has given up.
constexpr auto kRoundTime = 1500ms;
constexpr unsigned kMaxRounds = 3;

/// A main context for what this thread waits for, and for nothing else.
class ContextHere {
 public:
  ContextHere() { g_main_context_push_thread_default(context_.get()); }
  ContextHere(const ContextHere&) = delete;
  ContextHere& operator=(const ContextHere&) = delete;
  ~ContextHere() { g_main_context_pop_thread_default(context_.get()); }

  [[nodiscard]] GMainContext* get() const { return context_.get(); }
  void iterate() const { g_main_context_iteration(context_.get(), TRUE); }

 private:
  const glib::Ref<GMainContext> context_ = glib::Ref<GMainContext>::adopt(g_main_context_new());
};

}  // namespace

/// Whether each component still gathers. Written on the agent's thread: `mutex` protects it.
struct Relays::Gathering {
  using Id = std::pair<guint, guint>;  // stream, component

  std::mutex mutex;
  std::condition_variable done;
  std::map<Id, bool> components;

  void begin(const Id& id) {
    const std::lock_guard lock(mutex);
    components[id] = true;
  }
  void end(guint stream) {
    const std::lock_guard lock(mutex);
    for (auto& [id, is_gathering] : components) {
      is_gathering = is_gathering && id.first != stream;
    }
    done.notify_all();
  }
  [[nodiscard]] std::vector<Id> ids() {
    const std::lock_guard lock(mutex);
    std::vector<Id> result;
    std::ranges::transform(components, std::back_inserter(result),
                           [](const auto& component) { return component.first; });
    return result;
  }
  void wait_for(std::chrono::milliseconds bound) {
    std::unique_lock lock(mutex);
    done.wait_for(lock, bound, [this] {
      return std::ranges::none_of(components, [](const auto& component) { return component.second; });
    });
  }
};

std::shared_ptr<Relays> Relays::watch(GstElement* webrtcbin, bool has_servers) {
  glib::Ref<GObject> ice;
  glib::Ref<GObject> agent;
  g_object_get(webrtcbin, "ice-agent", ice.out(), nullptr);
  if (ice && g_object_class_find_property(G_OBJECT_GET_CLASS(ice.get()), "agent")) {
    g_object_get(ice.get(), "agent", agent.out(), nullptr);
  }
  return NICE_IS_AGENT(agent.get()) ? std::shared_ptr<Relays>(new Relays(std::move(ice), std::move(agent), has_servers))
                                    : nullptr;
}

Relays::Relays(glib::Ref<GObject> ice, glib::Ref<GObject> agent, bool has_servers)
    : ice_(std::move(ice)),
      agent_(std::move(agent)),
      has_servers_(has_servers),
      gathering_(std::make_shared<Gathering>()) {
  // A handler may still run when we are gone, and must not be the last one to hold the thread that it runs on.
  connections_.push_back(
      glib::SignalConnection::owning(agent_.get(), "component-state-changed",
                                     G_CALLBACK(+[](NiceAgent*, guint stream, guint component, guint state,
                                                    const std::shared_ptr<Gathering>* gathering) {
                                       if (state == NICE_COMPONENT_STATE_GATHERING) {
                                         (*gathering)->begin({stream, component});
                                       }
                                     }),
                                     gathering_));
  connections_.push_back(glib::SignalConnection::owning(
      agent_.get(), "candidate-gathering-done",
      G_CALLBACK(
          +[](NiceAgent*, guint stream, const std::shared_ptr<Gathering>* gathering) { (*gathering)->end(stream); }),
      gathering_));
}

void Relays::read_in(GMainContext* context) const {
  for (const auto& [stream, component] : gathering_->ids()) {
    nice_agent_attach_recv(
        NICE_AGENT(agent_.get()), stream, component, context, [](NiceAgent*, guint, guint, guint, gchar*, gpointer) {},
        nullptr);
  }
}

void Relays::give_back() {
  NiceAgent* const agent = NICE_AGENT(agent_.get());
  gpointer agents_own = nullptr;
  g_object_get(agent, "main-context", &agents_own, nullptr);
  // The loop that nicesrc had packets read in, servers' answers among them, has ended.
  read_in(static_cast<GMainContext*>(agents_own));
  if (has_servers_) {
    gathering_->wait_for(kGatheringTime);
  }
  g_object_set(agent, "stun-initial-timeout", kAnswerTime, "stun-max-retransmissions", kRequests, nullptr);
  // What comes in after a round has begun is left to the next one. A round that does not end holds the agent for ever.
  const ContextHere context;
  unsigned open = 0;
  for (unsigned round = 0; round == 0 || (open > 0 && round < kMaxRounds); ++round) {
    ++open;
    nice_agent_close_async(
        agent, [](GObject*, GAsyncResult*, gpointer data) { --*static_cast<unsigned*>(data); }, &open);
    bool is_over = false;
    glib::Timer end;
    end.start_once(kRoundTime, [&is_over] { is_over = true; });
    while (open > 0 && !is_over) {
      context.iterate();
    }
  }
  // Somebody may still hold the webrtcbin, and nobody is to be told that it is there.
  read_in(context.get());
  if (open > 0) {
    GST_WARNING_OBJECT(agent, "what TURN servers hold for a connection that has ended was not given back");
  }
}

}  // namespace rtcmc
