// SPDX-License-Identifier: Apache-2.0
// What the entry points (entry_points.cpp) ask of a plugin, which embed.cpp and detect.cpp are.
#ifndef SIGNMARK_PLUGINS_FREI0R_INSTANCE_HPP_
#define SIGNMARK_PLUGINS_FREI0R_INSTANCE_HPP_

#include <memory>
#include <mutex>

#include "common/handles.hpp"
#include "host_clock.hpp"
#include "parameters.hpp"

namespace signmark_frei0r {

// One filter in a host.
class Instance {
 public:
  Instance(const std::vector<Parameter>& parameters, unsigned width, unsigned height);
  virtual ~Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  void set(int index, f0r_param_t value);
  void get(int index, f0r_param_t value);
  // The host is libavfilter, which up to ffmpeg 5.1 at least pads rows to 16 pixels without
  // telling.
  void set_pads_rows() { padded_ = width_ % 16 != 0; }
  // `out` gets a copy of the picture, which is then handled in its place.
  void update(double time, const uint32_t* in, uint32_t* out);

 protected:
  virtual void handle(const smk_frame& frame, double seconds) noexcept = 0;
  [[nodiscard]] smk_film film() const;
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] const Values& values() const { return values_; }
  // Why pictures cannot be handled with these values in this host; empty: they can.
  [[nodiscard]] std::string problem() const;

 private:
  std::mutex mutex_;  // MLT with threads=N calls one instance from several threads
  int width_, height_;
  bool padded_ = false;
  Values values_;
  HostClock clock_;
};

// Of the plugin in this file.
struct Plugin {
  const char* name;
  const char* explanation;
  int major, minor;
  const std::vector<Parameter>& parameters;
  // Needs no key: GStreamer constructs one while it looks for plugins, and melt crashes on NULL.
  std::unique_ptr<Instance> (*make)(unsigned width, unsigned height);
};
const Plugin& plugin();

}  // namespace signmark_frei0r

#endif  // SIGNMARK_PLUGINS_FREI0R_INSTANCE_HPP_
