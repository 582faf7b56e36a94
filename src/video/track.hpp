// SPDX-License-Identifier: Apache-2.0
// One stream on its way from the source to the new file.
#pragma once

#include "video/decoder.hpp"
#include "video/encode_film.hpp"
#include "video/encode_sound.hpp"
#include "video/output.hpp"
#include "video/paint.hpp"
#include "video/sei.hpp"

namespace signmark::video {

/// What all tracks of a change share.
struct Job {
  const Context& context;
  ByteView file;
  std::string_view mime;
  const Changes& changes;
  const EncodeOptions& options;
  double seconds = -1;                         ///< of the source; negative when unknown
  const std::vector<std::int64_t>& bit_rates;  ///< of streams; 0: unknown
};

class Track {
 public:
  virtual ~Track() = default;
  /// Takes a packet of the stream; nullptr at the end. Its content may be taken away.
  virtual Status push(AVPacket* packet, Output& output) = 0;
  /// Adds what was done to the report of the whole file.
  virtual void add_to(Report& /*report*/) const {}
};

/// These add their stream to `output`. Errors: as VideoRoom::change.
Result<std::unique_ptr<Track>> make_film_track(const Job& job, const AVStream& stream,
                                               Output& output, std::vector<std::string>& notes);
Result<std::unique_ptr<Track>> make_sound_track(const Job& job, const AVStream& stream,
                                                Output& output, std::vector<std::string>& notes);
/// Copies packets; puts the SEI in where `record` is not empty and the codec has it. nullptr: the
/// stream is left out.
std::unique_ptr<Track> make_copy_track(const AVStream& stream, const std::string& record,
                                       Output& output, std::vector<std::string>& notes);

}  // namespace signmark::video
