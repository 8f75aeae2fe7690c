// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include <fstream>
#include <string>
#include <vector>

#include "glib/json.hpp"

/// Frames between browsers and the Node server, recorded in tests/unit/captures: one JSON object a line.
namespace rtcmc::test {

struct CapturedFrame {
  std::string scenario;
  std::string direction;  // "c>s", "s>c", "http"
  std::string engine;     // "4", "3"
  std::string wire;
};

inline std::vector<CapturedFrame> captured_frames(const std::string& scenario) {
  std::ifstream file(std::string(CAPTURES_DIR) + "/" + scenario + ".jsonl");
  std::vector<CapturedFrame> frames;
  for (std::string line; std::getline(file, line);) {
    const auto node = glib::Ref<JsonNode>::adopt(json_from_string(line.c_str(), nullptr));
    const auto object = glib::object_of(node.get());
    const auto text = [&object](const char* name) { return glib::string_of(glib::member(object, name)).value_or(""); };
    frames.push_back({scenario, text("dir"), text("eio"), text("wire")});
  }
  return frames;
}

}  // namespace rtcmc::test
