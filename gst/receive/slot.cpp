// SPDX-License-Identifier: LGPL-2.1-or-later
#include "receive/slot.hpp"

#include <utility>

#include "glib/worker_thread.hpp"
#include "media/elements.hpp"
#include "receive/idle_format.hpp"
#include "receive/log.hpp"

#define GST_CAT_DEFAULT rtcmc_receive_debug

namespace rtcmc::receive {

namespace {

constexpr guint64 kMaxWait = GST_SECOND;
constexpr guint kMaxBytes = 100'000'000;  // raw pictures can be large

glib::Ref<GstElement> make_queue() {
  auto queue = make_installed("queue");
  set_if_known(queue.get(), "leaky", "downstream");
  g_object_set(queue.get(), "max-size-time", kMaxWait, "max-size-bytes", kMaxBytes, "max-size-buffers", 0U, "silent",
               TRUE, nullptr);
  return queue;
}

QueueLevel level_of(GstElement* queue) {
  guint buffers = 0;
  guint bytes = 0;
  g_object_get(queue, "current-level-buffers", &buffers, "current-level-bytes", &bytes, nullptr);
  return {.buffers = buffers, .is_full = bytes >= kMaxBytes};
}

StreamName nobodys_stream(rtp::Kind kind) {
  const auto type = kind == rtp::Kind::Video ? GST_STREAM_TYPE_VIDEO : GST_STREAM_TYPE_AUDIO;
  return {.stream = glib::Ref<GstStream>::adopt(gst_stream_new("nobody", nullptr, type, GST_STREAM_FLAG_NONE)),
          .group_id = gst_util_group_id_next()};
}

rtp::Codec likeliest(rtp::Kind kind) {
  return kind == rtp::Kind::Video ? rtp::Codec::Vp8 : rtp::Codec::Opus;
}

const char* name_of(Form form) {
  return form == Form::Raw ? "raw" : form == Form::Encoded ? "encoded" : "RTP";
}

}  // namespace

Slot::Slot(GstBin* bin, SlotSettings settings)
    : bin_(bin),
      settings_(std::move(settings)),
      queue_(make_queue()),
      relay_(std::make_shared<Relay>([queue = queue_] { return level_of(queue.get()); })),
      relay_element_(make_element(relay_, "relay")),
      src_pad_(static_pad(queue_.get(), "src")) {
  init_logging();
  gst_element_add_pad(relay_element_.get(), relay_->src_pad());
  gst_bin_add_many(bin_, relay_element_.get(), queue_.get(), nullptr);
  gst_element_link_pads(relay_element_.get(), "src", queue_.get(), "sink");
  gst_element_sync_state_with_parent(queue_.get());
  gst_element_sync_state_with_parent(relay_element_.get());
}

Slot::~Slot() {
  disconnect();
  discard(relay_element_.get());
  discard(queue_.get());
}

void Slot::close() {
  relay_->close();
  gst_element_set_locked_state(queue_.get(), TRUE);
  gst_element_set_state(queue_.get(), GST_STATE_NULL);
}

void Slot::open() {
  fill_if_wanted();
}

bool Slot::takes_streams_of(const std::string& user_id) const {
  if (stream_) {
    return stream_->user_id == user_id;
  }
  const SlotWish wish = settings_.wish();
  return wish.user_id.empty() || wish.user_id == user_id;
}

bool Slot::takes(const RemoteStream& stream) const {
  const SlotWish wish = settings_.wish();
  return !stream_ && stream.kind == settings_.kind && (wish.user_id.empty() || wish.user_id == stream.user_id) &&
         (wish.stream_id.empty() || wish.stream_id == stream.stream_id);
}

void Slot::bind(std::shared_ptr<RemoteStream> stream) {
  stream_ = std::move(stream);
  latest_ = stream_->description;
  if (retries_of_ != stream_->user_id) {
    // Whoever sends what cannot be decoded gets no fresh start by offering it again.
    retries_ = {};
    retries_of_ = stream_->user_id;
  }
  stream_->output = glib::Ref<GstPad>::share(relay_->sink_pad());
  GST_INFO_OBJECT(src_pad_.get(), "takes a stream of %s", stream_->user_id.c_str());
  settings_.show(stream_->user_id, stream_->stream_id);
  if (stream_->codec) {
    media_changed();
  }
}

void Slot::unbind() {
  GST_INFO_OBJECT(src_pad_.get(), "is free again: the stream of %s is over", stream_->user_id.c_str());
  disconnect();
  relay_->end();
  stream_->output.reset();
  stream_.reset();
  settings_.show("", "");
  fill_if_wanted();
}

void Slot::media_changed() {
  if (retry_.active() || (tap_ == stream_->tap && connected_codec_ == stream_->codec)) {
    return;
  }
  disconnect();
  filler_.reset();
  connect();
}

void Slot::connect() {
  const rtp::Codec codec = *stream_->codec;
  const auto accepted = glib::Ref<GstCaps>::adopt(gst_pad_peer_query_caps(src_pad_.get(), nullptr));
  const Form form = choose_form(codec, accepted.get());
  GST_INFO_OBJECT(src_pad_.get(), "%s of %s, %s for downstream", std::string(rtp::info(codec).encoding_name).c_str(),
                  stream_->user_id.c_str(), name_of(form));
  relay_->expect({.stream = stream_->description, .group_id = stream_->group_id}, {.form = form, .codec = codec});
  // The queue would drop from the middle of what builds on itself: see Relay.
  const bool is_guarded = form != Form::Raw && settings_.kind == rtp::Kind::Video;
  g_object_set(queue_.get(), "max-size-time", is_guarded ? guint64{0} : kMaxWait, nullptr);
  GstPad* entry = form == Form::Rtp ? relay_->sink_pad() : make_entry(codec, form);
  if (!entry) {
    return;
  }
  if (!stream_->tap->connect(entry)) {
    fail("Downstream does not take the participant's RTP packets.");
    return;
  }
  tap_ = stream_->tap;
  connected_codec_ = codec;
  tap_->request_keyframe();
  gst_element_post_message(relay_element_.get(), gst_message_new_latency(GST_OBJECT(relay_element_.get())));
}

GstPad* Slot::make_entry(rtp::Codec codec, Form form) {
  auto made = Decoding::make(
      bin_, {.codec = codec, .form = form, .max_picture_size = max_picture_size_},
      [slot = weak_from_this(), number = ++decoding_number_,
       context = glib::Ref<GMainContext>::adopt(g_main_context_ref_thread_default())](const DecodingFault& fault) {
        glib::post(context.get(), [slot, number, fault] {
          if (const auto held = slot.lock()) {
            held->on_fault(number, fault);
          }
        });
      });
  if (const auto* missing = std::get_if<std::string>(&made)) {
    fail(*missing);
    return nullptr;
  }
  decoding_ = std::move(std::get<0>(made));
  if (GST_PAD_LINK_FAILED(gst_pad_link(decoding_->src_pad(), relay_->sink_pad()))) {
    fail("Downstream does not take what the participant's " + std::string(rtp::info(codec).encoding_name) +
         " can become.");
    decoding_.reset();
    return nullptr;
  }
  decoding_begun_ = std::chrono::steady_clock::now();
  decoding_->start();
  return decoding_->sink_pad();
}

void Slot::on_fault(unsigned decoding_number, const DecodingFault& fault) {
  if (!decoding_ || decoding_number != decoding_number_) {
    return;
  }
  disconnect();
  relay_->end();
  const RetryPolicy::Decision decision = retries_.on_failure(decoding_begun_, std::chrono::steady_clock::now());
  retry_.start_once(decision.delay, [this] { connect(); });
  if (decision.is_news) {
    const std::string text = "Participant " + stream_->user_id + ": " + fault.text +
                             " It is tried again, ever more seldom; other streams are not concerned.";
    gst_element_message_full(relay_element_.get(), GST_MESSAGE_WARNING, GST_STREAM_ERROR, fault.code,
                             g_strdup(text.c_str()), g_strdup(fault.debug.c_str()), __FILE__, GST_FUNCTION, __LINE__);
  } else {
    GST_INFO_OBJECT(src_pad_.get(), "%s again: %s", stream_->user_id.c_str(), fault.text.c_str());
  }
}

void Slot::disconnect() {
  retry_.cancel();
  if (tap_) {
    tap_->disconnect();
    tap_.reset();
  }
  connected_codec_.reset();
  decoding_.reset();
}

void Slot::tell_others_flow() {
  if (stream_ || filler_ || relay_->has_begun()) {
    return;
  }
  const auto accepted = glib::Ref<GstCaps>::adopt(gst_pad_peer_query_caps(src_pad_.get(), nullptr));
  if (choose_form(likeliest(settings_.kind), accepted.get()) != Form::Raw) {
    return;
  }
  if (const auto format = idle_format(settings_.kind, relay_->sink_pad())) {
    relay_->begin_empty(nobodys_stream(settings_.kind), format.get());
  }
}

void Slot::fill_if_wanted() {
  if (!stream_ && !filler_ && settings_.wish().fill) {
    relay_->expect(nobodys_stream(settings_.kind), {.form = Form::Raw, .codec = likeliest(settings_.kind)});
    filler_ = std::make_unique<Filler>(bin_, settings_.kind, relay_->sink_pad(), relay_->last_raw_caps());
  }
}

void Slot::fail(const std::string& text) const {
  GST_ELEMENT_WARNING(relay_element_.get(), STREAM, CODEC_NOT_FOUND, ("%s", text.c_str()),
                      ("the stream of %s is not passed on", stream_->user_id.c_str()));
}

}  // namespace rtcmc::receive
