// SPDX-License-Identifier: Apache-2.0
// Sealing and opening of backup files.
#include "keys/backup.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <set>

#include "base/bytes.hpp"
#include "keys/kdf.hpp"
#include "keys/names.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kMagic = "SMBACKUP1\n";
constexpr std::size_t kChunk = 64U << 10;  // plain bytes
constexpr std::size_t kChunkOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kMaxFiles = 20'000;
constexpr std::size_t kMaxName = 256;

using StreamHeader = std::array<Byte, crypto_secretstream_xchacha20poly1305_HEADERBYTES>;
using StreamKey = std::array<Byte, crypto_secretstream_xchacha20poly1305_KEYBYTES>;
using Commitment = std::array<Byte, 32>;

struct BackupHeader {
  KdfCost cost;
  KdfSalt salt{};
  Commitment commitment{};
  StreamHeader stream{};
};

/// Key and commitment, wiped at the end.
struct DerivedKeys {
  std::array<Byte, sizeof(StreamKey) + sizeof(Commitment)> bytes{};
  DerivedKeys() = default;
  DerivedKeys(const DerivedKeys&) = delete;
  DerivedKeys& operator=(const DerivedKeys&) = delete;
  ~DerivedKeys() { sodium_memzero(bytes.data(), bytes.size()); }
  [[nodiscard]] const Byte* key() const { return bytes.data(); }
  [[nodiscard]] const Byte* commitment() const { return bytes.data() + sizeof(StreamKey); }
};

/// Plain text that is wiped at the end.
struct WipedBytes {
  Bytes bytes;
  WipedBytes() = default;
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;
  ~WipedBytes() { sodium_memzero(bytes.data(), bytes.size()); }
};

tl::unexpected<Error> not_opened() {
  return fail("keys.backup.unlock",
              "the passphrase does not open this backup, or the file is damaged", {}, "try again");
}

Bytes encode_header(const BackupHeader& h) {
  ByteWriter w;
  w.text(kMagic).u32be(h.cost.passes).u32be(h.cost.memory_kib);
  w.bytes(h.salt).bytes(h.commitment).bytes(h.stream);
  return w.take();
}

template <std::size_t N>
Status take_into(ByteReader& reader, std::array<Byte, N>& out) {
  SIGNMARK_ASSIGN(const ByteView bytes, reader.take(N));
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return {};
}

Result<BackupHeader> read_header(ByteReader& reader) {
  if (reader.size() > kMaxBackup + kMaxBackup / 16)
    return fail("keys.backup.size", fmt::format("the backup has {} bytes", reader.size()));
  if (!reader.next_is(kMagic))
    return fail("keys.backup.syntax", "the file is no backup of a known version", {},
                "a newer signmark may read it");
  SIGNMARK_TRY(reader.skip(kMagic.size()));
  BackupHeader h;
  SIGNMARK_ASSIGN(h.cost.passes, reader.u32be());
  SIGNMARK_ASSIGN(h.cost.memory_kib, reader.u32be());
  if (const auto fit = check_kdf_cost(h.cost); !fit)
    return fail("keys.backup.cost", "the file asks for " + fit.error().message);
  SIGNMARK_TRY(take_into(reader, h.salt));
  SIGNMARK_TRY(take_into(reader, h.commitment));
  SIGNMARK_TRY(take_into(reader, h.stream));
  return h;
}

// ---------------------------------------------------------------------------------------------
// Chunks

/// The state of a secretstream holds its key, so it is wiped at the end.
struct Stream {
  crypto_secretstream_xchacha20poly1305_state state{};
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { sodium_memzero(&state, sizeof state); }
};

Bytes seal_chunks(Stream& stream, ByteView plain, ByteView header) {
  Bytes out(header.begin(), header.end());
  bool last = false;
  while (!last) {
    const std::size_t size = std::min(kChunk, plain.size());
    last = size == plain.size();
    const std::size_t at = out.size();
    out.resize(at + size + kChunkOverhead);
    crypto_secretstream_xchacha20poly1305_push(
        &stream.state, out.data() + at, nullptr, plain.data(), size, header.data(), header.size(),
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
             : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    plain = plain.subspan(size);
  }
  return out;
}

Status open_chunks(Stream& stream, ByteView sealed, ByteView header, Bytes& plain) {
  plain.reserve(sealed.size());  // never moved, so that no copy stays behind unwiped
  for (bool last = false; !last;) {
    const std::size_t size = std::min(kChunk + kChunkOverhead, sealed.size());
    if (size < kChunkOverhead) return not_opened();
    const std::size_t at = plain.size();
    plain.resize(at + size - kChunkOverhead);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&stream.state, plain.data() + at, nullptr, &tag,
                                                   sealed.data(), size, header.data(),
                                                   header.size()) != 0)
      return not_opened();
    sealed = sealed.subspan(size);
    last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (last != sealed.empty()) return not_opened();  // cut off, or followed by something
  }
  return {};
}

// ---------------------------------------------------------------------------------------------
// Files

std::size_t plain_size(const BackupContent& content) {
  std::size_t size = 4;
  for (const BackupEntry& file : content.files)
    size += 2 + file.name.size() + 4 + file.content.size();
  return size;
}

void encode_files(const BackupContent& content, Bytes& plain) {
  plain.reserve(plain_size(content));  // never moved, as above
  const auto append = [&](ByteView bytes) {
    plain.insert(plain.end(), bytes.begin(), bytes.end());
  };
  ByteWriter count;
  append(count.u32be(static_cast<std::uint32_t>(content.files.size())).view());
  for (const BackupEntry& file : content.files) {
    ByteWriter w;
    w.u16be(static_cast<std::uint16_t>(file.name.size())).text(file.name);
    append(w.u32be(static_cast<std::uint32_t>(file.content.size())).view());
    append(file.content);
  }
}

bool is_plain(std::string_view part) {
  return !part.empty() && part.front() != '.' && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

}  // namespace

BackupContent::~BackupContent() {
  for (BackupEntry& file : files) sodium_memzero(file.content.data(), file.content.size());
}

bool is_backup_name(std::string_view name) {
  if (name.size() > kMaxName || std::count(name.begin(), name.end(), '/') != 2) return false;
  const std::size_t first = name.find('/');
  const std::size_t second = name.rfind('/');
  const std::string_view top = name.substr(0, first);
  const std::string_view folder = name.substr(first + 1, second - first - 1);
  const std::string_view file = name.substr(second + 1);
  if (!is_plain(folder) || !is_plain(file)) return false;
  if (top == "trust") return true;
  if (top != "keys" || !role_from_name(folder)) return false;
  constexpr std::array<std::string_view, 4> kKinds{".key", ".pub", ".cert", ".revocation"};
  return std::any_of(kKinds.begin(), kKinds.end(), [&](std::string_view kind) {
    return file.ends_with(kind) && file.find('.') == file.size() - kind.size();
  });
}

Result<BackupContent> decode_backup_files(ByteView plain) {
  BackupContent content;
  ByteReader reader(plain, "keys.backup");
  SIGNMARK_ASSIGN(const auto count, reader.u32be());
  if (count > kMaxFiles) return reader.error("syntax", "more files than a keyring has");
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < count; ++i) {
    SIGNMARK_ASSIGN(const auto name_size, reader.u16be());
    SIGNMARK_ASSIGN(const ByteView name, reader.take(name_size));
    SIGNMARK_ASSIGN(const auto size, reader.u32be());
    SIGNMARK_ASSIGN(const ByteView bytes, reader.take(size));
    if (!is_backup_name(as_text(name)) || !names.emplace(as_text(name)).second)
      return reader.error("name", "the backup holds a file that belongs into no keyring");
    content.files.push_back({std::string(as_text(name)), Bytes(bytes.begin(), bytes.end())});
  }
  if (!reader.at_end()) return reader.error("syntax", "bytes follow the last file");
  return content;
}

bool is_backup(ByteView bytes) { return starts_with(bytes, kMagic); }

Result<Bytes> seal_backup(const BackupContent& content, const KdfCost& cost,
                          const SecretBytes& passphrase) {
  if (plain_size(content) > kMaxBackup || content.files.size() > kMaxFiles)
    return fail("keys.backup.size", fmt::format("the keyring has more than {} bytes or {} files",
                                                kMaxBackup, kMaxFiles));
  BackupHeader h;
  h.cost = cost;
  randombytes_buf(h.salt.data(), h.salt.size());
  DerivedKeys keys;
  SIGNMARK_TRY(derive_key(cost, h.salt, passphrase, keys.bytes));
  std::copy_n(keys.commitment(), h.commitment.size(), h.commitment.begin());
  Stream stream;
  crypto_secretstream_xchacha20poly1305_init_push(&stream.state, h.stream.data(), keys.key());
  WipedBytes plain;
  encode_files(content, plain.bytes);
  return seal_chunks(stream, plain.bytes, encode_header(h));
}

Status check_backup_header(ByteView bytes) {
  ByteReader reader(bytes, "keys.backup");
  SIGNMARK_TRY(read_header(reader));
  return {};
}

Result<BackupContent> open_backup(ByteView bytes, const SecretBytes& passphrase) {
  ByteReader reader(bytes, "keys.backup");
  SIGNMARK_ASSIGN(const BackupHeader h, read_header(reader));
  DerivedKeys keys;
  SIGNMARK_TRY(derive_key(h.cost, h.salt, passphrase, keys.bytes));
  if (sodium_memcmp(keys.commitment(), h.commitment.data(), h.commitment.size()) != 0)
    return not_opened();
  Stream stream;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&stream.state, h.stream.data(), keys.key()) !=
      0)
    return not_opened();
  WipedBytes plain;
  SIGNMARK_TRY(open_chunks(stream, reader.rest(), encode_header(h), plain.bytes));
  return decode_backup_files(plain.bytes);
}

}  // namespace signmark::keys
