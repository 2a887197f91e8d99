/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a message of /dev/kmsg. Held: slices lie within the bytes; unescaping never makes it longer; what a process wrote is never
 * trusted, and what the kernel wrote only with a type of its own.
 */
#include "kernel_log.h"

#include "fuzz.h"

#include <stdlib.h>

static void check_slice(struct armor_slice slice, const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    INVARIANT(!slice.bytes || (slice.bytes >= bytes && slice.length <= size &&
                               (size_t)(slice.bytes - bytes) <= size - slice.length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct armor_slice bytes = {(const char *)data, size};
    struct kernel_message message = {0};
    struct armor_record record;
    if (kernel_message_parse(bytes, &message) == 0) {
        check_slice(message.text, data, size);
        check_slice(message.caller, data, size);
        INVARIANT(message.facility <= UINT16_MAX >> 3);
    } else {
        message.text = bytes;
    }
    char *buffer = malloc(message.text.length + 1);
    INVARIANT(buffer);
    struct armor_slice text = kernel_text_unescape(message.text, buffer);
    INVARIANT(text.length <= message.text.length);
    if (kernel_text_record(text, &record) > 0) {
        INVARIANT(!record.trusted || record.type == 1400 || (record.type >= 1500 && record.type <= 1507));
    }
    if (kernel_text_forged(text, (struct armor_slice){0}, &record) > 0) {
        INVARIANT(!record.trusted && record.column + record.body.length == text.length);
    }
    (void)kernel_text_suppressed(text);
    free(buffer);
    return 0;
}
