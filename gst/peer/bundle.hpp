// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/sdp/sdp.h>

#include <cstddef>
#include <vector>

#include "peer/sdp.hpp"

/// The sections that share one transport (RFC 8843): on the wire those that nobody rejects, in webrtcbin all of them.
/// Pure.
namespace rtcmc::sdp {

/// Has webrtcbin take `remote`, whatever it rejects. webrtcbin's transport is for ever the one of the first section of
/// the first description: in a description that rejects that section, it would look for another transport, with which
/// nothing was agreed on. Therefore it never sees a rejected section for media, nor a rejected first one: that is still
/// there, as we described it in `local` (null: we did not yet) or in a form that anybody can take, and uses the
/// transport that the others use. Its direction is for the caller to say.
void conceal_rejections(Description& remote, const GstSDPMessage* local);

/// The BUNDLE group of a description on the wire: no rejected section belongs to it.
void set_bundle(GstSDPMessage* message, const std::vector<PublishedSection>& sections);

}  // namespace rtcmc::sdp
