// SPDX-License-Identifier: Apache-2.0
// RFC 3161 time stamps of claim signatures, read offline (C2PA 2.5: 12.3, 14.8).
#pragma once

#include "c2pa/report.hpp"
#include "c2pa/x509.hpp"

namespace signmark::c2pa {

/// What a time stamp proves.
struct TimeStampResult {
  Codes codes;                   ///< timeStamp.*; a bad stamp is informational, never a failure
  std::optional<UnixTime> time;  ///< time of signing; only of a stamp that counts
  bool known_authority = false;  ///< the authority leads to an anchor: only then is `time` proof
};

/// Checks one token (`TimeStampToken`, or the `TimeStampResp` of older writers) over `message`:
/// signature of the token, its certificate's validity at the stated time and the message imprint;
/// then that the authority leads to an anchor and its certificate is for time stamping only.
/// With `legacy` the authority need not be known: for claims of version 1, which came before the
/// time stamp trust list, c2pa-rs believes every consistent stamp, and so do we, to agree with it
/// in what is valid. Trust rests on known authorities alone: anybody can be an unknown one.
TimeStampResult check_time_stamp(ByteView token, ByteView message, bool legacy,
                                 const AnchorStore& anchors, const std::string& url);

}  // namespace signmark::c2pa
