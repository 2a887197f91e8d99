/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Escapes. See escape.h. */
#include "escape.h"

static unsigned digit_of(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return (unsigned)(byte - '0');
    }
    char lower = (char)(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : UINT8_MAX;
}

/* Digits of BASE at the start of TEXT, MOST of them, as long as they are a byte. Returns how many. */
static size_t read_number(struct armor_slice text, unsigned base, size_t most, unsigned char *ret_byte)
{
    unsigned value = 0;
    size_t used = 0;
    while (used < text.length && used < most) {
        unsigned digit = digit_of(text.bytes[used]);
        if (digit >= base || value * base + digit > UINT8_MAX) {
            break;
        }
        value = value * base + digit;
        used++;
    }
    *ret_byte = (unsigned char)value;
    return used;
}

static const struct {
    char letter, byte;
} letters[] = {
    {'\\', '\\'}, {'"', '"'}, {'a', '\a'}, {'e', '\033'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'},
};

size_t pattern_escape_read(struct armor_slice text, unsigned char *ret_byte)
{
    if (text.length == 0) {
        return 0;
    }
    if (text.bytes[0] == 'd' || text.bytes[0] == 'x') {
        bool decimal = text.bytes[0] == 'd';
        struct armor_slice digits = {text.bytes + 1, text.length - 1};
        size_t used = read_number(digits, decimal ? 10 : 16, decimal ? 3 : 2, ret_byte);
        return used ? used + 1 : 0;
    }
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (text.bytes[0] == letters[i].letter) {
            *ret_byte = (unsigned char)letters[i].byte;
            return 1;
        }
    }
    return read_number(text, 8, 3, ret_byte);
}
