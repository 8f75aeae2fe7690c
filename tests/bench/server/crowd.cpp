// SPDX-License-Identifier: LGPL-2.1-or-later
#include "crowd.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace rtcmc::bench {

namespace {

constexpr int kBatch = 256;
constexpr int kPatience = 30'000;  // milliseconds

}  // namespace

Crowd::Crowd(std::uint16_t port, OnPacket on_packet)
    : port_(port), on_packet_(std::move(on_packet)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

void Crowd::connect(unsigned count, unsigned at_once) {
  Client::Listener& listener = *this;
  while (connected_ < count) {
    while (clients_.size() < count && clients_.size() - connected_ < at_once) {
      const auto index = static_cast<unsigned>(clients_.size());
      clients_.push_back(std::make_unique<Client>(epoll_.get(), port_, index, listener));
    }
    wait();
  }
}

void Crowd::wait() {
  if (!handle_ready(kPatience)) {
    throw std::runtime_error("the server says nothing any more");
  }
}

void Crowd::stay() {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0) {
    throw std::runtime_error("standard input must be a pipe or a terminal");
  }
  while (!input_ended_) {
    handle_ready(-1);
  }
}

bool Crowd::handle_ready(int timeout) {
  std::array<epoll_event, kBatch> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), kBatch, timeout);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr) {
      static_cast<Client*>(event.data.ptr)->on_ready(event.events);
    } else {
      std::array<char, 256> ignored{};
      input_ended_ = ::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0;
    }
  }
  return count != 0;
}

}  // namespace rtcmc::bench
