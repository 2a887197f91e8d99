/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a label. Held: each part lies in it; a container's name is a valid one, and the label starts with that
 * container's profile.
 */
#include "armor/label.h"
#include "armor/limits.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_slice label = {(const char *)data, size};
    struct armor_label parts = armor_label_split(label);
    const struct armor_slice slices[] = {parts.namespace, parts.profile, parts.hat, parts.null_chain};
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        INVARIANT(!slices[i].bytes || (slices[i].bytes >= label.bytes &&
                                       slices[i].bytes + slices[i].length <= label.bytes + label.length));
    }
    struct armor_slice container = armor_label_container(&parts);
    if (container.bytes) {
        INVARIANT(armor_name_valid(container) && container.length <= ARMOR_NAME_MAX);
        INVARIANT(container.bytes == label.bytes + sizeof ARMOR_PROFILE_PREFIX - 1);
        INVARIANT(armor_slice_starts(label, ARMOR_SLICE(ARMOR_PROFILE_PREFIX)));
        INVARIANT(!memmem(label.bytes, label.length, "//&", 3));
    }
    return 0;
}
