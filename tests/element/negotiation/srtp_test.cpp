// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/srtp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "srtp_receiver.hpp"

namespace rtcmc::srtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Row {
  const char* name;
  Profile profile;
  srtp_profile_t theirs;
  std::size_t key_size;  // with salt
  std::size_t growth;    // of RTP
};

Key key_for(const Row& row, std::uint8_t first = 1) {
  Bytes bytes(row.key_size);
  std::iota(bytes.begin(), bytes.end(), first);
  return *Key::of(row.profile, bytes);
}

Bytes rtp_packet(std::uint16_t sequence) {
  Bytes packet{
      0x80, 96, static_cast<std::uint8_t>(sequence >> 8), static_cast<std::uint8_t>(sequence), 0, 0, 0, 1, 9, 8, 7, 6};
  packet.resize(200, 0x55);
  return packet;
}

const Bytes kReport{0x80, 201, 0, 1, 9, 8, 7, 6};

using Function = decltype(&Encryptor::protect);

std::optional<Bytes> run(Encryptor& encryptor, Function function, Bytes packet) {
  const std::size_t size = packet.size();
  packet.resize(size + Encryptor::kMaxGrowth);
  const auto result = (encryptor.*function)(packet, size);
  if (!std::holds_alternative<std::size_t>(result)) {
    return std::nullopt;
  }
  packet.resize(std::get<std::size_t>(result));
  return packet;
}

class SrtpProfiles : public ::testing::TestWithParam<Row> {};

TEST_P(SrtpProfiles, AnotherLibsrtpReadsWhatIsProtected) {
  const Key key = key_for(GetParam());
  auto made = Encryptor::create(key);
  ASSERT_TRUE(std::holds_alternative<Encryptor>(made));
  auto& encryptor = std::get<Encryptor>(made);
  test::SrtpReceiver receiver(key, GetParam().theirs);
  for (const std::uint16_t sequence : {100, 101, 103, 102}) {
    const auto packet = run(encryptor, &Encryptor::protect, rtp_packet(sequence));
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->size(), rtp_packet(sequence).size() + GetParam().growth);
    EXPECT_FALSE(std::equal(packet->begin() + 12, packet->begin() + 200, rtp_packet(sequence).begin() + 12));
    EXPECT_EQ(receiver.rtp(*packet), rtp_packet(sequence));
    const auto report = run(encryptor, &Encryptor::protect_control, kReport);
    ASSERT_TRUE(report);
    EXPECT_EQ(receiver.rtcp(*report), kReport);
  }
}

TEST_P(SrtpProfiles, ANumberIsUsedOnce) {
  auto made = Encryptor::create(key_for(GetParam()));
  ASSERT_TRUE(std::holds_alternative<Encryptor>(made));
  auto& encryptor = std::get<Encryptor>(made);
  EXPECT_TRUE(run(encryptor, &Encryptor::protect, rtp_packet(7)));
  EXPECT_FALSE(run(encryptor, &Encryptor::protect, rtp_packet(7)));
  EXPECT_TRUE(run(encryptor, &Encryptor::protect, rtp_packet(8)));
}

TEST_P(SrtpProfiles, AKeyHasASize) {
  const Bytes bytes(GetParam().key_size + 1);
  EXPECT_FALSE(Key::of(GetParam().profile, bytes));
  EXPECT_FALSE(Key::of(GetParam().profile, std::span(bytes).first(GetParam().key_size - 1)));
  EXPECT_FALSE(Key::of(GetParam().profile, {}));
  EXPECT_TRUE(key_for(GetParam()) == key_for(GetParam()));
  EXPECT_FALSE(key_for(GetParam()) == key_for(GetParam(), 2));
}

INSTANTIATE_TEST_SUITE_P(
    All, SrtpProfiles,
    ::testing::Values(Row{"AesCm80", Profile::AesCm128Sha1Tag80, srtp_profile_aes128_cm_sha1_80, 30, 10},
                      Row{"AesCm32", Profile::AesCm128Sha1Tag32, srtp_profile_aes128_cm_sha1_32, 30, 4},
                      Row{"AesGcm128", Profile::AeadAes128Gcm, srtp_profile_aead_aes_128_gcm, 28, 16},
                      Row{"AesGcm256", Profile::AeadAes256Gcm, srtp_profile_aead_aes_256_gcm, 44, 16}),
    [](const auto& info) { return info.param.name; });

/// The key of RFC 3711's B.3, and a packet as libsrtp's own tests have it.
TEST(SrtpEncryptor, ProtectsAsOthersDo) {
  const auto key =
      Key::of(Profile::AesCm128Sha1Tag80,
              Bytes{0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41,
                    0x39, 0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6});
  ASSERT_TRUE(key);
  auto made = Encryptor::create(*key);
  ASSERT_TRUE(std::holds_alternative<Encryptor>(made));
  Bytes packet{0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe};
  packet.resize(28, 0xab);
  EXPECT_EQ(run(std::get<Encryptor>(made), &Encryptor::protect, packet),
            (Bytes{0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe, 0x4e,
                   0x55, 0xdc, 0x4c, 0xe7, 0x99, 0x78, 0xd8, 0x8c, 0xa4, 0xd2, 0x15, 0x94, 0x9d,
                   0x24, 0x02, 0xb7, 0x8d, 0x6a, 0xcc, 0x99, 0xea, 0x17, 0x9b, 0x8d, 0xbb}));
}

TEST(SrtpEncryptor, WhatIsNoPacketOrHasNoRoomIsRefused) {
  auto made = Encryptor::create(*Key::of(Profile::AesCm128Sha1Tag80, Bytes(30, 1)));
  ASSERT_TRUE(std::holds_alternative<Encryptor>(made));
  auto& encryptor = std::get<Encryptor>(made);
  EXPECT_FALSE(run(encryptor, &Encryptor::protect, Bytes(11)));
  EXPECT_FALSE(run(encryptor, &Encryptor::protect, {}));
  EXPECT_FALSE(run(encryptor, &Encryptor::protect_control, Bytes(7)));
  Bytes packet = rtp_packet(1);
  EXPECT_FALSE(std::holds_alternative<std::size_t>(encryptor.protect(packet, packet.size())));
  EXPECT_FALSE(std::holds_alternative<std::size_t>(encryptor.protect({}, 12)));
}

}  // namespace
}  // namespace rtcmc::srtp
