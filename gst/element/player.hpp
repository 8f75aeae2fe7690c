// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

/// What makes the element a player's source: a URI, by which players find it, and the choice of streams.
namespace rtcmc::player {

/// For G_IMPLEMENT_INTERFACE.
void init_uri_handler(gpointer interface, gpointer data);

/// Players ask and choose on this source pad of the element too.
void let_select(GstPad* pad);
/// Whether it is a choice of streams, which is made then. Any thread.
[[nodiscard]] bool handle_event(GstElement* element, GstEvent* event);
/// Whether it is a question about the choice of streams, which is answered then. Any thread.
[[nodiscard]] bool answer_query(GstElement* element, GstQuery* query);

}  // namespace rtcmc::player
