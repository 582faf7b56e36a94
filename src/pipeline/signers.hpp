// SPDX-License-Identifier: Apache-2.0
// Who signed something that only hints at its key: frames in pixels, records in text. The key is
// looked for in the file's own manifest and among the leaves that the caller knows.
#pragma once

#include "pipeline/examination.hpp"

namespace signmark {

/// What a mark is held against.
struct JudgedBy {
  const Examination& look;  ///< with the manifest layer done
  const Trust& trust;
  UnixTime now = 0;
};

/// Signed bytes, as they were found.
struct SignedFields {
  std::string_view type;  ///< object type of keys.md section 6
  ByteView bytes;
  const std::array<Byte, 64>& signature;
  ByteView hint;
  UnixTime time = 0;  ///< the signer's own word
  keys::Purpose purpose = keys::Purpose::frame;
  keys::MediaKind media = keys::MediaKind::image;
};

/// The outcome of trying every leaf that may have signed.
struct Attribution {
  /// DER; none when no known key made the signature. Shared: a long text has many records.
  std::shared_ptr<const Bytes> leaf;
  bool accused = false;  ///< a known key is named by the whole hint and did not make it
};

/// Tries the leaves that belong to a hint. For many things of one hint: the leaves are looked up
/// and taken apart once, and the one that signed last is tried first. Not thread-safe.
class Signers {
 public:
  explicit Signers(const JudgedBy& by) : by_(by) {}
  [[nodiscard]] Attribution attribute(const SignedFields& fields);

 private:
  struct Leaf {
    std::shared_ptr<const Bytes> der;
    keys::PublicKey key;
    keys::Fingerprint print;
  };
  const std::vector<Leaf>& leaves_for(ByteView hint);

  const JudgedBy& by_;
  std::vector<std::pair<Bytes, std::vector<Leaf>>> known_;  // by hint
  std::size_t last_ = 0;
};

/// Why a leaf is not believed for something signed at this time; nothing when it is.
std::optional<std::string> doubt(const Bytes& leaf_der, const SignedFields& fields,
                                 const JudgedBy& by);

/// A leaf as a person would name it.
std::string leaf_name(const Bytes& leaf_der);

}  // namespace signmark
