// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server/directory.hpp"

#include <gtest/gtest.h>

namespace rtcmc::server {
namespace {

class DirectoryTest : public ::testing::Test, public ClientOutput {
 protected:
  User& add(const std::string& id) {
    auto user = std::make_unique<User>();
    user->client = ++last_client_;
    user->id = id;
    return directory_.add(std::move(user));
  }

  Directory directory_{*this};
  std::size_t goodbyes_ = 0;

 private:
  void send(ClientId, OutgoingText packet) override {
    goodbyes_ += packet.joined().find("user-disconnected") != std::string::npos;
  }
  bool charge(ClientId, std::size_t) override { return true; }
  void allow_answer(ClientId, std::size_t) override {}
  void disconnect(ClientId, std::string_view) override {}

  ClientId last_client_ = 0;
};

TEST_F(DirectoryTest, WhomOneHasMetIsBoundedAndThoseInTheRoomStay) {
  User& host = add("host");
  User& friend_of_host = add("friend");
  Room& room = directory_.open("r", host);
  Directory::enter(room, friend_of_host);
  directory_.connect(host, friend_of_host);
  constexpr std::size_t kSurplus = 200;
  constexpr std::size_t kLargestRoom = 3;
  for (std::size_t i = 0; i < Directory::kMaxConnectionsElsewhere + kSurplus; ++i) {
    User& guest = add("guest" + std::to_string(i));
    Directory::enter(room, guest);
    directory_.connect(host, guest);
    ASSERT_TRUE(host.connected_with.contains(&guest));
    directory_.leave(guest);
  }
  EXPECT_LE(host.connected_with.size(), Directory::kMaxConnectionsElsewhere + kLargestRoom);
  EXPECT_TRUE(host.connected_with.contains(&friend_of_host));
  EXPECT_GE(goodbyes_, 2 * (kSurplus - kLargestRoom)) << "both are told";
  for (const auto& [client, user] : directory_.users()) {
    for (User* other : user->connected_with) {
      EXPECT_TRUE(other->connected_with.contains(user.get()));
    }
  }
}

TEST_F(DirectoryTest, WhoGoesIsForgotten) {
  User& one = add("one");
  User& other = add("other");
  directory_.open("r", one);
  Directory::enter(*one.room, other);
  directory_.connect(one, other);
  directory_.remove(other);
  EXPECT_TRUE(one.connected_with.empty());
  EXPECT_EQ(one.room->participants, std::vector<User*>{&one});
}

}  // namespace
}  // namespace rtcmc::server
