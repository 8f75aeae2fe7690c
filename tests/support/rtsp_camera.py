#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An IP camera: H.264 by RTSP on loopback. "rtsp_camera.py [port]"; says its address, or that it cannot be one."""

import sys

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer
except (ImportError, ValueError) as error:
    print(f"Missing {error}", flush=True)
    sys.exit()

PICTURES = (
    "( videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=48,framerate=30/1 ! "
    "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 pt=96 )"
)

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1] if len(sys.argv) > 1 else "0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(PICTURES)
factory.set_shared(True)
server.get_mount_points().add_factory("/", factory)
if server.attach(None) == 0:
    sys.exit("The port is not free.")
print(f"Listening on {server.get_bound_port()}", flush=True)
GLib.MainLoop().run()
