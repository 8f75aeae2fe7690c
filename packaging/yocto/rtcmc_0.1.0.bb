# SPDX-License-Identifier: LGPL-2.1-or-later
SUMMARY = "GStreamer plugin for RTCMultiConnection rooms"
DESCRIPTION = "The element rtcmcroom makes a GStreamer pipeline a participant of a room of the WebRTC library RTCMultiConnection."
HOMEPAGE = "https://github.com/rtcmc/rtcmc"
BUGTRACKER = "https://github.com/rtcmc/rtcmc/issues"
SECTION = "multimedia"
LICENSE = "LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "file://COPYING;md5=4fbd65380cdd255951079008b364516c"

# libnice is in meta-oe. What is needed of others and is not there by default, for a distribution's configuration or local.conf:
#   PACKAGECONFIG:append:pn-gstreamer1.0-plugins-bad = " sctp srtp webrtc"
#   PACKAGECONFIG:append:pn-gstreamer1.0-plugins-good = " vpx"
#   PACKAGECONFIG:append:pn-libnice = " gstreamer"
DEPENDS = "glib-2.0 glib-2.0-native gstreamer1.0 gstreamer1.0-plugins-bad gstreamer1.0-plugins-base json-glib libnice libsoup libsrtp"

SRC_URI = "https://github.com/rtcmc/rtcmc/releases/download/${PV}/rtcmc-${PV}.tar.xz"
# Of the release, as it stands in rtcmc-${PV}.tar.xz.sha256sum beside it.
SRC_URI[sha256sum] = "0000000000000000000000000000000000000000000000000000000000000000"

inherit meson pkgconfig systemd

EXTRA_OEMESON = "-Dtests=disabled -Dsystemd-unit-dir=${systemd_system_unitdir}"

PACKAGECONFIG ??= "server"
PACKAGECONFIG[server] = "-Dserver=enabled,-Dserver=disabled"

do_install:append() {
    rm -rf ${D}${docdir}/rtcmc
    if ${@bb.utils.contains('PACKAGECONFIG', 'server', 'true', 'false', d)}; then
        install -D -m 0644 ${S}/server/rtcmc-server.conf ${D}${sysconfdir}/rtcmc-server.conf
    fi
}

PACKAGE_BEFORE_PN = "${PN}-server"

FILES:${PN} = "${libdir}/gstreamer-1.0/libgstrtcmc.so"
RDEPENDS:${PN} = "\
    glib-networking \
    gstreamer1.0-plugins-bad-dtls \
    gstreamer1.0-plugins-bad-sctp \
    gstreamer1.0-plugins-bad-srtp \
    gstreamer1.0-plugins-bad-webrtc \
    gstreamer1.0-plugins-base-meta \
    gstreamer1.0-plugins-good-rtp \
    gstreamer1.0-plugins-good-rtpmanager \
    gstreamer1.0-plugins-good-vpx \
    libnice \
"

FILES:${PN}-server = "${bindir}/rtcmc-server ${sysconfdir}/rtcmc-server.conf"
RDEPENDS:${PN}-server = "glib-networking"
CONFFILES:${PN}-server = "${sysconfdir}/rtcmc-server.conf"

SYSTEMD_PACKAGES = "${@bb.utils.contains('PACKAGECONFIG', 'server', '${PN}-server', '', d)}"
SYSTEMD_SERVICE:${PN}-server = "rtcmc-server.service"
SYSTEMD_AUTO_ENABLE:${PN}-server = "disable"
