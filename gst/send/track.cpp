// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/track.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <utility>

#include "glib/random.hpp"
#include "media/elements.hpp"
#include "send/bitrate_wish.hpp"
#include "send/branch.hpp"
#include "send/displayable.hpp"
#include "send/expected_loss.hpp"
#include "send/input.hpp"
#include "send/layered_subscription.hpp"
#include "send/log.hpp"
#include "send/quality_policy.hpp"
#include "send/size_policy.hpp"
#include "send/source.hpp"
#include "send/subscriber.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

std::vector<Input::Choice> input_choices(const std::vector<TrackSettings>& choices) {
  std::vector<Input::Choice> result;
  result.reserve(choices.size());
  for (const TrackSettings& settings : choices) {
    result.push_back({settings.kind, acceptable_caps(settings.kind, settings.codecs)});
  }
  return result;
}

/// Encoders are left alone for less.
bool is_about(std::uint64_t rate, std::uint64_t other) {
  constexpr double kLittle = 0.05;
  return std::abs(static_cast<double>(rate) - static_cast<double>(other)) <= kLittle * static_cast<double>(other);
}

class EncodingTrack final : public Track, private Input::Listener, private BranchPool {
 public:
  EncodingTrack(GstBin* bin, std::vector<TrackSettings> choices, Track::Listener& listener)
      : bin_(bin),
        choices_(std::move(choices)),
        settings_(choices_.size() == 1 ? &choices_.front() : nullptr),
        listener_(listener),
        timestamp_offset_(glib::random_number()),
        input_(std::make_shared<Input>(input_choices(choices_), static_cast<Input::Listener&>(*this))),
        input_element_(make_element(input_, "input")) {
    gst_bin_add(bin_, input_element_.get());
    gst_element_sync_state_with_parent(input_element_.get());
  }
  EncodingTrack(const EncodingTrack&) = delete;
  EncodingTrack& operator=(const EncodingTrack&) = delete;
  ~EncodingTrack() override {
    discard(input_element_.get());  // on_source() does not run any more
    branches_.clear();
  }

  GstPad* sink_pad() const override { return input_->sink_pad(); }
  std::optional<rtp::Kind> kind() const override {
    const TrackSettings* settings = settings_;
    return settings ? std::optional(settings->kind) : std::nullopt;
  }
  std::optional<std::vector<rtp::Codec>> codecs() const override {
    const std::lock_guard lock(mutex_);
    return is_known() ? std::optional(codecs_) : std::nullopt;
  }
  std::uint32_t ssrc() const override {
    const std::lock_guard lock(mutex_);
    return ssrc_;
  }
  glib::Ref<GstCaps> rtp_caps(rtp::Codec codec) const override;
  void set_muted(bool is_muted) override;
  void interrupt() override { input_->interrupt(); }
  std::uint32_t bitrate() const override {
    const TrackSettings* settings = settings_;
    const std::uint32_t measured = measured_;
    return measured > 0 || !settings ? measured : settings->bitrate;
  }
  std::vector<std::string> encoders() const override;
  std::optional<std::uint64_t> adapt(std::chrono::steady_clock::time_point now) override;
  std::unique_ptr<Subscription> subscribe(const PacketFormat& format,
                                          std::shared_ptr<Transmission> transmission) override;

 private:
  struct SharedBranch {
    std::unique_ptr<Branch> branch;
    unsigned users = 0;
    bool stays = false;        // whether without users, too
    Quality quality = {0, 1};  // of raw pictures; 0: as at first
    SizePolicy size = {};
  };

  // BranchPool
  Branch* acquire(const EncodingKey& key) override;
  void release(const EncodingKey& key) override;
  unsigned users(const EncodingKey& key) const override;
  glib::Ref<GstCaps> input_caps() const override {
    const std::lock_guard lock(mutex_);
    return caps_;
  }
  void part(const LayeredSubscription& subscription) override { std::erase(subscriptions_, &subscription); }

  // Input::Listener
  bool on_source(rtp::Kind kind, const Source& source, GstCaps* caps) override;
  void on_wrong_kind(rtp::Kind kind) override;
  void on_refused(rtp::Kind wanted, GstCaps* caps) override;
  void on_ssrc(std::uint32_t ssrc) override;
  void on_ahead(GstClockTime time) override;
  void on_no_keyframe() override;
  void on_turned(const char* orientation) override;
  void on_end_of_stream() override { listener_.on_end_of_stream(*this); }
  void on_resumed() override { listener_.on_resumed(*this); }
  void on_forgotten() override;

  void adapt(rtp::Codec codec, const std::vector<LayeredSubscription*>& subscriptions,
             std::chrono::steady_clock::time_point now);
  void adapt_sound(std::chrono::steady_clock::time_point now);
  /// What cannot be made smaller.
  [[nodiscard]] std::optional<std::uint64_t> adapt_encoded(std::chrono::steady_clock::time_point now);
  void tell_upstream(std::uint64_t bitrate) const;
  void set_rate(const EncodingKey& key, std::uint64_t rate, std::chrono::steady_clock::time_point now);
  [[nodiscard]] std::unique_ptr<Branch> make_branch(rtp::Codec codec, const Source& source);
  /// Lets a stopped input that nobody subscribes to become something else; false: it may not.
  [[nodiscard]] bool forget_source();
  [[nodiscard]] bool add_standing_branch(rtp::Codec codec, const Source& source);
  [[nodiscard]] bool is_known() const {  // with mutex_ held
    return caps_ && (source_->form != Form::Rtp || has_input_ssrc_);
  }

  GstBin* const bin_;
  const std::vector<TrackSettings> choices_;
  std::atomic<const TrackSettings*> settings_;  // one of the choices; null: the input's caps have not come yet
  std::atomic<std::uint32_t> measured_ = 0;     // bit/s of encoded pictures; 0: not known
  Track::Listener& listener_;
  const std::uint32_t timestamp_offset_;
  const std::shared_ptr<Input> input_;
  const glib::Ref<GstElement> input_element_;
  // Only on the thread that subscribes.
  std::vector<LayeredSubscription*> subscriptions_;
  BitrateWish wish_;
  ExpectedLoss expected_loss_;
  std::map<rtp::Codec, std::size_t> layers_;  // how many there can be, where it turned out to be less than allowed

  mutable std::mutex mutex_;
  // All below: mutex_, which is never held while calling anything that is not ours, nor while a branch is made or goes.
  // Before source_ is known, only the streaming thread makes branches, then only the thread that subscribes.
  std::map<EncodingKey, SharedBranch> branches_;
  std::uint16_t next_sequence_ =
      static_cast<std::uint16_t>(glib::random_number() & 0x7FFFU);  // RFC 3711: no early wrap
  std::optional<Source> source_;  // what branches are made for; outlives a stop of the input
  std::vector<rtp::Codec> codecs_;
  glib::Ref<GstCaps> caps_;  // null: the input has not said them yet
  std::uint32_t ssrc_ = glib::random_number();
  bool has_input_ssrc_ = false;  // then it stays, whatever comes
};

/// For a peer that cannot be served.
class SilentSubscription final : public Subscription {
 public:
  void start() override {}
  void set_budget(const std::optional<Budget>&) override {}
  std::uint64_t frames() const override { return 0; }
  Portion portion() const override { return Portion::Everything; }
  std::optional<Encoding> encoding() const override { return std::nullopt; }
};

bool EncodingTrack::on_source(rtp::Kind kind, const Source& source, GstCaps* caps) {
  if (!settings_) {
    settings_ = &*std::ranges::find(choices_, kind, &TrackSettings::kind);
    listener_.on_kind_known(*this);
  }
  const TrackSettings& settings = *settings_;
  auto known = [this] {
    const std::lock_guard lock(mutex_);
    return source_;
  }();
  if (known && *known != source && forget_source()) {
    known.reset();
  }
  if (known && *known != source) {
    listener_.on_error(*this, GST_STREAM_ERROR_WRONG_TYPE,
                       "The input changed from " + describe(*known) + " to " + describe(source) +
                           " while playing, which nobody in the room can follow. Keep to one format, or stop rtcmcroom "
                           "before changing it.",
                       "only raw formats and sizes may change in mid-stream");
    return false;
  }
  auto codecs = known ? std::vector<rtp::Codec>() : sendable_codecs(source, settings.kind, settings.codecs);
  if (!known && codecs.empty()) {
    listener_.on_error(*this, GST_STREAM_ERROR_CODEC_NOT_FOUND,
                       not_sendable_text(source, settings.kind, settings.codecs), "the input is " + describe(source));
    return false;
  }
  // Parameter sets may come only once, at the beginning: the parser has to be there then.
  if (!known && source.form == Form::Encoded && !add_standing_branch(*source.codec, source)) {
    return false;
  }
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    const bool was_known = is_known();
    caps_ = glib::Ref<GstCaps>::share(caps);
    if (!known) {
      source_ = source;
      codecs_ = std::move(codecs);
    }
    news = !was_known && is_known();
  }
  if (!known && source.form == Form::Rtp) {
    if (const std::string reason = why_not_displayable(*source.codec, caps); !reason.empty()) {
      listener_.on_warning(*this, reason, "by its caps");
    }
  }
  if (news) {
    listener_.on_codecs_known(*this);
  }
  return true;
}

void EncodingTrack::on_ahead(GstClockTime time) {
  listener_.on_warning(*this,
                       "The input's timestamps are " + std::to_string(time / GST_SECOND / 60) +
                           " minutes ahead of the pipeline's time. Nothing is sent until then. Count them from the "
                           "pipeline's start, or from that of the segment; appsrc does with do-timestamp=true.",
                       "timestamps are running time (GStreamer's design, part-synchronisation)");
}

void EncodingTrack::on_no_keyframe() {
  const std::string pad = settings_.load()->pad;
  listener_.on_warning(
      *this,
      "The input" + (pad.empty() ? "" : " of " + pad) +
          " makes no keyframe when it is asked for one. Who joins sees nothing until the next one "
          "comes by itself. Have the encoder make one every two seconds (x264enc: key-int-max=60; of "
          "a camera, set the interval of I-frames, or GOP).",
      "asked for by GstForceKeyUnit; see that all elements between the encoder and the room pass it on");
}

void EncodingTrack::on_turned(const char* orientation) {
  listener_.on_warning(
      *this,
      "The input's pictures lie on their side or are mirrored (image-orientation=" + std::string(orientation) +
          "). Encoded ones are sent as they are: decode them before the room, which turns raw ones.",
      "a tag says so");
}

void EncodingTrack::on_wrong_kind(rtp::Kind kind) {
  const bool is_video = kind == rtp::Kind::Video;
  const std::string pad = choices_.front().pad;
  listener_.on_error(*this, GST_STREAM_ERROR_WRONG_TYPE,
                     std::string(is_video ? "Video" : "Audio") + " arrives at " + (pad.empty() ? "a pad" : pad) +
                         (is_video ? ", which is for audio. Link it to room.video_0 or the like"
                                   : ", which is for video. Link it to room.audio_0 or the like") +
                         ", or to room.sink_0, where what comes first decides.",
                     "what the input is was known only after the link had been made");
}

void EncodingTrack::on_refused(rtp::Kind wanted, GstCaps* caps) {
  const std::string pad = choices_.front().pad;
  listener_.on_error(*this, GST_STREAM_ERROR_FORMAT, refused_text(caps, wanted, pad.empty() ? "a pad" : pad),
                     glib::String(gst_caps_to_string(caps)).get());
}

void EncodingTrack::on_ssrc(std::uint32_t ssrc) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(has_input_ssrc_, true)) {
      return;
    }
    ssrc_ = ssrc;
  }
  listener_.on_codecs_known(*this);
}

void EncodingTrack::on_forgotten() {
  const std::lock_guard lock(mutex_);
  caps_.reset();
}

void EncodingTrack::set_muted(bool is_muted) {
  input_->set_muted(is_muted);
  const std::lock_guard lock(mutex_);
  for (const auto& [codec, shared] : branches_) {
    shared.branch->fanout().forget_past();
  }
}

bool EncodingTrack::forget_source() {
  std::map<EncodingKey, SharedBranch> unused;  // these go after the lock
  const std::lock_guard lock(mutex_);
  if (caps_ || std::ranges::any_of(branches_, [](const auto& branch) { return branch.second.users > 0; })) {
    return false;
  }
  unused.swap(branches_);
  source_.reset();
  codecs_.clear();
  return true;
}

bool EncodingTrack::add_standing_branch(rtp::Codec codec, const Source& source) {
  auto branch = make_branch(codec, source);
  if (!branch) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  branches_.emplace(EncodingKey{codec, 0}, SharedBranch{std::move(branch), 0, true});
  return true;
}

glib::Ref<GstCaps> EncodingTrack::rtp_caps(rtp::Codec codec) const {
  glib::Ref<GstCaps> of_payloader;  // which says what is in the stream only when that has begun
  glib::Ref<GstCaps> of_input;
  {
    const std::lock_guard lock(mutex_);
    const auto found = branches_.find({codec, 0});
    of_payloader = found == branches_.end() ? nullptr : found->second.branch->fanout().payloader_caps();
    of_input = caps_;
  }
  return rtcmc::rtp_caps(codec, {of_payloader.get(), of_input.get()});
}

std::vector<std::string> EncodingTrack::encoders() const {
  std::vector<const Branch*> used;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, shared] : branches_) {
      // One without users may go at any moment; one that has them goes on this thread only.
      if (shared.users > 0) {
        used.push_back(shared.branch.get());
      }
    }
  }
  std::vector<std::string> result;
  for (const Branch* branch : used) {
    if (auto encoder = branch->encoder(); !encoder.empty()) {
      result.push_back(std::move(encoder));
    }
  }
  return result;
}

std::unique_ptr<Subscription> EncodingTrack::subscribe(const PacketFormat& format,
                                                       std::shared_ptr<Transmission> transmission) {
  const EncodingKey key{format.codec, 0};
  Branch* branch = acquire(key);
  if (!branch) {
    return std::make_unique<SilentSubscription>();
  }
  auto subscriber = branch->fanout().add(format, transmission);
  if (!subscriber) {
    release(key);
    return std::make_unique<SilentSubscription>();
  }
  auto subscription =
      std::make_unique<LayeredSubscription>(static_cast<BranchPool&>(*this), key, *branch, std::move(subscriber),
                                            std::move(transmission), format.takes_repetitions);
  subscriptions_.push_back(subscription.get());
  return subscription;
}

std::optional<std::uint64_t> EncodingTrack::adapt(std::chrono::steady_clock::time_point now) {
  std::optional<Form> form;
  {
    const std::lock_guard lock(mutex_);
    form = source_ ? std::optional(source_->form) : std::nullopt;
  }
  if (!form) {
    return std::nullopt;
  }
  if (settings_.load()->kind == rtp::Kind::Audio) {
    adapt_sound(now);
    return std::nullopt;
  }
  if (form != Form::Raw) {
    return adapt_encoded(now);
  }
  std::map<rtp::Codec, std::vector<LayeredSubscription*>> by_codec;
  for (LayeredSubscription* subscription : subscriptions_) {
    if (subscription->is_started()) {
      by_codec[subscription->codec()].push_back(subscription);
    }
  }
  for (const auto& [codec, subscriptions] : by_codec) {
    adapt(codec, subscriptions, now);
  }
  return std::nullopt;
}

void EncodingTrack::adapt(rtp::Codec codec, const std::vector<LayeredSubscription*>& subscriptions,
                          std::chrono::steady_clock::time_point now) {
  const TrackSettings& settings = *settings_;
  const auto known = layers_.find(codec);
  const std::size_t layers = known == layers_.end() ? settings.layers : known->second;
  std::vector<Viewer> viewers;
  viewers.reserve(subscriptions.size());
  for (const LayeredSubscription* subscription : subscriptions) {
    viewers.push_back(subscription->viewer());
  }
  const QualityPlan plan =
      plan_quality(viewers, {std::min(settings.least_bitrate, settings.bitrate), settings.bitrate, layers}, now);
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    if (!subscriptions[i]->move_to(plan.layers[i], now)) {
      GST_INFO("no more than %zu encoders can run for %s", plan.layers[i],
               std::string(rtp::info(codec).encoding_name).c_str());
      layers_[codec] = plan.layers[i];
    }
  }
  for (LayeredSubscription* subscription : subscriptions) {
    subscription->clear_way(plan.rates);
  }
  for (std::size_t layer = 0; layer < plan.rates.size(); ++layer) {
    set_rate({codec, layer}, plan.rates[layer], now);
  }
}

void EncodingTrack::adapt_sound(std::chrono::steady_clock::time_point now) {
  if (!settings_.load()->repeats) {
    return;
  }
  double worst = 0;
  for (const LayeredSubscription* subscription : subscriptions_) {
    worst = std::max(worst, subscription->loss());
  }
  const unsigned percent = expected_loss_.decide(worst, now);
  Branch* branch = nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto found = branches_.find({rtp::Codec::Opus, 0});
    branch = found == branches_.end() ? nullptr : found->second.branch.get();
  }
  if (branch) {
    branch->expect_loss(percent);
  }
}

std::optional<std::uint64_t> EncodingTrack::adapt_encoded(std::chrono::steady_clock::time_point now) {
  Branch* branch = nullptr;
  {
    const std::lock_guard lock(mutex_);
    branch = branches_.empty() ? nullptr : branches_.begin()->second.branch.get();
  }
  const auto rates = branch && !subscriptions_.empty() ? branch->fanout().rates() : std::nullopt;
  measured_ = rates ? static_cast<std::uint32_t>(std::min<std::uint64_t>(rates->everything, UINT32_MAX)) : 0;
  std::optional<std::uint64_t> least;
  bool is_reduced = false;
  for (LayeredSubscription* subscription : subscriptions_) {
    if (!subscription->is_started()) {
      continue;
    }
    is_reduced = subscription->thin(rates, now) != Portion::Everything || is_reduced;
    if (const auto& budget = subscription->budget()) {
      least = std::min(least.value_or(budget->rate), budget->rate);
    }
  }
  const auto wish = rates ? wish_.decide(rates->everything, least, is_reduced, now) : std::nullopt;
  if (wish) {
    tell_upstream(*wish);
  }
  return wish;
}

void EncodingTrack::tell_upstream(std::uint64_t bitrate) const {
  // Upstream may take its time for it.
  gst_element_call_async(
      input_element_.get(),
      [](GstElement* input, gpointer data) {
        const auto rate = static_cast<guint>(std::min<std::uint64_t>(*static_cast<std::uint64_t*>(data), G_MAXUINT));
        gst_pad_push_event(
            static_pad(input, "sink").get(),
            gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM,
                                 gst_structure_new(kBitrateWantedEvent, "bitrate", G_TYPE_UINT, rate, nullptr)));
      },
      new std::uint64_t(bitrate), [](gpointer data) { delete static_cast<std::uint64_t*>(data); });
}

void EncodingTrack::set_rate(const EncodingKey& key, std::uint64_t rate, std::chrono::steady_clock::time_point now) {
  Branch* branch = nullptr;
  Quality quality{rate, 1};
  {
    const std::lock_guard lock(mutex_);
    const auto found = branches_.find(key);
    if (found == branches_.end()) {
      return;
    }
    branch = found->second.branch.get();
    Quality& former = found->second.quality;
    quality.size_divisor = found->second.size.decide(rate, settings_.load()->bitrate, now);
    if (quality.size_divisor == former.size_divisor && is_about(rate, former.bitrate)) {
      return;
    }
    former = quality;
  }
  GST_DEBUG("layer %zu of %s: %" G_GUINT64_FORMAT " bit/s, sides divided by %d", key.layer,
            std::string(rtp::info(key.codec).encoding_name).c_str(), rate, quality.size_divisor);
  branch->set_quality(quality);
}

Branch* EncodingTrack::acquire(const EncodingKey& key) {
  std::optional<Source> source;
  {
    const std::lock_guard lock(mutex_);
    const auto found = branches_.find(key);
    if (found != branches_.end()) {
      ++found->second.users;
      return found->second.branch.get();
    }
    if (!is_known() || std::ranges::find(codecs_, key.codec) == codecs_.end()) {
      return nullptr;
    }
    source = source_;
  }
  auto branch = make_branch(key.codec, *source);
  if (!branch) {
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  return branches_.emplace(key, SharedBranch{std::move(branch), 1}).first->second.branch.get();
}

unsigned EncodingTrack::users(const EncodingKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = branches_.find(key);
  return found == branches_.end() ? 0 : found->second.users;
}

std::unique_ptr<Branch> EncodingTrack::make_branch(rtp::Codec codec, const Source& source) {
  RtpStream stream{0, timestamp_offset_};
  std::uint16_t first_sequence = 0;
  {
    const std::lock_guard lock(mutex_);
    stream.ssrc = ssrc_;
    first_sequence = next_sequence_;
  }
  const TrackSettings& settings = *settings_.load();
  return Branch::create(bin_, *input_,
                        {codec, source, settings.bitrate, stream, first_sequence, settings.leaves_out_silence},
                        listener_, [this](const BranchFault& fault) {
                          if (fault.is_final) {
                            listener_.on_error(*this, GST_STREAM_ERROR_ENCODE, fault.text, fault.debug);
                          } else {
                            listener_.on_warning(*this, fault.text, fault.debug);
                          }
                        });
}

void EncodingTrack::release(const EncodingKey& key) {
  SharedBranch last;  // goes after the lock
  const std::lock_guard lock(mutex_);
  const auto found = branches_.find(key);
  if (--found->second.users > 0 || found->second.stays) {
    return;
  }
  last = std::move(found->second);
  branches_.erase(found);
  // A peer that comes back must not see old numbers again.
  next_sequence_ = last.branch->fanout().next_sequence().value_or(next_sequence_);
}

}  // namespace

std::unique_ptr<Track> make_track(GstBin* bin, std::vector<TrackSettings> choices, Track::Listener& listener) {
  init_logging();
  return std::make_unique<EncodingTrack>(bin, std::move(choices), listener);
}

}  // namespace rtcmc::send
