// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/sdp.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include "fuzz.hpp"

/// Session descriptions of remote participants.
namespace rtcmc {

namespace {

using fuzz::require;

constexpr std::size_t kMaxSections = 64;
constexpr std::size_t kMaxFormats = 128;
constexpr std::size_t kMaxToken = 256;

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxToken &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

void check_formats(const sdp::Section& section) {
  require(section.formats.size() <= kMaxFormats, "formats are bounded");
  for (const sdp::Format& format : section.formats) {
    require(format.payload_type <= 127, "a payload type is one");
    if (const sdp::Format* found = sdp::find_format(section, format.codec)) {
      require(found->codec == format.codec && found >= section.formats.data() &&
                  found < section.formats.data() + section.formats.size(),
              "a format that is found is one of the section's");
    }
  }
}

void check(sdp::Description description) {
  require(description.sections.size() <= kMaxSections, "sections are bounded");
  std::set<std::string> mids;
  for (const sdp::Section& section : description.sections) {
    require(is_token(section.mid) && mids.insert(section.mid).second, "a section has a name of its own");
    require(is_token(section.ice_ufrag), "a section has ICE credentials");
    require(!section.mid_extension_id || (*section.mid_extension_id > 0 && *section.mid_extension_id < 15),
            "a header extension has an id of one byte");
    check_formats(section);
  }
  require(!sdp::check_continuity(description.sections, description.sections, true), "nothing differs from itself");

  sdp::set_dtls_setup(description.message.get(), sdp::DtlsSetup::Passive);
  for (std::size_t i = 0; i < description.sections.size(); ++i) {
    sdp::set_direction(description.message.get(), i, sdp::Direction::Inactive);
  }
  const auto changed = sdp::describe(std::move(description.message));
  require(!sdp::check_continuity(description.sections, changed.sections, true), "what is changed keeps its sections");
  require(std::ranges::all_of(changed.sections,
                              [](const sdp::Section& section) {
                                return section.direction == sdp::Direction::Inactive &&
                                       section.dtls_setup == sdp::DtlsSetup::Passive;
                              }),
          "what is changed reads as it was changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // As many as fit into GLib's table of names without its growing, which leaves the former one behind.
  static FieldNames names(500);
  auto parsed = sdp::parse(fuzz::text_of(data, size), names);
  if (auto* description = std::get_if<sdp::Description>(&parsed)) {
    check(std::move(*description));
  }
  return 0;
}

}  // namespace rtcmc
