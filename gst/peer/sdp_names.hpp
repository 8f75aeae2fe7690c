// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/sdp/gstsdpmessage.h>

#include <optional>
#include <string>

#include "field_names.hpp"

namespace rtcmc::sdp {

/// webrtcbin makes a field of a GstStructure of what stands in a description: of each attribute's name, of parameters
/// in a=fmtp, of each kind of a=rtcp-fb, of each SSRC. Such names stay as long as the process, and a structure is
/// searched from its beginning: so what we have no use for is taken out, and of what a participant makes up freely no
/// more than `names` has left stays in. Nothing depends on an SSRC that is left out: browsers' packets name their
/// section (RFC 9143, 15).
///
/// A sentence if there is too much of it all.
[[nodiscard]] std::optional<std::string> bound_names(GstSDPMessage* message, FieldNames& names);

/// Those that all descriptions of the process may still make.
[[nodiscard]] FieldNames& names_in_descriptions();

}  // namespace rtcmc::sdp
