// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames between unmodified clients and servers (tests/unit/captures), decoded, encoded again and compared.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "glib/json.hpp"
#include "socketio/engine_packet.hpp"
#include "socketio/packet.hpp"
#include "socketio/polling_payload.hpp"

namespace rtcmc::socketio {
namespace {

std::vector<std::filesystem::path> captures() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(CAPTURES_DIR)) {
    files.push_back(entry.path());
  }
  return files;
}

class Captures : public testing::TestWithParam<std::filesystem::path> {
 protected:
  template <typename Check>
  unsigned for_each_line(Check check) {
    std::ifstream file(GetParam());
    std::string line;
    unsigned lines = 0;
    while (std::getline(file, line)) {
      ++lines;
      const auto root = glib::parse_json(line);
      if (!root) {
        ADD_FAILURE() << "no JSON: " << line;
        continue;
      }
      check(glib::object_of(root->get()));
    }
    return lines;
  }
};

std::string text_member(const glib::Ref<JsonObject>& object, const char* name) {
  return glib::string_of(glib::member(object, name)).value_or("");
}

/// What a packet is encoded to that says the same.
std::string encoded(const Packet& packet) {
  switch (packet.type) {
    case Packet::Type::Connect:
      return encode_connect() + (packet.data ? glib::to_text(packet.data.get()) : "");
    case Packet::Type::Disconnect:
      return "1";
    case Packet::Type::Event: {
      const auto array = glib::array_of(packet.data.get());
      std::vector<glib::Ref<JsonNode>> arguments;
      for (unsigned i = 1; i < json_array_get_length(array.get()); ++i) {
        arguments.push_back(glib::Ref<JsonNode>::share(glib::element(array.get(), i)));
      }
      return encode_event(*glib::string_of(glib::element(array.get(), 0)), arguments, packet.ack_id);
    }
    default:
      return "3" + std::to_string(*packet.ack_id) + glib::to_text(packet.data.get());
  }
}

/// What stands before the JSON, and the JSON.
std::pair<std::string, std::optional<glib::Ref<JsonNode>>> parts(const std::string& text) {
  const auto json = text.find_first_of("[{");
  return {text.substr(0, json),
          json == std::string::npos ? std::nullopt : glib::parse_json(std::string_view(text).substr(json))};
}

void expect_same(const std::string& a, const std::string& b) {
  const auto [prefix_a, json_a] = parts(a);
  const auto [prefix_b, json_b] = parts(b);
  EXPECT_EQ(prefix_a, prefix_b);
  ASSERT_EQ(json_a.has_value(), json_b.has_value());
  if (json_a) {
    EXPECT_TRUE(json_node_equal(json_a->get(), json_b->get())) << a << "\n" << b;
  }
}

void expect_round_trip(const std::string& frame) {
  const auto packet = decode_engine_packet(frame);
  ASSERT_TRUE(packet) << frame;
  if (packet->type != EnginePacket::Type::Message) {
    EXPECT_EQ(encode_engine_packet(packet->type, packet->payload), frame);
    return;
  }
  const auto message = decode_packet(packet->payload);
  ASSERT_TRUE(std::holds_alternative<Packet>(message)) << frame << ": " << std::get<std::string>(message);
  const auto& inner = std::get<Packet>(message);
  if (inner.name_space == "/" && inner.type != Packet::Type::ConnectError && frame[1] != '5' && frame[1] != '6') {
    expect_same(encode_engine_packet(EnginePacket::Type::Message, encoded(inner)), frame);
  }
}

TEST_P(Captures, EveryFrameComesBackAsItWas) {
  // What the probes sent on purpose, or noted in a frame's place.
  const std::set<std::string> broken{"zzz", R"(42{"not":"array"})", "HTTP 400 Session ID unknown"};
  unsigned frames = 0;
  for_each_line([&](const glib::Ref<JsonObject>& line) {
    const std::string direction = text_member(line, "dir");
    const std::string frame = text_member(line, "wire") + text_member(line, "x");
    if ((direction != "c>s" && direction != "s>c") || frame.starts_with("<binary ")) {
      return;
    }
    ++frames;
    if (broken.contains(frame)) {
      const auto packet = decode_engine_packet(frame);
      EXPECT_TRUE(!packet || std::holds_alternative<std::string>(decode_packet(packet->payload))) << frame;
    } else {
      expect_round_trip(frame);
    }
  });
  EXPECT_GT(frames, 0U);
}

TEST_P(Captures, EveryPollingBodyComesBackAsItWas) {
  unsigned bodies = 0;
  for_each_line([&](const glib::Ref<JsonObject>& line) {
    const std::string exchange = text_member(line, "x");
    const auto answer = exchange.find("-> 200 [text/plain");
    if (answer == std::string::npos) {
      return;
    }
    ++bodies;
    const auto quoted = glib::parse_json(std::string_view(exchange).substr(exchange.find("] ", answer) + 2));
    ASSERT_TRUE(quoted) << exchange;
    const std::string body = *glib::string_of(quoted->get());
    const bool speaks_v3 =
        text_member(line, "probe").starts_with("sio2") || exchange.find("EIO=3") != std::string::npos;
    const auto version = speaks_v3 ? EngineVersion::V3 : EngineVersion::V4;
    if (exchange.find("sid=") == std::string::npos) {
      EXPECT_EQ(version_of_first_payload(body), version) << body;
    }
    const auto packets = split_payload(version, body);
    ASSERT_TRUE(packets) << body;
    EXPECT_EQ(join_payload(version, std::vector<std::string>(packets->begin(), packets->end())), body);
    for (const auto packet : *packets) {
      expect_round_trip(std::string(packet));
    }
  });
  EXPECT_EQ(bodies > 0, GetParam().stem() == "transport");
}

INSTANTIATE_TEST_SUITE_P(All, Captures, testing::ValuesIn(captures()), [](const auto& info) {
  std::string name = info.param.stem();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace rtcmc::socketio
