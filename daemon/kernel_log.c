/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel log: frames and texts. See kernel_log.h. */
#include "kernel_log.h"

#include <errno.h>

enum { DIGITS_MAX = 18 };

/* Read decimal digits at the start of *TEXT, and move it behind them. Returns false when there are none, or too many. */
static bool take_number(struct armor_slice *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t used = 0;
    while (used < text->length && used <= DIGITS_MAX && text->bytes[used] >= '0' &&
           text->bytes[used] <= '9') {
        number = number * 10 + (uint64_t)(text->bytes[used] - '0');
        used++;
    }
    if (used == 0 || used > DIGITS_MAX) {
        return false;
    }
    *text = (struct armor_slice){text->bytes + used, text->length - used};
    *ret_number = number;
    return true;
}

static bool take_words(struct armor_slice *text, const char *words)
{
    struct armor_slice expected = armor_slice_of(words);
    if (!armor_slice_starts(*text, expected)) {
        return false;
    }
    *text = (struct armor_slice){text->bytes + expected.length, text->length - expected.length};
    return true;
}

int kernel_message_parse(struct armor_slice bytes, struct kernel_message *ret_message)
{
    struct armor_slice rest = bytes;
    struct kernel_message message = {0};
    uint64_t priority = 0;
    uint64_t usec = 0;
    if (!take_number(&rest, &priority) || !take_words(&rest, ",") || !take_number(&rest, &message.sequence) ||
        !take_words(&rest, ",") || !take_number(&rest, &usec) || !take_words(&rest, ",") ||
        priority > UINT16_MAX) {
        return -EBADMSG;
    }
    const char *end = memchr(rest.bytes, ';', rest.length);
    if (!end) {
        return -EBADMSG;
    }
    struct armor_slice flags = {rest.bytes, (size_t)(end - rest.bytes)};
    const char *caller = flags.length ? memmem(flags.bytes, flags.length, ",caller=", 8) : NULL;
    if (caller) {
        caller += 8;
        message.caller = (struct armor_slice){caller, (size_t)(end - caller)};
    }
    message.text = (struct armor_slice){end + 1, rest.length - flags.length - 1};
    const char *newline = message.text.length ? memchr(message.text.bytes, '\n', message.text.length) : NULL;
    if (newline) {
        message.text.length = (size_t)(newline - message.text.bytes);
    }
    message.facility = (uint32_t)priority >> 3;
    message.usec = (int64_t)usec;
    *ret_message = message;
    return 0;
}

struct armor_slice kernel_text_unescape(struct armor_slice text, char *buffer)
{
    size_t used = 0;
    for (size_t i = 0; i < text.length; i++) {
        buffer[used] = text.bytes[i];
        if (text.bytes[i] == '\\' && text.length - i >= 4 && text.bytes[i + 1] == 'x') {
            int high = armor_hex_value(text.bytes[i + 2], 'a');
            int low = armor_hex_value(text.bytes[i + 3], 'a');
            if (high >= 0 && low >= 0) {
                buffer[used] = (char)(high * 16 + low);
                i += 3;
            }
        }
        used++;
    }
    return (struct armor_slice){buffer, used};
}

int kernel_text_record(struct armor_slice text, struct armor_record *ret_record)
{
    uint64_t type = 0;
    if (!take_words(&text, "audit: type=") || !take_number(&text, &type) || !take_words(&text, " ")) {
        return 0;
    }
    return type > UINT16_MAX ? -EBADMSG : armor_record_from_netlink((uint32_t)type, text, ret_record, NULL);
}

int kernel_text_forged(struct armor_slice text, struct armor_slice sender, struct armor_record *ret_record)
{
    const char *body = text.length ? memmem(text.bytes, text.length, "apparmor=\"", 10) : NULL;
    if (!body) {
        return 0;
    }
    size_t column = (size_t)(body - text.bytes);
    *ret_record =
        (struct armor_record){.body = {body, text.length - column}, .column = column, .sender = sender};
    return 1;
}

uint64_t kernel_text_suppressed(struct armor_slice text)
{
    uint64_t count = 0;
    bool said = take_words(&text, "audit: kauditd_printk_skb: ") && take_number(&text, &count) &&
                take_words(&text, " callbacks suppressed");
    return said ? count : 0;
}
