/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the JSON of all nouns shares: bytes that may not be text, and setters with our return convention. */
#include "json_parts.h"

#include "armor/json.h"
#include "armor/render.h"

#include <errno.h>

/* The length of the UTF-8 sequence at BYTES, 1 to 4; 0: none. NUL isn't text either. */
static size_t utf8_length(const unsigned char *bytes, size_t left)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0x01}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        if ((bytes[0] & forms[form].mask) != forms[form].lead) {
            continue;
        }
        if (form + 1 > left) {
            return 0;
        }
        uint32_t point = bytes[0] & (unsigned char)~forms[form].mask;
        for (size_t i = 1; i <= form; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return 0;
            }
            point = point << 6 | (bytes[i] & 0x3f);
        }
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        return point >= forms[form].least && point <= 0x10ffff && !surrogate ? form + 1 : 0;
    }
    return 0;
}

/* Append BYTES to TEXT with what isn't UTF-8 as \xHH. Returns how many bytes weren't. */
static size_t show(struct armor_text *text, struct armor_slice bytes)
{
    size_t strange = 0;
    for (size_t at = 0; at < bytes.length;) {
        size_t length = utf8_length((const unsigned char *)bytes.bytes + at, bytes.length - at);
        if (length) {
            armor_text_slice(text, (struct armor_slice){bytes.bytes + at, length});
        } else {
            armor_text_format(text, "\\x%02x", (unsigned)(unsigned char)bytes.bytes[at]);
            strange++;
            length = 1;
        }
        at += length;
    }
    return strange;
}

int armor_json_set_bytes(json_t *object, const char *key, struct armor_slice bytes)
{
    struct armor_text text = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX);
    struct armor_text hex = ARMOR_TEXT_INIT((size_t)16 * ARMOR_RECORD_MAX);
    struct armor_text hex_key = ARMOR_TEXT_INIT(64);

    size_t strange = show(&text, bytes);
    int code = text.error ? text.error
                          : json_object_set_new(object, key,
                                                json_stringn(text.bytes ? text.bytes : "", text.length));
    if (code == 0 && strange) {
        for (size_t i = 0; i < bytes.length; i++) {
            armor_text_format(&hex, "%02x", (unsigned)(unsigned char)bytes.bytes[i]);
        }
        armor_text_format(&hex_key, "%s_hex", key);
        code = hex.error || hex_key.error
                   ? -ENOMEM
                   : json_object_set_new(object, hex_key.bytes, json_string(hex.bytes));
    }
    armor_text_done(&text);
    armor_text_done(&hex);
    armor_text_done(&hex_key);
    return code < 0 ? -ENOMEM : 0;
}

int json_set_number(json_t *object, const char *key, int64_t value)
{
    return json_object_set_new(object, key, json_integer(value)) < 0 ? -ENOMEM : 0;
}

int json_set_string(json_t *object, const char *key, const char *value)
{
    return json_object_set_new(object, key, json_string(value)) < 0 ? -ENOMEM : 0;
}

int json_set_rule(json_t *object, const char *key, const struct armor_profile *profile,
                  const struct armor_rule *rule)
{
    struct armor_text text = ARMOR_TEXT_INIT((size_t)8 * ARMOR_RECORD_MAX); /* each byte at most as \ooo */
    armor_render_rule(profile, rule, &text);
    int code = text.error ? -ENOMEM
                          : armor_json_set_bytes(object, key, (struct armor_slice){text.bytes, text.length});
    armor_text_done(&text);
    return code;
}
