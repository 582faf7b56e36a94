// SPDX-License-Identifier: Apache-2.0
// Between llama_sampler_i and smk_wm.
#include "signmark_llama.hpp"

#include <cmath>
#include <vector>

namespace {

struct State {
  smk_wm* mark = nullptr;
  std::vector<int32_t> ids;  // scratch of apply
  std::vector<float> logits;
};

State& state_of(const llama_sampler* sampler) { return *static_cast<State*>(sampler->ctx); }

const char* name(const llama_sampler*) { return "signmark"; }

void accept(llama_sampler* sampler, llama_token token) {
  if (token >= 0) smk_wm_accept(state_of(sampler).mark, token, nullptr);
}

/// An unmarked choice is better than none: what the mark refuses goes on unchanged.
void apply(llama_sampler* sampler, llama_token_data_array* candidates) {
  State& state = state_of(sampler);
  state.ids.resize(candidates->size);
  state.logits.resize(candidates->size);
  for (size_t i = 0; i < candidates->size; ++i) {
    state.ids[i] = candidates->data[i].id;
    state.logits[i] = candidates->data[i].logit;
  }
  size_t selected = SMK_NONE_SELECTED;
  if (smk_wm_process(state.mark, state.ids.data(), state.logits.data(), candidates->size, &selected,
                     nullptr) != SMK_OK)
    return;
  for (size_t i = 0; i < candidates->size; ++i) candidates->data[i].logit = state.logits[i];
  if (selected != SMK_NONE_SELECTED) candidates->selected = static_cast<int64_t>(selected);
  candidates->sorted = false;
}

void reset(llama_sampler* sampler) { smk_wm_reset(state_of(sampler).mark); }

llama_sampler* clone(const llama_sampler* sampler) {
  smk_wm* mark = nullptr;
  if (smk_wm_clone(state_of(sampler).mark, &mark, nullptr) != SMK_OK) return nullptr;
  return signmark_llama_sampler(mark);
}

void release(llama_sampler* sampler) {
  State* state = &state_of(sampler);
  smk_wm_free(state->mark);
  delete state;
}

/// llama.cpp keeps the pointer, and newer versions look at more slots than the header that we were
/// built with has: what follows the known ones reads as NULL.
union Table {
  llama_sampler_i known;
  unsigned char room[256];
};
static_assert(sizeof(llama_sampler_i) <= sizeof(Table::room));

Table make_table() {
  Table table;
  for (unsigned char& byte : table.room) byte = 0;
  llama_sampler_i known{};
  known.name = name;
  known.accept = accept;
  known.apply = apply;
  known.reset = reset;
  known.clone = clone;
  known.free = release;
  table.known = known;
  return table;
}

llama_sampler_i* interface_table() {
  static Table table = make_table();
  return &table.known;
}

}  // namespace

llama_sampler* signmark_llama_sampler(smk_wm* mark) {
  if (mark == nullptr) return nullptr;
  return llama_sampler_init(interface_table(), new State{mark, {}, {}});
}

const smk_wm* signmark_llama_mark(const llama_sampler* sampler) {
  return sampler != nullptr && sampler->iface == interface_table() ? state_of(sampler).mark
                                                                   : nullptr;
}
