/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seen: a set-associative table of hashes. See seen.h. */
#include "seen.h"

#include <xxhash.h>

bool seen_before(struct seen *seen, int64_t time_usec, int64_t serial, struct armor_slice text)
{
    while (text.length && text.bytes[text.length - 1] == ' ') {
        text.length--; /* auditd's enrichment and the journal differ in it */
    }
    const int64_t stamp[] = {time_usec, serial};
    uint64_t key = XXH3_64bits_withSeed(text.bytes, text.length, XXH3_64bits(stamp, sizeof stamp));
    key += key == 0;
    size_t set = key % SEEN_SETS;
    for (size_t i = 0; i < SEEN_WAYS; i++) {
        if (seen->keys[set][i] == key) {
            return true;
        }
    }
    seen->keys[set][seen->oldest[set]] = key;
    seen->oldest[set] = (uint8_t)((seen->oldest[set] + 1) % SEEN_WAYS);
    return false;
}
