/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Label: namespace, root profile, hat and null chain of a label. See armor/label.h. */
#include "armor/label.h"

#include "armor/limits.h"

/* The offset of WORD in TEXT, or TEXT's length. */
static size_t find(struct armor_slice text, struct armor_slice word)
{
    const char *found = text.length ? memmem(text.bytes, text.length, word.bytes, word.length) : NULL;
    return found ? (size_t)(found - text.bytes) : text.length;
}

static struct armor_slice behind(struct armor_slice text, size_t at)
{
    return (struct armor_slice){text.bytes + at, text.length - at};
}

/* Whether LABEL has one part only, as nearly all have: neither `//` nor a namespace. */
static bool is_single(struct armor_slice label)
{
    return label.length == 0 ||
           (!memchr(label.bytes, '/', label.length) && !memchr(label.bytes, ':', label.length));
}

struct armor_label armor_label_split(struct armor_slice label)
{
    static const struct armor_slice stack = {"//&", 3};
    static const struct armor_slice separator = {"//", 2};
    static const struct armor_slice null = {"//null-", 7};
    struct armor_label parts = {0};
    struct armor_slice rest = label;

    if (is_single(label)) {
        parts.profile = label;
        return parts;
    }
    size_t end = find(rest, stack);
    if (end < rest.length) {
        parts.stacked = true;
        rest.length = end;
    }
    if (rest.length && rest.bytes[0] == ':') {
        const char *close = memchr(rest.bytes + 1, ':', rest.length - 1);
        if (close) {
            parts.namespace = (struct armor_slice){rest.bytes + 1, (size_t)(close - rest.bytes) - 1};
            rest = behind(rest, (size_t)(close - rest.bytes) + 1);
            if (armor_slice_starts(rest, separator)) {
                rest = behind(rest, separator.length);
            }
        }
    }
    size_t chain = find(rest, null);
    if (chain < rest.length) {
        parts.null_chain = behind(rest, chain);
        rest.length = chain;
    }
    size_t hat = find(rest, separator);
    if (hat < rest.length) {
        parts.hat = behind(rest, hat + separator.length);
        rest.length = hat;
    }
    parts.profile = rest;
    return parts;
}

struct armor_slice armor_label_container(const struct armor_label *label)
{
    static const struct armor_slice prefix = {ARMOR_PROFILE_PREFIX, sizeof ARMOR_PROFILE_PREFIX - 1};
    struct armor_slice none = {0};
    if (label->stacked || label->namespace.bytes || !armor_slice_starts(label->profile, prefix)) {
        return none;
    }
    struct armor_slice name = behind(label->profile, prefix.length);
    return armor_name_valid(name) ? name : none;
}

bool armor_name_valid(struct armor_slice name)
{
    if (!name.bytes || name.length < 1 || name.length > ARMOR_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        bool alnum = armor_is_alnum(byte);
        if (!alnum && (i == 0 || (byte != '_' && byte != '.' && byte != '-'))) {
            return false;
        }
    }
    return true;
}
