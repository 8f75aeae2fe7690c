// SPDX-License-Identifier: LGPL-2.1-or-later
// A farm of receivers in one thread. Arguments: SOCKET_URL ROOM_ID [EVERY]: one receiver out of EVERY (10) decrypts.
//
// Commands come by standard input, a line each; an answer is a line of JSON.
//   join N     N more receivers enter the room: {"playing": …} once all have got a whole frame
//   leave N    the last N leave: {"left": …}
//   stall N    the last N read nothing any more; 0: all read again
//   sink N     opens N sockets, instead of earlier ones, for packets that are not for a viewer:
//              {"address": …, "ports": […]}
//   reset N    counts anew from now on, what comes to the first N; to the sockets if there are no receivers any more
//   report     what came to them since then
// It ends when its standard input does.
#include <arpa/inet.h>
#include <glib-unix.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "open_files.hpp"
#include "receiver.hpp"

namespace rtcmc::bench {

namespace {

using Clock = Receiver::Clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// A datagram waits that long for us. Were we woken by it, the sender would pay for it: on loopback, who sends wakes.
constexpr std::chrono::milliseconds kNap{1};
constexpr std::chrono::milliseconds kTick{5};
constexpr std::chrono::seconds kPatience{30};

/// Takes the floor's packets.
struct Sink {
  explicit Sink(in_addr address) : socket(address) {}

  UdpSocket socket;
  StreamCheck check;
};

class Sockets {
 public:
  Sockets() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  ~Sockets() { close(epoll_); }

  void watch(const UdpSocket& socket, void* owner) {
    epoll_event event{.events = EPOLLIN, .data = {.ptr = owner}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.fd(), &event);
  }

  void forget(const UdpSocket& socket) { epoll_ctl(epoll_, EPOLL_CTL_DEL, socket.fd(), nullptr); }

  /// Calls `read` for those that have something.
  template <typename Read>
  void poll(Read read) {
    const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 0);
    for (int i = 0; i < count; ++i) {
      read(events_[static_cast<std::size_t>(i)].data.ptr);
    }
  }

 private:
  int epoll_;
  std::array<epoll_event, 1024> events_{};
};

Milliseconds quantile(std::vector<StreamCheck::Time>& times, double share) {
  if (times.empty()) {
    return {};
  }
  const auto index = std::min(static_cast<std::size_t>(share * static_cast<double>(times.size())), times.size() - 1);
  const auto at = times.begin() + static_cast<std::ptrdiff_t>(index);
  std::ranges::nth_element(times, at);
  return *at;
}

/// This process's.
double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Threads: that of main(), which iterates the default main context.
class Farm {
 public:
  Farm(std::string socket_url, std::string room_id, unsigned every)
      : surroundings_{.socket_url = std::move(socket_url),
                      .room_id = std::move(room_id),
                      .identity = identity_,
                      .address = local_address()},
        every_(every) {}
  Farm(const Farm&) = delete;
  Farm& operator=(const Farm&) = delete;
  ~Farm() = default;

  void run();

 private:
  void read_input();
  void execute(const std::string& line);
  void join(std::size_t count);
  void leave(std::size_t count);
  void stall(std::size_t count);
  void sink(std::size_t count);
  void reset(std::size_t count);
  [[nodiscard]] std::vector<const StreamCheck*> watched() const;
  void report();
  void on_tick();
  /// How far the receivers have got.
  [[nodiscard]] std::string stages() const;

  const DtlsIdentity identity_;
  const Surroundings surroundings_;
  const unsigned every_;
  Sockets sockets_;
  Sockets sink_sockets_;
  std::deque<std::unique_ptr<Receiver>> receivers_;
  std::deque<std::unique_ptr<Receiver>> leaving_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::size_t watched_ = 0;  // of the receivers, the first ones
  DatagramReader reader_;
  std::string input_;
  Clock::time_point reset_at_ = Clock::now();
  Clock::time_point join_began_;
  double processor_seconds_ = 0;
  bool is_joining_ = false;
  bool is_leaving_ = false;
  bool is_over_ = false;
};

void Farm::run() {
  const auto watch = g_unix_fd_add(
      STDIN_FILENO, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP),
      [](gint, GIOCondition, gpointer self) -> gboolean {
        static_cast<Farm*>(self)->read_input();
        return G_SOURCE_CONTINUE;
      },
      this);
  auto next_tick = Clock::now();
  while (!is_over_) {
    sockets_.poll([this](void* receiver) { static_cast<Receiver*>(receiver)->read(reader_); });
    sink_sockets_.poll([this](void* owner) {
      auto& sink = *static_cast<Sink*>(owner);
      reader_.read(sink.socket,
                   [&sink](const Datagram& datagram) { sink.check.take(datagram.bytes, datagram.arrived); });
    });
    if (const auto now = Clock::now(); now >= next_tick) {
      next_tick = now + kTick;
      on_tick();
    }
    std::this_thread::sleep_for(kNap);
  }
  g_source_remove(watch);
}

void Farm::on_tick() {
  while (g_main_context_iteration(nullptr, FALSE) != FALSE) {
  }
  const auto now = Clock::now();
  bool are_playing = true;
  for (const auto& receiver : receivers_) {
    receiver->on_time(now);
    are_playing = are_playing && receiver->is_playing();
    if (is_joining_ && !receiver->failure().empty()) {
      throw std::runtime_error(receiver->failure());
    }
  }
  if (is_joining_ && are_playing) {
    is_joining_ = false;
    std::cout << R"({"playing": )" << receivers_.size() << R"(, "ms": )" << Milliseconds(now - join_began_).count()
              << "}" << std::endl;
  }
  if (is_joining_ && now - join_began_ > kPatience) {
    throw std::runtime_error(stages());
  }
  std::erase_if(leaving_, [](const auto& receiver) { return receiver->is_gone(); });
  if (is_leaving_ && leaving_.empty()) {
    is_leaving_ = false;
    std::cout << R"({"left": true})" << std::endl;
  }
}

std::string Farm::stages() const {
  std::map<std::string, int> counts;
  for (const auto& receiver : receivers_) {
    ++counts[receiver->stage()];
  }
  std::ostringstream text;
  text << "not all play";
  for (const auto& [stage, count] : counts) {
    text << ", " << count << ' ' << stage;
  }
  return text.str();
}

void Farm::read_input() {
  std::array<char, 4096> bytes{};
  const auto count = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count <= 0) {
    is_over_ = true;
    return;
  }
  input_.append(bytes.data(), static_cast<std::size_t>(count));
  for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
    const std::string line = input_.substr(0, end);
    input_.erase(0, end + 1);
    execute(line);
  }
}

void Farm::execute(const std::string& line) {
  std::istringstream words(line);
  std::string name;
  std::size_t count = 0;
  words >> name >> count;
  if (name == "join") {
    join(count);
  } else if (name == "leave") {
    leave(count);
  } else if (name == "stall") {
    stall(count);
  } else if (name == "sink") {
    sink(count);
  } else if (name == "reset") {
    reset(count);
  } else if (name == "report") {
    report();
  } else {
    throw std::runtime_error("no such command: " + line);
  }
}

void Farm::join(std::size_t count) {
  join_began_ = Clock::now();
  is_joining_ = true;
  for (std::size_t i = 0; i < count; ++i) {
    auto& receiver =
        *receivers_.emplace_back(std::make_unique<Receiver>(surroundings_, receivers_.size() % every_ == 0));
    sockets_.watch(receiver.socket(), &receiver);
    receiver.enter();
  }
}

void Farm::leave(std::size_t count) {
  is_leaving_ = true;
  for (std::size_t i = 0; i < count && !receivers_.empty(); ++i) {
    auto& receiver = *leaving_.emplace_back(std::move(receivers_.back()));
    receivers_.pop_back();
    sockets_.forget(receiver.socket());
    receiver.leave();
  }
}

void Farm::stall(std::size_t count) {
  for (std::size_t i = 0; i < receivers_.size(); ++i) {
    receivers_[i]->stall(i + count >= receivers_.size());
  }
}

void Farm::sink(std::size_t count) {
  sinks_.clear();  // epoll forgets what is closed
  std::array<char, INET_ADDRSTRLEN> address{};
  inet_ntop(AF_INET, &surroundings_.address, address.data(), address.size());
  std::cout << R"({"address": ")" << address.data() << R"(", "ports": [)";
  for (std::size_t i = 0; i < count; ++i) {
    auto& sink = *sinks_.emplace_back(std::make_unique<Sink>(surroundings_.address));
    sink_sockets_.watch(sink.socket, &sink);
    std::cout << (i > 0 ? "," : "") << sink.socket.port();
  }
  std::cout << "]}" << std::endl;
}

void Farm::reset(std::size_t count) {
  watched_ = count;
  for (const auto& receiver : receivers_) {
    receiver->reset();
  }
  for (const auto& sink : sinks_) {
    sink->check.reset();
  }
  reset_at_ = Clock::now();
  processor_seconds_ = processor_seconds();
}

std::vector<const StreamCheck*> Farm::watched() const {
  std::vector<const StreamCheck*> checks;
  for (const auto& receiver : receivers_) {
    checks.push_back(&receiver->check());
  }
  if (checks.empty()) {
    for (const auto& sink : sinks_) {
      checks.push_back(&sink->check);
    }
  }
  checks.resize(std::min(checks.size(), watched_));
  return checks;
}

void Farm::report() {
  const std::chrono::duration<double> seconds = Clock::now() - reset_at_;
  StreamCheck::Counts sum;
  std::uint64_t fewest_frames = ~std::uint64_t{0};
  StreamCheck::Delays delays;
  std::vector<StreamCheck::Time> hold_ups;
  for (const StreamCheck* check : watched()) {
    sum += check->counts();
    fewest_frames = std::min(fewest_frames, check->counts().frames);
    const auto [first, last] = check->delays();
    std::ranges::copy(first, std::back_inserter(delays.first));
    std::ranges::copy(last, std::back_inserter(delays.last));
    std::ranges::copy(check->hold_ups(), std::back_inserter(hold_ups));
  }
  std::uint64_t forgeries = 0;
  std::uint64_t retransmissions = 0;
  std::vector<StreamCheck::Time> secured;
  for (const auto& receiver : receivers_) {
    forgeries += receiver->forgeries();
    retransmissions += receiver->retransmissions();
    secured.push_back(std::chrono::duration_cast<StreamCheck::Time>(receiver->secured_after()));
  }
  std::ostringstream text;
  auto field = [&text, separator = "{"](const std::string& name, auto value) mutable {
    text << std::exchange(separator, ", ") << '"' << name << "\": " << value;
  };
  field("seconds", seconds.count());
  field("packets", sum.packets);
  field("bytes", sum.bytes);
  field("frames", sum.frames);
  field("fewestFrames", fewest_frames);
  field("lost", sum.lost);
  field("unordered", sum.unordered);
  field("brokenFrames", sum.broken_frames);
  field("forgeries", forgeries);
  field("retransmissions", retransmissions);
  field("usage", (processor_seconds() - processor_seconds_) / seconds.count());
  using Named = std::pair<std::string, std::vector<StreamCheck::Time>&>;
  for (const auto& [name, times] : {Named{"first", delays.first}, Named{"last", delays.last}, Named{"holdUp", hold_ups},
                                    Named{"secured", secured}}) {
    field(name + "P50", quantile(times, 0.5).count());
    field(name + "P99", quantile(times, 0.99).count());
    field(name + "Max", quantile(times, 1).count());
  }
  std::cout << text.str() << "}" << std::endl;
}

}  // namespace

}  // namespace rtcmc::bench

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "Usage: fanout-farm SOCKET_URL ROOM_ID [EVERY]\n";
    return EXIT_FAILURE;
  }
  try {
    constexpr unsigned kEvery = 10;
    rtcmc::bench::raise_file_limit();
    rtcmc::bench::Farm(argv[1], argv[2], argc > 3 ? static_cast<unsigned>(std::stoul(argv[3])) : kEvery).run();
  } catch (const std::exception& error) {
    std::cerr << "fanout-farm: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
