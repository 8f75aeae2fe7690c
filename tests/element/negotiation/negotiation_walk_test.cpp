// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "peer/negotiation.hpp"

// Generated courses of events. Two who negotiate with each other change their minds at any moment, and each step that
// takes a while takes any while. In the end each knows what the other one wants. And whatever somebody sends, webrtcbin
// is asked for nothing that it cannot do in the state that it is in.

namespace rtcmc {
namespace {

using namespace std::chrono_literals;
using Action = Negotiation::Action;
using Glare = Negotiation::Glare;

constexpr unsigned kWalks = 4000;
constexpr int kSteps = 80;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  /// Less than `sides`.
  [[nodiscard]] unsigned roll(unsigned sides) { return static_cast<unsigned>(engine_() % sides); }

 private:
  std::mt19937 engine_;
};

struct Message {
  enum class Kind { FirstOffer, LaterOffer, Answer, OfferRequest };
  Kind kind;
  std::string sdp = {};  // the offer's name; that of the answered one in an answer
  unsigned version = 0;  // what its writer wants, in an offer
};

/// What both sides share.
struct World {
  std::string new_name() { return std::to_string(++names); }
  /// The first thing that was wrong counts.
  void require(bool holds, const std::string& property) {
    if (!holds && fault.empty()) {
      fault = property;
    }
  }

  Negotiation::Time now{};
  unsigned names = 0;
  std::string fault;
};

/// One end of a connection. What it wants is a number, which only its offers tell.
class End {
 public:
  explicit End(World& world) : world_(world) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  virtual ~End() = default;

  virtual void begin() = 0;
  virtual void change() = 0;
  virtual void receive(const Message& message) = 0;
  /// Goes on with what takes a while. False if there is nothing.
  virtual bool work() = 0;

  std::deque<Message> sent;
  unsigned version = 1;
  unsigned known = 0;  // version of the other side
  unsigned restarts = 0;
  bool is_settled = false;

 protected:
  World& world_;
};

/// We, around a webrtcbin and with the door in front.
class Ours final : public End {
 public:
  enum class Other { Browser, Larger, Smaller };

  Ours(World& world, Other other) : End(world), other_(other), negotiation_(world.now) {}

  void begin() override { act(negotiation_.begin(world_.now)); }
  void change() override {
    ++version;
    act(negotiation_.change(world_.now));
  }

  void receive(const Message& message) override {
    switch (message.kind) {
      case Message::Kind::FirstOffer:
        if (negotiation_.awaits_answer() && !negotiation_.has_agreement() && other_ != Other::Larger) {
          return;
        }
        forget();
        [[fallthrough]];
      case Message::Kind::LaterOffer:
        latest_ = message;
        act(negotiation_.offer_came(message.sdp, glare(), world_.now));
        break;
      case Message::Kind::Answer:
        act(negotiation_.answer_came(message.sdp));
        break;
      case Message::Kind::OfferRequest:
        world_.require(false, "nobody asks a rtcmcroom for an offer");
        break;
    }
  }

  bool work() override {
    if (wait_until_ && *wait_until_ <= world_.now) {
      wait_until_.reset();
      act(negotiation_.look(world_.now));
      return true;
    }
    const Task task = std::exchange(task_, Task::None);
    switch (task) {
      case Task::None:
        return wait_until_.has_value();
      case Task::MakeOffer:
        out_ = world_.new_name();
        told_ = version;
        sent.push_back(
            {negotiation_.has_agreement() ? Message::Kind::LaterOffer : Message::Kind::FirstOffer, out_, version});
        negotiation_.offer_is_out(world_.now);
        break;
      case Task::TakeAnswer:
        out_.clear();
        settle();
        break;
      case Task::TakeOffer:
        known = taken_.version;
        sent.push_back({Message::Kind::Answer, taken_.sdp});
        task_ = Task::Settle;
        break;
      case Task::Settle:
        settle();
        break;
    }
    return true;
  }

 private:
  enum class Task { None, MakeOffer, TakeAnswer, TakeOffer, Settle };

  [[nodiscard]] Glare glare() const {
    switch (other_) {
      case Other::Browser:
        return Glare::TheyRollBack;
      case Other::Larger:
        return Glare::WeStartAnew;
      case Other::Smaller:
        break;
    }
    return Glare::TheyStartAnew;
  }

  void settle() {
    act(negotiation_.settled(told_ < version, world_.now));
    is_settled = true;
  }

  void forget() {
    negotiation_ = Negotiation(world_.now);
    task_ = Task::None;
    wait_until_.reset();
    out_.clear();
    told_ = known = 0;
    is_settled = false;
  }

  void act(const Action& action) {
    const bool is_idle = task_ == Task::None;
    if (std::holds_alternative<Negotiation::MakeOffer>(action)) {
      world_.require(is_idle && out_.empty(), "it offers when nothing else is going on");
      task_ = Task::MakeOffer;
    } else if (const auto* answer = std::get_if<Negotiation::TakeAnswer>(&action)) {
      world_.require(is_idle && answer->sdp == out_, "it takes the answer to the offer that is out");
      task_ = Task::TakeAnswer;
    } else if (const auto* offer = std::get_if<Negotiation::TakeOffer>(&action)) {
      world_.require(is_idle && out_.empty(), "it answers when nothing else is going on");
      world_.require(offer->sdp == latest_.sdp, "it answers the latest offer");
      taken_ = latest_;
      task_ = Task::TakeOffer;
    } else if (std::holds_alternative<Negotiation::AskForOffer>(action)) {
      sent.push_back({Message::Kind::OfferRequest});
    } else if (std::holds_alternative<Negotiation::Restart>(action)) {
      ++restarts;
      forget();
      begin();
    } else if (const auto* wait = std::get_if<Negotiation::Wait>(&action)) {
      wait_until_ = world_.now + wait->time;
    }
  }

  const Other other_;
  Negotiation negotiation_;
  Task task_ = Task::None;
  std::optional<Negotiation::Time> wait_until_;
  std::string out_;  // our offer that is not answered yet
  unsigned told_ = 0;
  Message latest_{};  // offer that came
  Message taken_{};   // the one that is being answered
};

/// A browser with RTCMultiConnection.js: it takes an offer back for ours, and forgets what it wanted.
class Browser final : public End {
 public:
  using End::End;

  void begin() override { offer(); }
  void change() override {
    ++version;
    if (out_.empty()) {
      offer();
    } else {
      is_due_ = true;
    }
  }

  void receive(const Message& message) override {
    switch (message.kind) {
      case Message::Kind::FirstOffer:
        is_first_ = false;
        is_due_ = true;
        answer(message);
        break;
      case Message::Kind::LaterOffer:
        is_due_ = is_due_ && out_.empty();
        answer(message);
        break;
      case Message::Kind::Answer:
        world_.require(!out_.empty() && message.sdp == out_, "it is answered the offer that it has made last");
        out_.clear();
        is_settled = true;
        break;
      case Message::Kind::OfferRequest:
        is_due_ = true;
        break;
    }
    if (is_due_ && out_.empty()) {
      offer();
    }
  }

  bool work() override { return false; }

 private:
  void answer(const Message& message) {
    out_.clear();
    known = message.version;
    sent.push_back({Message::Kind::Answer, message.sdp});
    is_settled = true;
  }

  void offer() {
    is_due_ = false;
    out_ = world_.new_name();
    sent.push_back(
        {std::exchange(is_first_, false) ? Message::Kind::FirstOffer : Message::Kind::LaterOffer, out_, version});
  }

  std::string out_;
  bool is_due_ = false;
  bool is_first_ = true;
};

bool deliver(End& from, End& to) {
  if (from.sent.empty()) {
    return false;
  }
  const Message message = from.sent.front();
  from.sent.pop_front();
  to.receive(message);
  return true;
}

void step(World& world, End& one, End& other, Dice& dice) {
  switch (dice.roll(9)) {
    case 0:
      one.change();
      break;
    case 1:
      other.change();
      break;
    case 2:
    case 3:
      (void)one.work();
      break;
    case 4:
    case 5:
      (void)other.work();
      break;
    case 6:
      (void)deliver(one, other);
      break;
    case 7:
      (void)deliver(other, one);
      break;
    default:
      world.now += std::chrono::milliseconds(dice.roll(100));
      break;
  }
}

/// Until nothing is going on any more.
void come_to_rest(World& world, End& one, End& other) {
  for (int i = 0; i < 1000; ++i) {
    bool is_busy = deliver(one, other);
    is_busy = deliver(other, one) || is_busy;
    is_busy = one.work() || is_busy;
    is_busy = other.work() || is_busy;
    if (!is_busy) {
      return;
    }
    world.now += 10ms;
  }
  world.require(false, "it comes to an end");
}

std::string walk(World& world, End& one, End& other, Dice& dice) {
  for (int i = 0; i < kSteps; ++i) {
    step(world, one, other, dice);
  }
  come_to_rest(world, one, other);
  world.require(one.is_settled && other.is_settled, "both have agreed");
  world.require(one.known == other.version && other.known == one.version, "each knows what the other one wants");
  return world.fault;
}

TEST(NegotiationWalk, WithABrowser) {
  for (unsigned seed = 0; seed < kWalks; ++seed) {
    World world;
    Dice dice(seed);
    Ours us(world, Ours::Other::Browser);
    Browser browser(world);
    (dice.roll(2) == 0 ? static_cast<End&>(us) : browser).begin();
    ASSERT_EQ(walk(world, us, browser, dice), "") << "seed " << seed;
    ASSERT_EQ(us.restarts, 0U) << "seed " << seed;
  }
}

TEST(NegotiationWalk, WithOurOwnKind) {
  unsigned restarts = 0;
  for (unsigned seed = 0; seed < kWalks; ++seed) {
    World world;
    Dice dice(seed);
    Ours smaller(world, Ours::Other::Larger);
    Ours larger(world, Ours::Other::Smaller);
    const unsigned who = dice.roll(3);
    if (who != 0) {
      smaller.begin();
    }
    if (who != 1) {
      larger.begin();
    }
    ASSERT_EQ(walk(world, smaller, larger, dice), "") << "seed " << seed;
    ASSERT_EQ(larger.restarts, 0U) << "seed " << seed;
    restarts += smaller.restarts;
  }
  EXPECT_GT(restarts, 0U) << "offers never crossed";
}

/// A webrtcbin and somebody who sends anything at any time.
class Hostage {
 public:
  explicit Hostage(unsigned seed) : dice_(seed) {}

  std::string walk() {
    act(negotiation_.begin(world_.now));
    for (int i = 0; i < kSteps; ++i) {
      step();
    }
    recover();
    return world_.fault;
  }

 private:
  enum class Task { None, MakeOffer, TakeAnswer, TakeOffer };

  void step() {
    switch (dice_.roll(6)) {
      case 0:
        latest_ = world_.new_name();
        act(negotiation_.offer_came(latest_, static_cast<Glare>(dice_.roll(3)), world_.now));
        break;
      case 1:
        act(negotiation_.answer_came(world_.new_name()));
        break;
      case 2:
        act(negotiation_.change(world_.now));
        break;
      case 3:
        act(negotiation_.look(world_.now));
        break;
      case 4:
        world_.now += std::chrono::milliseconds(dice_.roll(5000));
        break;
      default:
        work();
        break;
    }
  }

  void work() {
    const bool is_well = dice_.roll(3) > 0;
    const bool has_more = dice_.roll(2) > 0;
    switch (std::exchange(task_, Task::None)) {
      case Task::None:
        break;
      case Task::MakeOffer:
        if (is_well) {
          is_out_ = true;
          negotiation_.offer_is_out(world_.now);
        } else {
          act(negotiation_.cannot_go_on());
        }
        break;
      case Task::TakeAnswer:
        is_out_ = !is_well;
        act(is_well ? negotiation_.settled(has_more, world_.now) : negotiation_.answer_is_refused());
        break;
      case Task::TakeOffer:
        act(is_well             ? negotiation_.settled(has_more, world_.now)
            : dice_.roll(2) > 0 ? negotiation_.offer_is_refused(has_more, world_.now)
                                : negotiation_.cannot_go_on());
        break;
    }
  }

  void act(const Action& action) {
    const bool is_idle = task_ == Task::None;
    if (std::holds_alternative<Negotiation::MakeOffer>(action)) {
      world_.require(is_idle && !is_out_, "it offers when nothing else is going on");
      task_ = Task::MakeOffer;
    } else if (std::holds_alternative<Negotiation::TakeAnswer>(action)) {
      world_.require(is_idle && is_out_, "it takes an answer to an offer that is out");
      task_ = Task::TakeAnswer;
    } else if (const auto* offer = std::get_if<Negotiation::TakeOffer>(&action)) {
      world_.require(is_idle && !is_out_, "it answers when nothing else is going on");
      world_.require(offer->sdp == latest_, "it answers the latest offer");
      task_ = Task::TakeOffer;
    } else if (std::holds_alternative<Negotiation::Restart>(action) && dice_.roll(2) > 0) {
      // Else there have been too many of late, and this one stays.
      negotiation_ = Negotiation(world_.now);
      task_ = Task::None;
      is_out_ = false;
      act(negotiation_.begin(world_.now));
    }
  }

  /// Whatever was said, who behaves from now on gets what it needs.
  void recover() {
    for (int i = 0; i < 100 && (task_ != Task::None || is_out_); ++i) {
      world_.now += 1s;
      work();
      if (is_out_ && task_ == Task::None) {
        act(negotiation_.answer_came(world_.new_name()));
      }
    }
    world_.require(task_ == Task::None && !is_out_, "it comes to an end");
    latest_ = world_.new_name();
    act(negotiation_.offer_came(latest_, Glare::TheyRollBack, world_.now));
    world_.require(task_ == Task::TakeOffer, "an offer is answered");
  }

  World world_;
  Dice dice_;
  Negotiation negotiation_{world_.now};
  Task task_ = Task::None;
  bool is_out_ = false;  // an offer of ours
  std::string latest_;   // offer that came
};

TEST(NegotiationWalk, WithSomebodyWhoSendsAnything) {
  for (unsigned seed = 0; seed < kWalks; ++seed) {
    ASSERT_EQ(Hostage(seed).walk(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace rtcmc
