// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>

#include "send/encoder_catalog.hpp"

// Properties that the installed version of an encoder does not have are passed over, so that a line may serve several
// versions. Keyframes come on request; the longest interval that all decoders are happy with is the safety net.

namespace rtcmc::send {

namespace {

using rtp::Codec;
using Settings = std::span<const EncoderSetting>;

/// What browsers show. These encoders would take other chroma as well, and only then find that their profile has none.
constexpr std::string_view k420 = "video/x-raw,format=(string)I420";

constexpr std::string_view kBaseline = "video/x-h264,profile=(string){constrained-baseline,baseline}";

constexpr auto kX264 = std::to_array<EncoderSetting>({{"tune", "zerolatency"},
                                                      {"speed-preset", "ultrafast"},
                                                      {"bframes", "0"},
                                                      {"b-adapt", "false"},
                                                      {"aud", "false"},
                                                      {"key-int-max", "3000"},
                                                      {"vbv-buf-capacity", "300"}});
constexpr auto kX265 = std::to_array<EncoderSetting>(
    {{"tune", "zerolatency"}, {"speed-preset", "ultrafast"}, {"key-int-max", "3000"}, {"option-string", "open-gop=0"}});
constexpr auto kOpenH264 = std::to_array<EncoderSetting>({{"usage-type", "camera"},
                                                          {"complexity", "low"},
                                                          {"rate-control", "bitrate"},
                                                          {"slice-mode", "auto"},
                                                          {"gop-size", "3000"}});
constexpr auto kVp8 = std::to_array<EncoderSetting>({{"deadline", "1"},
                                                     {"cpu-used", "-8"},
                                                     {"end-usage", "cbr"},
                                                     {"lag-in-frames", "0"},
                                                     {"error-resilient", "default"},
                                                     {"keyframe-max-dist", "3000"},
                                                     {"buffer-initial-size", "100"},
                                                     {"buffer-optimal-size", "120"},
                                                     {"buffer-size", "300"},
                                                     {"undershoot", "100"},
                                                     {"overshoot", "15"},
                                                     {"max-intra-bitrate", "400"},
                                                     {"static-threshold", "1"}});
constexpr auto kVp9 = std::to_array<EncoderSetting>({{"deadline", "1"},
                                                     {"cpu-used", "8"},
                                                     {"row-mt", "true"},
                                                     {"tile-columns", "1"},
                                                     {"aq-mode", "cyclic-refresh"},
                                                     {"end-usage", "cbr"},
                                                     {"lag-in-frames", "0"},
                                                     {"error-resilient", "default"},
                                                     {"keyframe-max-dist", "3000"},
                                                     {"buffer-initial-size", "100"},
                                                     {"buffer-optimal-size", "120"},
                                                     {"buffer-size", "300"},
                                                     {"max-intra-bitrate", "400"}});
constexpr auto kAom = std::to_array<EncoderSetting>({{"usage-profile", "realtime"},
                                                     {"cpu-used", "10"},
                                                     {"end-usage", "cbr"},
                                                     {"lag-in-frames", "0"},
                                                     {"row-mt", "true"},
                                                     {"tile-columns", "1"},
                                                     {"keyframe-max-dist", "3000"},
                                                     {"buf-initial-sz", "100"},
                                                     {"buf-optimal-sz", "120"},
                                                     {"buf-sz", "300"}});
constexpr auto kSvtAv1 = std::to_array<EncoderSetting>(
    {{"preset", "12"}, {"intra-period-length", "3000"}, {"parameters-string", "pred-struct=1:rc=2:lookahead=0"}});
constexpr auto kRav1e = std::to_array<EncoderSetting>({{"speed-preset", "10"},
                                                       {"low-latency", "true"},
                                                       {"max-key-frame-interval", "3000"},
                                                       {"rdo-lookahead-frames", "1"}});

constexpr auto kVa = std::to_array<EncoderSetting>({{"rate-control", "cbr"},
                                                    {"b-frames", "0"},
                                                    {"ref-frames", "1"},
                                                    {"key-int-max", "1024"},
                                                    {"target-usage", "6"},
                                                    {"aud", "false"}});
constexpr auto kVaapi = std::to_array<EncoderSetting>({{"rate-control", "cbr"},
                                                       {"max-bframes", "0"},
                                                       {"refs", "1"},
                                                       {"keyframe-period", "3000"},
                                                       {"quality-level", "6"}});
constexpr auto kNv = std::to_array<EncoderSetting>({{"preset", "low-latency-hq"},
                                                    {"rc-mode", "cbr"},
                                                    {"zerolatency", "true"},
                                                    {"bframes", "0"},
                                                    {"rc-lookahead", "0"},
                                                    {"gop-size", "3000"}});
constexpr auto kJetson = std::to_array<EncoderSetting>({{"control-rate", "1"},  // constant
                                                        {"preset-level", "1"},  // ultra fast
                                                        {"maxperf-enable", "true"},
                                                        {"insert-sps-pps", "true"},
                                                        {"iframeinterval", "3000"},
                                                        {"idrinterval", "3000"}});
constexpr auto kQsv = std::to_array<EncoderSetting>({{"rate-control", "cbr"},
                                                     {"low-latency", "true"},
                                                     {"b-frames", "0"},
                                                     {"ref-frames", "1"},
                                                     {"gop-size", "3000"},
                                                     {"target-usage", "7"}});
constexpr auto kMpp = std::to_array<EncoderSetting>(
    {{"rc-mode", "cbr"}, {"header-mode", "each-idr"}, {"gop", "3000"}, {"profile", "baseline"}});
constexpr auto kMppNoProfile =
    std::to_array<EncoderSetting>({{"rc-mode", "cbr"}, {"header-mode", "each-idr"}, {"gop", "3000"}});
constexpr auto kOmx = std::to_array<EncoderSetting>(
    {{"control-rate", "constant"}, {"b-frames", "0"}, {"periodicity-idr", "3000"}, {"interval-intraframes", "3000"}});
constexpr auto kOpus = std::to_array<EncoderSetting>(
    {{"frame-size", "20"}, {"inband-fec", "true"}, {"packet-loss-percentage", "0"}, {"complexity", "5"}});

constexpr EncoderSpec hardware(Codec codec, std::string_view factory, std::string_view bitrate_property,
                               BitrateUnit unit, Settings settings, std::string_view output = "") {
  return {codec, factory, true, "", bitrate_property, unit, "", "", output, settings};
}

constexpr BitrateUnit kBits = BitrateUnit::Bits;
constexpr BitrateUnit kKilobits = BitrateUnit::Kilobits;
constexpr BitrateUnit kV4l2 = BitrateUnit::V4l2Control;

constexpr auto kSpecs = std::to_array<EncoderSpec>({
    // V4L2 memory-to-memory devices. That of the Raspberry Pi wants a level.
    hardware(Codec::H264, "v4l2h264enc", "extra-controls", kV4l2, {},
             "video/x-h264,profile=(string){constrained-baseline,baseline},level=(string)4"),
    hardware(Codec::H265, "v4l2h265enc", "extra-controls", kV4l2, {}),
    hardware(Codec::Vp8, "v4l2vp8enc", "extra-controls", kV4l2, {}),
    hardware(Codec::Vp9, "v4l2vp9enc", "extra-controls", kV4l2, {}),
    // VA-API, new and old plugin; "lp" is the low-power entry point, the only one on some Intel chips.
    hardware(Codec::H264, "vah264enc", "bitrate", kKilobits, kVa, kBaseline),
    hardware(Codec::H264, "vah264lpenc", "bitrate", kKilobits, kVa, kBaseline),
    hardware(Codec::H265, "vah265enc", "bitrate", kKilobits, kVa),
    hardware(Codec::H265, "vah265lpenc", "bitrate", kKilobits, kVa),
    hardware(Codec::Vp8, "vavp8enc", "bitrate", kKilobits, kVa),
    hardware(Codec::Vp9, "vavp9enc", "bitrate", kKilobits, kVa),
    hardware(Codec::Vp9, "vavp9lpenc", "bitrate", kKilobits, kVa),
    hardware(Codec::Av1, "vaav1enc", "bitrate", kKilobits, kVa),
    hardware(Codec::Av1, "vaav1lpenc", "bitrate", kKilobits, kVa),
    hardware(Codec::H264, "vaapih264enc", "bitrate", kKilobits, kVaapi, kBaseline),
    hardware(Codec::H265, "vaapih265enc", "bitrate", kKilobits, kVaapi),
    hardware(Codec::Vp8, "vaapivp8enc", "bitrate", kKilobits, kVaapi),
    hardware(Codec::Vp9, "vaapivp9enc", "bitrate", kKilobits, kVaapi),
    // NVIDIA: graphics cards, then Jetson.
    hardware(Codec::H264, "nvh264enc", "bitrate", kKilobits, kNv, kBaseline),
    hardware(Codec::H265, "nvh265enc", "bitrate", kKilobits, kNv),
    hardware(Codec::Av1, "nvav1enc", "bitrate", kKilobits, kNv),
    hardware(Codec::H264, "nvv4l2h264enc", "bitrate", kBits, kJetson),
    hardware(Codec::H265, "nvv4l2h265enc", "bitrate", kBits, kJetson),
    hardware(Codec::Vp8, "nvv4l2vp8enc", "bitrate", kBits, kJetson),
    hardware(Codec::Vp9, "nvv4l2vp9enc", "bitrate", kBits, kJetson),
    hardware(Codec::Av1, "nvv4l2av1enc", "bitrate", kBits, kJetson),
    // Intel Quick Sync.
    hardware(Codec::H264, "qsvh264enc", "bitrate", kKilobits, kQsv, kBaseline),
    hardware(Codec::H265, "qsvh265enc", "bitrate", kKilobits, kQsv),
    hardware(Codec::Vp9, "qsvvp9enc", "bitrate", kKilobits, kQsv),
    hardware(Codec::Av1, "qsvav1enc", "bitrate", kKilobits, kQsv),
    // Rockchip.
    hardware(Codec::H264, "mpph264enc", "bps", kBits, kMpp),
    hardware(Codec::H265, "mpph265enc", "bps", kBits, kMppNoProfile),
    hardware(Codec::Vp8, "mppvp8enc", "bps", kBits, kMppNoProfile),
    // OpenMAX.
    hardware(Codec::H264, "omxh264enc", "target-bitrate", kBits, kOmx, kBaseline),
    hardware(Codec::H265, "omxh265enc", "target-bitrate", kBits, kOmx),

    {Codec::H264, "x264enc", false, "gstreamer1.0-plugins-ugly", "bitrate", kKilobits, "threads", "",
     "video/x-h264,profile=(string)constrained-baseline,stream-format=(string)byte-stream", kX264},
    {Codec::H264, "openh264enc", false, "gstreamer1.0-plugins-bad", "bitrate", kBits, "multi-thread", "", kBaseline,
     kOpenH264},
    {Codec::H265, "x265enc", false, "gstreamer1.0-plugins-bad", "bitrate", kKilobits, "", "",
     "video/x-h265,profile=(string)main", kX265},
    {Codec::Vp8, "vp8enc", false, "gstreamer1.0-plugins-good", "target-bitrate", kBits, "threads", "", "", kVp8},
    {Codec::Vp9, "vp9enc", false, "gstreamer1.0-plugins-good", "target-bitrate", kBits, "threads", k420,
     "video/x-vp9,profile=(string)0", kVp9},
    {Codec::Av1, "svtav1enc", false, "gstreamer1.0-plugins-bad", "target-bitrate", kKilobits, "", "", "", kSvtAv1},
    {Codec::Av1, "av1enc", false, "gstreamer1.0-plugins-bad", "target-bitrate", kKilobits, "threads", k420, "", kAom},
    {Codec::Av1, "rav1enc", false, "gstreamer1.0-plugins-rs", "bitrate", kBits, "threads", k420, "", kRav1e},
    {Codec::Opus, "opusenc", false, "gstreamer1.0-plugins-base", "bitrate", kBits, "",
     "audio/x-raw,rate=(int)48000,channels=(int)2;audio/x-raw,rate=(int)48000,channels=(int)1", "", kOpus},
    {Codec::G722,
     "avenc_g722",
     false,
     "gstreamer1.0-libav",
     "",
     BitrateUnit::None,
     "",
     "audio/x-raw,rate=(int)16000,channels=(int)1",
     "",
     {}},
    {Codec::Pcmu,
     "mulawenc",
     false,
     "gstreamer1.0-plugins-good",
     "",
     BitrateUnit::None,
     "",
     "audio/x-raw,rate=(int)8000,channels=(int)1",
     "",
     {}},
    {Codec::Pcma,
     "alawenc",
     false,
     "gstreamer1.0-plugins-good",
     "",
     BitrateUnit::None,
     "",
     "audio/x-raw,rate=(int)8000,channels=(int)1",
     "",
     {}},
});

}  // namespace

std::span<const EncoderSpec> encoder_specs() {
  return kSpecs;
}

}  // namespace rtcmc::send
