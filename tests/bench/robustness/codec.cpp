// SPDX-License-Identifier: Apache-2.0
// Codecs by name, and the payload that all of them carry.
#include "codec.hpp"

#include <stdexcept>

#include "attacks.hpp"
#include "marking.hpp"
#include "peers_codec.hpp"

namespace signmark::bench {

const std::vector<std::string>& codec_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out{kOwnCodec};
    for (const PeerScheme& peer : peer_schemes(0)) out.push_back(peer.name);
    return out;
  }();
  return names;
}

std::unique_ptr<Codec> make_codec(const std::string& name, const Options& options) {
  if (name == kOwnCodec) return std::make_unique<Marker>(options);
  for (const PeerScheme& peer : peer_schemes(options.seed))
    if (name == peer.name) return std::make_unique<PeerCodec>(peer, options.seed);
  throw std::invalid_argument("no codec \"" + name + "\"");
}

std::uint64_t payload_of(const Picture& picture, int payload, std::uint64_t seed) {
  return seed_of("payload " + std::to_string(payload), picture.name, seed);
}

}  // namespace signmark::bench
