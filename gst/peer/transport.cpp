// SPDX-License-Identifier: LGPL-2.1-or-later
#include "peer/transport.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "gst_ref.hpp"
#include "log.hpp"
#include "media/elements.hpp"
#include "peer/datagrams.hpp"

#define GST_CAT_DEFAULT rtcmc_peer_debug

namespace rtcmc {

namespace {

using Packet = send::Wire::Packet;

/// As GstDtls and GstSrtp number ciphers and authentication. All that GstDtls 1.22 to 1.28 offers is the first of them.
std::optional<srtp::Profile> profile_of(guint cipher, guint auth) {
  constexpr guint kAes128Icm = 1;
  constexpr guint kAes128Gcm = 3;
  constexpr guint kAes256Gcm = 4;
  constexpr guint kSha1Tag32 = 1;
  constexpr guint kSha1Tag80 = 2;
  switch (cipher) {
    case kAes128Icm:
      return auth == kSha1Tag80   ? std::optional(srtp::Profile::AesCm128Sha1Tag80)
             : auth == kSha1Tag32 ? std::optional(srtp::Profile::AesCm128Sha1Tag32)
                                  : std::nullopt;
    case kAes128Gcm:
      return srtp::Profile::AeadAes128Gcm;
    case kAes256Gcm:
      return srtp::Profile::AeadAes256Gcm;
    default:
      return std::nullopt;
  }
}

/// The bytes of a buffer, as long as it lives. Empty if they cannot be read.
class MappedBuffer {
 public:
  explicit MappedBuffer(GstBuffer* buffer) : buffer_(gst_buffer_map(buffer, &map_, GST_MAP_READ) ? buffer : nullptr) {}
  MappedBuffer(const MappedBuffer&) = delete;
  MappedBuffer& operator=(const MappedBuffer&) = delete;
  ~MappedBuffer() {
    if (buffer_) {
      gst_buffer_unmap(buffer_, &map_);
    }
  }

  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return buffer_ ? std::span<const std::uint8_t>(map_.data, map_.size) : std::span<const std::uint8_t>();
  }

 private:
  GstMapInfo map_{};
  GstBuffer* buffer_;
};

glib::Ref<GstElement> made_by(const char* factory, GstElement* bin) {
  glib::Ref<GstElement> result;
  for_each_made_by(factory, bin, [&result](GstElement* element) { result = glib::Ref<GstElement>::share(element); });
  return result;
}

}  // namespace

/// Packets that are protected and sent together, on the stack of whoever sends: there is one for a thread, not one for
/// each participant.
class Transport::Batch {
 public:
  /// An empty batch takes any packet, if only to say that it is too long.
  [[nodiscard]] bool has_room_for(const Packet& packet) const {
    return count_ == 0 || (count_ < packets_.size() && size_of(packet) + srtp::Encryptor::kMaxGrowth <= rest());
  }
  /// Absent: it is among packets().
  [[nodiscard]] std::optional<srtp::Fault> add(const Packet& packet, srtp::Encryptor& encryptor, Protect protect) {
    const std::size_t size = size_of(packet);
    const auto space = std::span(bytes_).subspan(used_);
    if (size <= space.size()) {
      std::ranges::copy(packet.payload, std::copy_n(packet.header.begin(), packet.header_size, space.begin()));
    }
    const auto result = (encryptor.*protect)(space, size);
    if (const auto* fault = std::get_if<srtp::Fault>(&result)) {
      return *fault;
    }
    packets_[count_++] = space.first(std::get<std::size_t>(result));
    const std::size_t aligned = (used_ + packets_[count_ - 1].size() + kAlignment - 1) / kAlignment * kAlignment;
    used_ = std::min(aligned, bytes_.size());
    return std::nullopt;
  }
  [[nodiscard]] std::span<const datagrams::Packet> packets() const { return std::span(packets_).first(count_); }

 private:
  static constexpr std::size_t kAlignment = 16;  // libsrtp wants four bytes
  static constexpr std::size_t kMaxPacket = 65'536;

  static std::size_t size_of(const Packet& packet) { return packet.header_size + packet.payload.size(); }
  [[nodiscard]] std::size_t rest() const { return bytes_.size() - used_; }

  alignas(kAlignment) std::array<std::uint8_t, kMaxPacket + srtp::Encryptor::kMaxGrowth> bytes_;
  std::array<datagrams::Packet, datagrams::kMaxSegments> packets_;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
};

std::shared_ptr<Transport> Transport::of(GstElement* nicesink, const std::string& owner) {
  const auto bin = glib::Ref<GstObject>::adopt(gst_object_get_parent(GST_OBJECT(nicesink)));
  const auto dtlsenc = bin ? made_by("dtlsenc", GST_ELEMENT(bin.get())) : nullptr;
  const auto srtpenc = bin ? made_by("srtpenc", GST_ELEMENT(bin.get())) : nullptr;
  auto sender = IceSender::make(nicesink);
  if (!dtlsenc || !srtpenc || !sender) {
    return nullptr;
  }
  auto transport = std::make_shared<Transport>(std::move(sender), owner);
  replace(srtpenc.get(), transport);
  transport->connections_.push_back(glib::SignalConnection::owning(
      dtlsenc.get(), "on-key-received", G_CALLBACK(+[](GstElement* dtlsenc, const std::weak_ptr<Transport>* self) {
        if (const auto transport = self->lock()) {
          transport->take_key_of(dtlsenc);
        }
      }),
      std::weak_ptr(transport)));
  return transport;
}

Transport::Transport(std::shared_ptr<IceSender> sender, std::string owner)
    : sender_(std::move(sender)), owner_(std::move(owner)) {}

void Transport::replace(GstElement* srtpenc, const std::shared_ptr<Transport>& transport) {
  using Shared = std::shared_ptr<Transport>;
  static constexpr auto kGuard = +[](GstElement*, GstPad* pad, gpointer transport) {
    if (GST_PAD_IS_SINK(pad)) {
      gst_pad_add_probe(
          pad, GstPadProbeType(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
          [](GstPad* pad, GstPadProbeInfo* info, gpointer transport) {
            (*static_cast<Shared*>(transport))->take(pad, *info);
            return GST_PAD_PROBE_DROP;
          },
          new Shared(*static_cast<Shared*>(transport)),
          [](gpointer transport) { delete static_cast<Shared*>(transport); });
    }
    return gboolean{TRUE};
  };
  // None is added meanwhile: it does not run yet.
  gst_element_foreach_pad(srtpenc, kGuard, const_cast<Shared*>(&transport));
  transport->connections_.push_back(glib::SignalConnection::owning(
      srtpenc, "pad-added", G_CALLBACK(+[](GstElement* srtpenc, GstPad* pad, const std::weak_ptr<Transport>* self) {
        if (auto transport = self->lock()) {
          kGuard(srtpenc, pad, &transport);
        }
      }),
      std::weak_ptr(transport)));
}

void Transport::take(GstPad* pad, const GstPadProbeInfo& info) {
  const bool is_control = g_str_has_prefix(GST_PAD_NAME(pad), "rtcp_");
  const auto take_one = [this, is_control](GstBuffer* buffer) {
    const MappedBuffer mapped(buffer);
    if (is_control) {
      send_control(mapped.bytes());
    } else {
      send(std::array{Packet{.payload = mapped.bytes()}});
    }
  };
  if ((info.type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    take_one(GST_BUFFER(info.data));
    return;
  }
  auto* list = static_cast<GstBufferList*>(info.data);
  for (guint i = 0; i < gst_buffer_list_length(list); ++i) {
    take_one(gst_buffer_list_get(list, i));
  }
}

void Transport::take_key_of(GstElement* dtlsenc) {
  glib::Ref<GstBuffer> bytes;
  guint cipher = 0;
  guint auth = 0;
  g_object_get(dtlsenc, "encoder-key", bytes.out(), "srtp-cipher", &cipher, "srtp-auth", &auth, nullptr);
  const auto profile = profile_of(cipher, auth);
  const auto key = profile && bytes ? srtp::Key::of(*profile, MappedBuffer(bytes.get()).bytes()) : std::nullopt;
  if (!key) {
    GST_WARNING("%s: nothing can be sent there: SRTP cipher %u and authentication %u of GstDtls are not known here",
                owner_.c_str(), cipher, auth);
    return;
  }
  set_key(*key);
}

void Transport::set_key(const srtp::Key& key) {
  std::optional<int> fault;
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || (encryptor_ && encryptor_->key() == key)) {
      return;
    }
    encryptor_.reset();
    auto made = srtp::Encryptor::create(key);
    if (auto* encryptor = std::get_if<srtp::Encryptor>(&made)) {
      encryptor_.emplace(std::move(*encryptor));
    } else {
      fault = std::get<srtp::Fault>(made).code;
    }
  }
  if (fault) {
    warn(*fault);
  }
}

bool Transport::has_key() const {
  const std::lock_guard lock(mutex_);
  return encryptor_.has_value();
}

void Transport::close() {
  connections_.clear();
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  encryptor_.reset();
}

GstFlowReturn Transport::send(std::span<const Packet> packets) {
  return send(packets, &srtp::Encryptor::protect);
}

GstFlowReturn Transport::send_control(std::span<const std::uint8_t> compound) {
  return send(std::array{Packet{.payload = compound}}, &srtp::Encryptor::protect_control);
}

GstFlowReturn Transport::send(std::span<const Packet> packets, Protect protect) {
  std::optional<int> fault;
  while (!packets.empty()) {
    Batch batch;
    std::size_t sent = 0;
    {
      const std::lock_guard lock(mutex_);
      if (!encryptor_) {
        return GST_FLOW_FLUSHING;
      }
      for (; !packets.empty() && batch.has_room_for(packets.front()); packets = packets.subspan(1)) {
        if (const auto failed = batch.add(packets.front(), *encryptor_, protect)) {
          fault = failed->code;
        }
      }
      sent = sender_->send_straight(batch.packets());
    }
    if (sent < batch.packets().size()) {
      sender_->send_by_libnice(batch.packets().subspan(sent));
    }
  }
  if (fault) {
    warn(*fault);
  }
  return fault ? GST_FLOW_ERROR : GST_FLOW_OK;
}

void Transport::warn(int code) {
  if (!has_warned_.exchange(true)) {
    GST_WARNING("%s: packets are not sent there, because libsrtp does not protect them (error %d)", owner_.c_str(),
                code);
  }
}

}  // namespace rtcmc
