// SPDX-License-Identifier: Apache-2.0
// links: signmark_container
