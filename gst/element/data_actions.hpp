// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

/// The element's actions that send over the data channel: send-message, send-object, send-binary and send-file. Each
/// returns whether that was taken, which it is as soon as it waits for the participant's data channel.
///
/// Threads: any. They never wait for the network.
namespace rtcmc::data_actions {

void install(GObjectClass* element_class);

}  // namespace rtcmc::data_actions
