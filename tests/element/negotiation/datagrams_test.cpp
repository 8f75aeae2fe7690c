// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/datagrams.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rtcmc::datagrams {

void PrintTo(const Run& run, std::ostream* stream) {
  *stream << run.packets << "x" << run.segment;
}

namespace {

struct Row {
  const char* name;
  std::vector<std::size_t> sizes;
  std::vector<Run> runs;
  std::size_t max_segments = kMaxSegments;
};

void PrintTo(const Row& row, std::ostream* stream) {
  *stream << row.name;
}

class Runs : public ::testing::TestWithParam<Row> {};

TEST_P(Runs, AreOfOneSize) {
  const std::vector<std::uint8_t> bytes(kMaxRunBytes + 1000);
  std::vector<Packet> packets;
  std::ranges::transform(GetParam().sizes, std::back_inserter(packets),
                         [&bytes](std::size_t size) { return Packet(bytes).first(size); });
  std::vector<datagrams::Run> runs;
  for (std::span<const Packet> rest(packets); !rest.empty(); rest = rest.subspan(runs.back().packets)) {
    runs.push_back(first_run(rest, GetParam().max_segments));
  }
  EXPECT_EQ(runs, GetParam().runs);
}

INSTANTIATE_TEST_SUITE_P(
    All, Runs,
    ::testing::Values(Row{"OnePacket", {7}, {{1, 7}}}, Row{"AFrame", {1200, 1200, 1200, 300}, {{4, 1200}}},
                      Row{"AShorterOneEndsIt", {9, 9, 8, 8, 9}, {{3, 9}, {1, 8}, {1, 9}}},
                      Row{"ALongerOneBeginsTheNext", {8, 9, 9}, {{1, 8}, {2, 9}}},
                      Row{"AnEmptyOneIsAlone", {9, 0, 0, 9, 9}, {{1, 9}, {1, 0}, {1, 0}, {2, 9}}},
                      Row{"SixtyFourAtMost", std::vector<std::size_t>(130, 9), {{64, 9}, {64, 9}, {2, 9}}},
                      Row{"NoMoreThanADatagramHolds", std::vector<std::size_t>(5, 20'000), {{3, 20'000}, {2, 20'000}}},
                      Row{"JustAsMuchAsADatagramHolds", {32'500, 32'500, 1}, {{2, 32'500}, {1, 1}}},
                      Row{"ALargeOneIsAlone", {65'500, 65'500}, {{1, 65'500}, {1, 65'500}}},
                      Row{"WhereNoneAreAllowed", {9, 9, 8}, {{1, 9}, {1, 9}, {1, 8}}, 1}),
    [](const auto& info) { return info.param.name; });

/// Bound to the loopback of its family.
class Socket {
 public:
  explicit Socket(int family) : descriptor_(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    address_.storage.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET) {
      reinterpret_cast<sockaddr_in&>(address_.storage).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address_.length = sizeof(sockaddr_in);
    } else {
      reinterpret_cast<sockaddr_in6&>(address_.storage).sin6_addr = in6addr_loopback;
      address_.length = sizeof(sockaddr_in6);
    }
    auto* name = reinterpret_cast<sockaddr*>(&address_.storage);
    is_bound_ = bind(descriptor_, name, address_.length) == 0 && getsockname(descriptor_, name, &address_.length) == 0;
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(descriptor_); }

  [[nodiscard]] bool is_bound() const { return is_bound_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] const Path::Address& address() const { return address_; }
  [[nodiscard]] std::vector<std::string> received() const {
    std::vector<std::string> datagrams;
    std::string buffer(70'000, '\0');
    for (ssize_t size = 0; (size = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT)) >= 0;) {
      datagrams.push_back(buffer.substr(0, static_cast<std::size_t>(size)));
    }
    return datagrams;
  }

 private:
  const int descriptor_;
  Path::Address address_;
  bool is_bound_ = false;
};

using Texts = std::vector<std::string>;

/// One packet of each size, each with bytes of its own.
Texts texts_of(const std::vector<std::size_t>& sizes) {
  Texts texts;
  char byte = 'a';
  std::ranges::transform(sizes, std::back_inserter(texts), [&byte](auto size) { return std::string(size, byte++); });
  return texts;
}

std::vector<Packet> packets_of(const Texts& texts) {
  std::vector<Packet> packets;
  std::ranges::transform(texts, std::back_inserter(packets), [](const std::string& text) {
    return Packet(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  });
  return packets;
}

class Ways : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!from_.is_bound() || !to_.is_bound()) {
      GTEST_SKIP() << "no such addresses here";
    }
  }
  [[nodiscard]] std::optional<Path> path() const {
    return Path::from(from_.descriptor(), from_.address(), to_.address());
  }
  /// The kernel cuts nothing that it must not put checksums on.
  void forbid_segments() const {
    const int yes = 1;
    const bool is_old = GetParam() == AF_INET;
    ASSERT_EQ(setsockopt(from_.descriptor(), is_old ? SOL_SOCKET : SOL_UDP, is_old ? SO_NO_CHECK : UDP_NO_CHECK6_TX,
                         &yes, sizeof(yes)),
              0);
    ASSERT_EQ(setsockopt(to_.descriptor(), is_old ? SOL_SOCKET : SOL_UDP, is_old ? SO_NO_CHECK : UDP_NO_CHECK6_RX, &yes,
                         sizeof(yes)),
              0);
  }

  const Socket from_{GetParam()};
  const Socket to_{GetParam()};
  const Texts frame_ = texts_of({1200, 1200, 1200, 300, 0, 1200, 1200, 9, 9});
};

TEST_P(Ways, EveryPacketArrivesInItsPlaceAndWithItsBounds) {
  auto way = path();
  ASSERT_TRUE(way);
  EXPECT_EQ(way->send(packets_of(frame_)), frame_.size());
  EXPECT_EQ(to_.received(), frame_);
}

TEST_P(Ways, WhereSegmentsAreRefusedPacketsGoAloneFromThenOn) {
  auto way = path();
  ASSERT_TRUE(way);
  if (!way->is_segmenting()) {
    GTEST_SKIP() << "a kernel that cannot do it";
  }
  ASSERT_NO_FATAL_FAILURE(forbid_segments());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(way->send(packets_of(frame_)), frame_.size());
    EXPECT_EQ(to_.received(), frame_);
    EXPECT_FALSE(way->is_segmenting());
  }
}

TEST_P(Ways, WhatTheSocketDoesNotTakeIsLeft) {
  auto way = path();
  ASSERT_TRUE(way);
  const Texts texts = texts_of({500, 500, 69'000, 500});
  EXPECT_EQ(way->send(packets_of(texts)), 2U);
  EXPECT_EQ(to_.received(), Texts(texts.begin(), texts.begin() + 2));
  EXPECT_EQ(way->send(packets_of(frame_)), frame_.size());
}

TEST_P(Ways, ASocketThatIsClosedMeanwhileIsKept) {
  auto from = std::make_unique<Socket>(GetParam());
  auto way = Path::from(from->descriptor(), from->address(), to_.address());
  ASSERT_TRUE(way);
  from.reset();
  EXPECT_EQ(way->send(packets_of(frame_)), frame_.size());
  EXPECT_EQ(to_.received(), frame_);
}

TEST_P(Ways, LeadFromNoOtherSocket) {
  EXPECT_FALSE(Path::from(to_.descriptor(), from_.address(), to_.address()));
  EXPECT_FALSE(Path::from(-1, from_.address(), to_.address()));
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  EXPECT_FALSE(Path::from(ends[1], from_.address(), to_.address()));
  std::ranges::for_each(ends, close);
}

INSTANTIATE_TEST_SUITE_P(All, Ways, ::testing::Values(AF_INET, AF_INET6),
                         [](const auto& info) { return info.param == AF_INET ? "IPv4" : "IPv6"; });

}  // namespace
}  // namespace rtcmc::datagrams
