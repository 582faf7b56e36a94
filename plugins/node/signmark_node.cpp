// SPDX-License-Identifier: Apache-2.0
// The addon: run(job) -> Promise and version(). index.js gives them their shape for people.
// It keeps no state, so that every worker_thread may load it.
#include <node_api.h>

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "job.hpp"

namespace signmark_node {
namespace {

// A wrong argument; thrown inside this file only, and turned into a JavaScript error.
struct BadArgument {
  std::string where;
};

// One promise on its way. The environment waits for its workers before it ends.
struct Pending {
  Job job;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
};

// Reads the fields of the job object.
class Reader {
 public:
  Reader(napi_env env, napi_value object) : env_(env), object_(object) {}

  // The field, or null when it is undefined.
  napi_value field(const char* name) const {
    napi_value value = nullptr;
    napi_valuetype type = napi_undefined;
    if (napi_get_named_property(env_, object_, name, &value) != napi_ok ||
        napi_typeof(env_, value, &type) != napi_ok) {
      throw BadArgument{name};
    }
    return type == napi_undefined ? nullptr : value;
  }

  // Text for the C interface, which ends at a NUL: a longer one would name another file.
  std::string text_of(napi_value value, const char* name) const {
    size_t size = 0;
    if (napi_get_value_string_utf8(env_, value, nullptr, 0, &size) != napi_ok) {
      throw BadArgument{name};
    }
    std::string text(size + 1, '\0');
    napi_get_value_string_utf8(env_, value, text.data(), text.size(), &size);
    text.resize(size);
    if (text.find('\0') != std::string::npos) throw BadArgument{name};
    return text;
  }

  std::optional<std::string> text(const char* name) const {
    napi_value value = field(name);
    if (value == nullptr) return std::nullopt;
    return text_of(value, name);
  }

  std::vector<std::string> texts(const char* name) const {
    std::vector<std::string> all;
    napi_value list = field(name);
    if (list == nullptr) return all;
    uint32_t size = 0;
    if (napi_get_array_length(env_, list, &size) != napi_ok) throw BadArgument{name};
    for (uint32_t i = 0; i < size; ++i) {
      napi_value value = nullptr;
      if (napi_get_element(env_, list, i, &value) != napi_ok) throw BadArgument{name};
      all.push_back(text_of(value, name));
    }
    return all;
  }

  bool flag(const char* name) const {
    napi_value value = field(name);
    bool set = false;
    if (value != nullptr && napi_get_value_bool(env_, value, &set) != napi_ok) {
      throw BadArgument{name};
    }
    return set;
  }

  int32_t number(const char* name) const {
    napi_value value = field(name);
    double number = 0;
    if (value == nullptr || napi_get_value_double(env_, value, &number) != napi_ok ||
        !(number >= 1 && number <= INT32_MAX) || number != static_cast<int32_t>(number)) {
      throw BadArgument{name};
    }
    return static_cast<int32_t>(number);
  }

  std::vector<uint8_t> bytes(const char* name) const {
    napi_value value = field(name);
    if (value == nullptr) return {};
    bool is_buffer = false;
    void* data = nullptr;
    size_t size = 0;
    if (napi_is_buffer(env_, value, &is_buffer) != napi_ok || !is_buffer ||
        napi_get_buffer_info(env_, value, &data, &size) != napi_ok) {
      throw BadArgument{name};
    }
    const auto* first = static_cast<const uint8_t*>(data);
    return size == 0 ? std::vector<uint8_t>() : std::vector<uint8_t>(first, first + size);
  }

 private:
  napi_env env_;
  napi_value object_;
};

void read_subject(const Reader& reader, Job& job) {
  const std::string subject = reader.text("subject").value_or("");
  if (subject == "file") {
    job.subject = Subject::kFile;
    const std::optional<std::string> source = reader.text("source");
    if (!source) throw BadArgument{"source"};
    job.source = *source;
    job.target = reader.text("target");
    return;
  }
  job.subject = subject == "pixels" ? Subject::kPixels : Subject::kMemory;
  job.data = reader.bytes("data");
  job.sidecar = reader.bytes("sidecar");
  if (job.subject != Subject::kPixels) return;
  job.width = reader.number("width");
  job.height = reader.number("height");
  job.channels = reader.number("channels");
  // The library reads so many samples: too few would be read beyond their end.
  const uint64_t row = static_cast<uint64_t>(job.width) * static_cast<uint64_t>(job.channels);
  if (job.data.size() % row != 0 || job.data.size() / row != static_cast<uint64_t>(job.height)) {
    throw BadArgument{"data (its size is not width * height * channels)"};
  }
}

void read_job(const Reader& reader, Job& job) {
  const std::string flow = reader.text("flow").value_or("");
  if (flow != "mark" && flow != "verify") throw BadArgument{"flow"};
  job.flow = flow == "mark" ? SMK_FLOW_MARK : SMK_FLOW_VERIFY;
  read_subject(reader, job);
  job.home = reader.text("home");
  job.ledger = reader.text("ledger");
  job.signer = reader.text("signer");
  job.is_unsigned = reader.flag("unsigned");
  job.trust = reader.text("trust");
  job.carriers = reader.texts("carriers");
  const std::vector<std::string> names = reader.texts("names");
  const std::vector<std::string> values = reader.texts("values");
  if (names.size() != values.size()) throw BadArgument{"names"};
  for (size_t i = 0; i < names.size(); ++i) job.options.emplace_back(names[i], values[i]);
}

napi_value to_js(napi_env env, const std::string& text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

napi_value to_js(napi_env env, const Failure& failure) {
  napi_value error = nullptr;
  napi_value status = nullptr;
  if (napi_create_error(env, to_js(env, failure.code), to_js(env, failure.message), &error) !=
          napi_ok ||
      napi_create_int32(env, failure.status, &status) != napi_ok) {
    return nullptr;
  }
  napi_set_named_property(env, error, "status", status);
  napi_set_named_property(env, error, "where", to_js(env, failure.where));
  napi_set_named_property(env, error, "hint", to_js(env, failure.hint));
  return error;
}

// Adds a Buffer with a copy of the bytes; false when there is no memory for it.
bool add_bytes(napi_env env, napi_value object, const char* name, const void* data, size_t size) {
  napi_value buffer = nullptr;
  return napi_create_buffer_copy(env, size, data, nullptr, &buffer) == napi_ok &&
         napi_set_named_property(env, object, name, buffer) == napi_ok;
}

bool add_bytes(napi_env env, napi_value object, const char* name, const Buffer& bytes) {
  return !bytes ||
         add_bytes(env, object, name, smk_buffer_data(bytes.get()), smk_buffer_size(bytes.get()));
}

// {report, data?, sidecar?}, or null when there is no memory for it.
napi_value result_of(napi_env env, const Job& job) {
  napi_value result = nullptr;
  if (napi_create_object(env, &result) != napi_ok ||
      napi_set_named_property(env, result, "report", to_js(env, job.report)) != napi_ok ||
      !add_bytes(env, result, "data", job.marked) ||
      !add_bytes(env, result, "sidecar", job.store)) {
    return nullptr;
  }
  const bool has_samples = job.flow == SMK_FLOW_MARK && job.subject == Subject::kPixels;
  if (has_samples && !add_bytes(env, result, "data", job.data.data(), job.data.size())) {
    return nullptr;
  }
  return result;
}

void execute(napi_env /*env*/, void* data) { run(static_cast<Pending*>(data)->job); }

// Back in the JavaScript thread. Failures of N-API calls mean that the environment is ending.
void complete(napi_env env, napi_status status, void* data) {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
  Job& job = pending->job;
  if (status == napi_cancelled)
    job.failure = Failure{SMK_CANCELLED, "base.cancelled", "cancelled", "", ""};
  napi_value result = job.failure ? nullptr : result_of(env, job);
  if (result != nullptr) {
    napi_resolve_deferred(env, pending->deferred, result);
  } else {
    const Failure no_memory{SMK_FAILED, "node.memory", "out of memory", "", ""};
    napi_reject_deferred(env, pending->deferred, to_js(env, job.failure.value_or(no_memory)));
  }
  napi_delete_async_work(env, pending->work);
}

napi_value throw_failure(napi_env env, const Failure& failure) {
  bool is_pending = false;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && !is_pending) {
    napi_throw(env, to_js(env, failure));
  }
  return nullptr;
}

// Reads everything here, in the JavaScript thread; the worker touches no JavaScript value.
napi_value start(napi_env env, napi_value object) {
  auto pending = std::make_unique<Pending>();
  read_job(Reader(env, object), pending->job);
  napi_value name = to_js(env, "signmark");
  napi_value promise = nullptr;
  if (napi_create_async_work(env, nullptr, name, execute, complete, pending.get(),
                             &pending->work) != napi_ok ||
      napi_create_promise(env, &pending->deferred, &promise) != napi_ok ||
      napi_queue_async_work(env, pending->work) != napi_ok) {
    if (pending->work != nullptr) napi_delete_async_work(env, pending->work);
    return throw_failure(env, {SMK_FAILED, "node.start", "no work can be started", "", ""});
  }
  static_cast<void>(pending.release());  // now complete() owns it
  return promise;
}

napi_value run_js(napi_env env, napi_callback_info info) {
  napi_value object = nullptr;
  size_t count = 1;
  try {
    if (napi_get_cb_info(env, info, &count, &object, nullptr, nullptr) != napi_ok || count < 1) {
      throw BadArgument{"job"};
    }
    return start(env, object);
  } catch (const BadArgument& bad) {
    return throw_failure(env, {SMK_USAGE, "node.argument", "wrong argument", bad.where, ""});
  } catch (const std::exception&) {
    return throw_failure(env, {SMK_FAILED, "node.memory", "out of memory", "", ""});
  }
}

napi_value version_js(napi_env env, napi_callback_info /*info*/) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, smk_version(), NAPI_AUTO_LENGTH, &value);
  return value;
}

bool add_function(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) ==
             napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

}  // namespace
}  // namespace signmark_node

NAPI_MODULE_INIT() {
  if (smk_abi_version() != SMK_ABI_VERSION) {
    napi_throw_error(env, "node.abi",
                     "libsignmark.so has another interface version than this addon; install both "
                     "from one release");
    return nullptr;
  }
  if (!signmark_node::add_function(env, exports, "run", signmark_node::run_js) ||
      !signmark_node::add_function(env, exports, "version", signmark_node::version_js)) {
    return nullptr;
  }
  return exports;
}
