// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "dice.hpp"

/// Session descriptions of somebody who has no webrtcbin: sound ones, and others. Pure.
namespace rtcmc::test::sdp_texts {

/// As a browser makes it, with any number and kind of sections.
[[nodiscard]] std::string first_offer(Dice& dice);
/// To the description of another participant: takes all that it sends, and sends nothing.
[[nodiscard]] std::string answer_to(const std::string& description);
/// To change what was agreed on by `description` and the answer to it: at times with one more section.
[[nodiscard]] std::string later_offer(const std::string& description, Dice& dice);
/// With a few faults.
[[nodiscard]] std::string garbled(const std::string& description, Dice& dice);

}  // namespace rtcmc::test::sdp_texts
