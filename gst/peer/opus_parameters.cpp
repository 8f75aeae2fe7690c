// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/opus_parameters.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace rtcmc::sdp {

namespace {

/// As "name=value", without what stands around it.
std::vector<std::string_view> parameters_of(std::string_view fmtp) {
  constexpr std::string_view kSpace = " \t";
  std::vector<std::string_view> parameters;
  while (!fmtp.empty()) {
    const std::size_t end = std::min(fmtp.find(';'), fmtp.size());
    const std::string_view parameter = fmtp.substr(0, end);
    if (const std::size_t first = parameter.find_first_not_of(kSpace); first != std::string_view::npos) {
      parameters.push_back(parameter.substr(first, parameter.find_last_not_of(kSpace) + 1 - first));
    }
    fmtp.remove_prefix(std::min(end + 1, fmtp.size()));
  }
  return parameters;
}

bool is_ours(std::string_view parameter) {
  constexpr std::array<std::string_view, 4> kOurs{"useinbandfec=", "usedtx=", "stereo=", "sprop-stereo="};
  return std::ranges::any_of(kOurs, [parameter](std::string_view name) { return parameter.starts_with(name); });
}

}  // namespace

std::string opus_parameters(std::string_view given, const OpusWish& wish) {
  std::string parameters;
  for (const std::string_view parameter : parameters_of(given)) {
    if (!is_ours(parameter)) {
      parameters.append(parameter).append(";");
    }
  }
  parameters += wish.repetitions ? "useinbandfec=1;" : "useinbandfec=0;";
  parameters += wish.pauses ? "usedtx=1;" : "";
  // Without, browsers take sound for mono, and send mono.
  return parameters + "stereo=1;sprop-stereo=1";
}

bool takes_repetitions(std::string_view parameters) {
  // RTCMultiConnection's CodecsHandler appends what a page sets to what the browser says: the last one counts.
  bool takes = false;
  for (const std::string_view parameter : parameters_of(parameters)) {
    takes = parameter.starts_with("useinbandfec=") ? parameter == "useinbandfec=1" : takes;
  }
  return takes;
}

}  // namespace rtcmc::sdp
