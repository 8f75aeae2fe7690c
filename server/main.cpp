// SPDX-License-Identifier: LGPL-2.1-or-later
#include <clocale>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "command_line.hpp"
#include "config_file.hpp"
#include "log.hpp"
#include "program.hpp"

namespace rtcmc::program {

namespace {

enum ExitStatus { kDone = 0, kFailed = 1, kMisconfigured = 2 };

int complain(ExitStatus status, const std::string& text) {
  std::fprintf(stderr, "%srtcmc-server: %s\n", journal_listens() ? "<3>" : "", text.c_str());
  return status;
}

std::variant<Settings, std::string> collect(const CommandLine& command_line) {
  Settings settings;
  if (!command_line.config.empty()) {
    const auto file = read_config_file(command_line.config);
    if (const auto* fault = std::get_if<std::string>(&file)) {
      return *fault;
    }
    if (auto fault = apply(settings, std::get<std::vector<Assignment>>(file))) {
      return *std::move(fault);
    }
  }
  if (auto fault = apply(settings, command_line.assignments)) {
    return *std::move(fault);
  }
  if (auto fault = check(settings)) {
    return *std::move(fault);
  }
  return settings;
}

}  // namespace

int run(int argc, char** argv) {
  const auto parsed = parse_command_line(argc, argv);
  if (const auto* fault = std::get_if<std::string>(&parsed)) {
    return complain(kMisconfigured, *fault);
  }
  const auto& command_line = std::get<CommandLine>(parsed);
  if (command_line.version) {
    std::puts("rtcmc-server " RTCMC_VERSION);
    return kDone;
  }
  const auto collected = collect(command_line);
  if (const auto* fault = std::get_if<std::string>(&collected)) {
    return complain(kMisconfigured, *fault);
  }
  const auto& settings = std::get<Settings>(collected);
  const LogStyle style{settings.log_level, settings.log_json ? LogFormat::Json : LogFormat::Text, journal_listens()};
  log_to_standard_error(style);
  Program server(settings);
  if (const auto fault = server.prepare()) {
    return complain(kMisconfigured, *fault);
  }
  if (command_line.check) {
    std::puts("The settings are right.");
    return kDone;
  }
  if (const auto fault = server.start()) {
    return complain(kFailed, *fault);
  }
  server.run();
  return kDone;
}

}  // namespace rtcmc::program

int main(int argc, char** argv) {
  std::setlocale(LC_ALL, "");
  try {
    return rtcmc::program::run(argc, argv);
  } catch (const std::exception& error) {
    return rtcmc::program::complain(rtcmc::program::kFailed, error.what());
  }
}
