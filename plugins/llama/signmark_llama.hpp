// SPDX-License-Identifier: Apache-2.0
// The mark as a llama.cpp sampler, over signmark's C interface.
//
//   llama_sampler_chain_add(chain, llama_sampler_init_top_k(100));
//   llama_sampler_chain_add(chain, llama_sampler_init_temp(0.8f));
//   llama_sampler_chain_add(chain, signmark_llama_sampler(mark));
//   llama_sampler_chain_add(chain, llama_sampler_init_dist(seed));
#pragma once

#include <llama.h>

#include "signmark/signmark.h"

/// Takes over the mark; the chain frees both. Stands after penalties, grammar, top-k, top-p and
/// temperature, and before the sampler that draws, which a marking choice leaves a single
/// candidate. Call llama_sampler_reset on the chain before each answer: tokens of a prompt that a
/// host accepts are no part of it. NULL for NULL.
llama_sampler* signmark_llama_sampler(smk_wm* mark);

/// The mark inside such a sampler, for its forecast; NULL for any other sampler.
const smk_wm* signmark_llama_mark(const llama_sampler* sampler);
