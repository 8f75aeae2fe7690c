// SPDX-License-Identifier: LGPL-2.1-or-later
#include "send/branch.hpp"

#include <algorithm>
#include <utility>

#include "media/elements.hpp"
#include "send/chain.hpp"
#include "send/displayable.hpp"
#include "send/encoder_catalog.hpp"
#include "send/entrance.hpp"
#include "send/log.hpp"

#define GST_CAT_DEFAULT rtcmc_send_debug

namespace rtcmc::send {

namespace {

void add_encoder(Chain& chain, const BranchSettings& settings, const Encoder& encoder,
                 const std::shared_ptr<Reduction>& reduction) {
  if (settings.source.memory == kSystemMemory) {
    if (rtp::info(settings.codec).kind == rtp::Kind::Video) {
      chain.add_colour_converter(settings.codec);
      chain.add_deinterlacer();
      chain.add_turner();
      chain.add_scaler(reduction);
      chain.add_even_crop(settings.codec == rtp::Codec::H264);
    } else {
      chain.add_mixer();
      chain.add("audioresample");
    }
    chain.add_filter(encoder.spec->input);
  }
  chain.add(encoder.element, encoder.spec->factory);
  chain.add_filter(encoder.spec->output);
}

void add_parser(Chain& chain, const BranchSettings& settings) {
  const RtpElements& elements = rtp_elements(settings.codec);
  if (settings.source.form == Form::Raw && elements.parsed.empty()) {
    return;
  }
  auto parser = make_parser(settings.codec);
  if (parser || !elements.parsed.empty()) {
    chain.add(std::move(parser), elements.parser);
  }
  chain.add_filter(elements.parsed);
}

void add_payloader(Chain& chain, const BranchSettings& settings, Track::Listener& listener) {
  const auto payloader = make_payloader(settings.codec, settings.stream, settings.first_sequence);
  if (payloader) {
    listener.on_payloader_setup(payloader.get());
  }
  chain.add(payloader, rtp_elements(settings.codec).payloader);
}

/// What does not link or start fails with the first buffer.
void link(const std::vector<glib::Ref<GstElement>>& elements, GstElement* next, FaultTrap& trap) {
  for (auto element = elements.begin(); element != elements.end(); ++element) {
    GstElement* to = std::next(element) == elements.end() ? next : std::next(element)->get();
    if (to && !gst_element_link(element->get(), to)) {
      trap.fail(std::string(GST_ELEMENT_NAME(element->get())) + " cannot be linked to " + GST_ELEMENT_NAME(to));
    }
  }
}

void start(const std::vector<glib::Ref<GstElement>>& elements, FaultTrap& trap) {
  std::for_each(elements.rbegin(), elements.rend(), [&trap](const auto& element) {
    if (!gst_element_sync_state_with_parent(element.get())) {
      trap.fail(std::string(GST_ELEMENT_NAME(element.get())) + " does not start");
    }
  });
}

void add_to(GstBin* bin, const std::vector<glib::Ref<GstElement>>& elements, const std::shared_ptr<FaultTrap>& trap) {
  for (const auto& element : elements) {
    gst_bin_add(bin, element.get());
    FaultTrap::watch(trap, element.get());
  }
}

/// Why nothing more will come of what is behind the queue. Nobody but the queue learns what its pushes came to, and
/// when it is full, nothing is pushed into it that would bring the news.
std::optional<std::string> fault_behind(GstElement* queue, const FaultTrap& head, const FaultTrap& tail) {
  for (const FaultTrap* trap : {&head, &tail}) {
    if (auto fault = trap->fault()) {
      return fault;
    }
  }
  const GstFlowReturn flow = gst_pad_get_last_flow_return(static_pad(queue, "src").get());
  switch (flow) {
    case GST_FLOW_OK:
    case GST_FLOW_FLUSHING:
    case GST_FLOW_EOS:
      return std::nullopt;
    default:
      return gst_flow_get_name(flow);
  }
}

std::string name_of(rtp::Codec codec) {
  return std::string(rtp::info(codec).encoding_name);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

BranchFault final_fault(const BranchSettings& settings, const std::vector<std::string>& failed,
                        const std::string& fault) {
  if (settings.source.form != Form::Raw) {
    return {true, "The input cannot be sent as " + describe(settings.source) + ". Check that it is what its caps say.",
            fault};
  }
  const std::string codec = name_of(settings.codec);
  return {true,
          "The input cannot be encoded as " + codec + ": no encoder is left" +
              (failed.empty() ? "" : " after " + joined(failed)) +
              ". Install another one, end what else uses it, or allow other codecs in " +
              (rtp::info(settings.codec).kind == rtp::Kind::Video ? "video-codecs." : "audio-codecs."),
          fault};
}

BranchFault passed_over(const BranchSettings& settings, const std::vector<std::string>& failed,
                        std::string_view successor, const std::string& fault) {
  return {false,
          "The input is encoded as " + name_of(settings.codec) + " by " + std::string(successor) + ", since " +
              joined(failed) + " failed.",
          fault};
}

}  // namespace

std::optional<Branch::Head> Branch::make_head(const Plan& plan, const std::vector<std::string>& failed,
                                              const std::string& fault) {
  const BranchSettings& settings = plan.settings;
  Chain chain;
  chain.add_queue();
  if (settings.source.form != Form::Raw) {
    if (!fault.empty() || !chain.missing().empty()) {
      plan.on_fault(final_fault(settings, failed, fault.empty() ? "no " + chain.missing() : fault));
      return std::nullopt;
    }
    return Head{chain.take()};
  }
  const Encoder encoder = make_encoder(settings.codec, settings.source.memory, settings.bitrate, failed);
  std::vector<std::string> all_failed = failed;
  all_failed.insert(all_failed.end(), encoder.busy.begin(), encoder.busy.end());
  const std::string reason = fault.empty() ? "busy" : fault;
  if (!encoder.element) {
    plan.on_fault(final_fault(settings, all_failed, reason));
    return std::nullopt;
  }
  if (settings.leaves_out_silence) {
    leave_out_silence(encoder.element.get());
  }
  plan.listener.on_encoder_setup(encoder.element.get());
  add_encoder(chain, settings, encoder, plan.reduction);
  if (!chain.missing().empty()) {
    plan.on_fault(final_fault(settings, all_failed, "no " + chain.missing()));
    return std::nullopt;
  }
  if (!all_failed.empty()) {
    plan.on_fault(passed_over(settings, all_failed, encoder.spec->factory, reason));
  }
  return Head{chain.take(), std::string(encoder.spec->factory),
              [element = encoder.element, spec = encoder.spec](std::uint64_t bitrate) {
                change_bitrate(element.get(), *spec, bitrate);
              },
              [element = encoder.element](unsigned percent) { send::expect_loss(element.get(), percent); }};
}

std::unique_ptr<Branch> Branch::create(GstBin* bin, Input& input, BranchSettings settings, Track::Listener& listener,
                                       FaultHandler on_fault) {
  const auto plan = std::make_shared<const Plan>(Plan{bin, std::move(settings), listener, std::move(on_fault)});
  auto head = make_head(*plan, {}, "");
  if (!head) {
    return nullptr;
  }
  const BranchSettings& known = plan->settings;
  Chain tail;
  std::optional<rtp::Renumbering> renumbering;
  if (known.source.form == Form::Rtp) {
    renumbering.emplace(rtp::info(known.codec).clock_rate, known.first_sequence, known.stream.timestamp_offset);
  } else {
    add_parser(tail, known);
    add_payloader(tail, known, listener);
  }
  auto fanout = std::make_shared<Fanout>(known.codec, std::move(renumbering));
  tail.add(make_element(fanout, "fanout"), "fan-out");
  if (!tail.missing().empty()) {
    plan->on_fault({true,
                    "The input cannot be sent as " + name_of(known.codec) + ": there is no " + tail.missing() + ".",
                    "it is not installed"});
    return nullptr;
  }
  auto branch = std::unique_ptr<Branch>(new Branch(input, plan, tail.take(), std::move(fanout)));
  const std::lock_guard lock(branch->anchor_->mutex);
  branch->attach(*std::move(head));
  return branch;
}

Branch::Branch(Input& input, std::shared_ptr<const Plan> plan, Elements tail, std::shared_ptr<Fanout> fanout)
    : input_(input),
      plan_(std::move(plan)),
      tail_(std::move(tail)),
      fanout_(std::move(fanout)),
      anchor_(std::make_shared<Anchor>()) {
  anchor_->branch = this;
  const BranchSettings& settings = plan_->settings;
  if (settings.source.form == Form::Encoded && rtp::info(settings.codec).kind == rtp::Kind::Video) {
    watch_displayable(static_pad(tail_.at(tail_.size() - 2).get(), "sink").get(), settings.codec,
                      [plan = plan_](const std::string& reason) {
                        plan->on_fault({false, reason, "by its stream"});
                      });
  }
  add_to(plan_->bin, tail_, tail_trap_);
  link(tail_, nullptr, *tail_trap_);
  start(tail_, *tail_trap_);
}

Branch::~Branch() {
  {
    const std::lock_guard lock(anchor_->mutex);
    anchor_->branch = nullptr;
  }
  detach();
  for (const auto& element : tail_) {
    discard(element.get());
  }
}

void Branch::attach(Head head) {
  head_ = std::move(head);
  if (bitrate_ && head_.set_bitrate) {
    head_.set_bitrate(*bitrate_);
  }
  if (expected_loss_ > 0 && head_.expect_loss) {
    head_.expect_loss(expected_loss_);
  }
  const auto trap = std::make_shared<FaultTrap>();
  add_to(plan_->bin, head_.elements, trap);
  link(head_.elements, tail_.front().get(), *trap);
  start(head_.elements, *trap);
  const auto& queue = head_.elements.front();
  const BranchSettings& settings = plan_->settings;
  auto entrance =
      std::make_shared<Entrance>(queue, tail_.back(), fanout_, settings.source.form, rtp::info(settings.codec).kind);
  outlet_ =
      input_.add(static_pad(queue.get(), "sink").get(), [anchor = anchor_, entrance = std::move(entrance), queue, trap,
                                                         tail_trap = tail_trap_](const Input::Arrival& arrival) {
        if (const auto fault = fault_behind(queue.get(), *trap, *tail_trap)) {
          replace_head(anchor, *fault);
          return false;
        }
        return entrance->takes(arrival);
      });
}

void Branch::detach() {
  if (outlet_) {
    input_.remove(outlet_);
    outlet_.reset();
  }
  for (const auto& element : head_.elements) {
    discard(element.get());
  }
  head_ = {};
}

void Branch::replace_head(const std::shared_ptr<Anchor>& anchor, const std::string& fault) {
  std::shared_ptr<const Plan> plan;
  std::vector<std::string> failed;
  {
    const std::lock_guard lock(anchor->mutex);
    Branch* branch = anchor->branch;
    if (!branch || !branch->outlet_) {
      return;
    }
    plan = branch->plan_;
    if (!branch->head_.encoder.empty()) {
      branch->failed_.push_back(branch->head_.encoder);
    }
    failed = branch->failed_;
  }
  auto head = make_head(*plan, failed, fault);
  const std::lock_guard lock(anchor->mutex);
  if (Branch* branch = anchor->branch) {
    branch->detach();
    if (head) {
      branch->attach(*std::move(head));
    }
  }
}

void Branch::set_quality(const Quality& quality) {
  plan_->reduction->set(quality.size_divisor);
  std::function<void(std::uint64_t)> set_bitrate;
  {
    const std::lock_guard lock(anchor_->mutex);
    if (std::exchange(bitrate_, quality.bitrate) != quality.bitrate) {
      set_bitrate = head_.set_bitrate;
    }
  }
  if (set_bitrate) {
    set_bitrate(quality.bitrate);
  }
}

void Branch::expect_loss(unsigned percent) {
  std::function<void(unsigned)> expect;
  {
    const std::lock_guard lock(anchor_->mutex);
    if (std::exchange(expected_loss_, percent) != percent) {
      expect = head_.expect_loss;
    }
  }
  if (expect) {
    GST_INFO("%s is to be ready for a loss of %u %%",
             std::string(rtp::info(plan_->settings.codec).encoding_name).c_str(), percent);
    expect(percent);
  }
}

std::string Branch::encoder() const {
  const std::lock_guard lock(anchor_->mutex);
  return head_.encoder;
}

glib::Ref<GstCaps> Branch::encoded_caps() const {
  const std::lock_guard lock(anchor_->mutex);
  if (tail_.size() == 1 && head_.elements.empty()) {
    return nullptr;
  }
  GstElement* last = tail_.size() > 1 ? tail_.at(tail_.size() - 2).get() : head_.elements.back().get();
  return glib::Ref<GstCaps>::adopt(gst_pad_get_current_caps(static_pad(last, "sink").get()));
}

}  // namespace rtcmc::send
