// SPDX-License-Identifier: Apache-2.0
// What a signature of SecurityData covers, in the guide's spelling and in those seen in the wild.
#pragma once

#include <string_view>

namespace signmark::label {

/// Label metadata: `Md` in the guide, `LabelMataData` at MiniMax and StepFun.
constexpr bool is_label_fields(std::string_view type) {
  return type == "Md" || type == "LabelMataData" || type == "LabelMetaData";
}

/// A content binding: `Bnd` in the guide, `Binding` at MiniMax.
constexpr bool is_binding(std::string_view type) {
  return type == "Bnd" || type == "Binding" || type == "Bindings";
}

}  // namespace signmark::label
