/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the words and the mask of each kind must be. See armor/sound.h. */
#include "armor/sound.h"

#include "armor/mask.h"
#include "words.h"

/* What the words of each kind must be, or the profile couldn't be read; the words that aren't named here are quoted. */
static const struct {
    bool (*keyword)(struct armor_slice word); /* the name is a word of the parser's; NULL: it is a pattern */
    bool name;                                /* it must be there */
    bool path;   /* where it is there, it is an absolute path, or begins with a variable that is one */
    bool detail; /* the detail must be there */
    bool peer;   /* the peer must be there */
} words[ARMOR_RULE_KIND_COUNT] = {
    [ARMOR_RULE_CAPABILITY] = {.keyword = word_is_capability},
    [ARMOR_RULE_NETWORK] = {.keyword = word_is_family},
    [ARMOR_RULE_RLIMIT] = {.name = true, .keyword = word_is_rlimit},
    [ARMOR_RULE_SIGNAL] = {.keyword = word_is_signal},
    [ARMOR_RULE_MOUNT] = {.path = true},
    [ARMOR_RULE_UMOUNT] = {.path = true},
    [ARMOR_RULE_PIVOT_ROOT] = {.path = true},
    [ARMOR_RULE_FILE] = {.name = true, .path = true},
    [ARMOR_RULE_LINK] = {.name = true, .path = true, .peer = true},
    [ARMOR_RULE_MQUEUE] = {.name = true, .detail = true},
    [ARMOR_RULE_CHANGE_PROFILE] = {.name = true},
    [ARMOR_RULE_HAT] = {.name = true},
    [ARMOR_RULE_EXEC] = {.name = true, .path = true},
};

/* True when each byte of WORD is one that needs no quoting where several words may stand. */
static bool is_plain(struct armor_slice word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.:/=, ";
    for (size_t i = 0; i < word.length; i++) {
        if (!word.bytes[i] || !strchr(plain, word.bytes[i])) {
            return false;
        }
    }
    return true;
}

/* Whether a rule of KIND, of paths, can have OPTIONS. */
static bool are_options(enum armor_rule_kind kind, struct armor_slice options)
{
    bool subset = armor_options_subset(options);
    return !options.bytes || (subset ? kind == ARMOR_RULE_LINK : armor_options_owner(options));
}

static const char *words_fault(const struct armor_access *access)
{
    enum armor_rule_kind kind = access->kind;
    struct armor_slice name = access->name;
    const struct armor_slice all[] = {name, access->detail, access->peer, access->options};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].length > ARMOR_WORD_MAX || (all[i].length && memchr(all[i].bytes, '\0', all[i].length))) {
            return "has a word that is too long, or holds NUL";
        }
    }
    if (words[kind].name && !name.bytes) {
        return "has no name";
    }
    if (words[kind].path && name.bytes && !armor_slice_starts(name, ARMOR_SLICE("/")) &&
        !armor_slice_starts(name, ARMOR_SLICE("@{"))) {
        return "has a name that is no absolute path";
    }
    if (words[kind].keyword && name.bytes && !words[kind].keyword(name)) {
        return "has a name that AppArmor doesn't know";
    }
    if ((words[kind].detail && !access->detail.bytes) || !is_plain(access->detail)) {
        return "has no detail, or one that can't be";
    }
    if (kind == ARMOR_RULE_NETWORK && access->detail.bytes && !word_is_sock_type(access->detail)) {
        return "has a type of socket that AppArmor doesn't know";
    }
    if (words[kind].peer && !access->peer.bytes) {
        return "has no peer";
    }
    if (armor_rule_kind_is_path(kind) && !are_options(kind, access->options)) {
        return "has options that can't be";
    }
    return is_plain(access->options) || kind == ARMOR_RULE_UNIX ? NULL : "has options that can't be";
}

/* True when BIT is one that rules of KIND can have: it reads back as it is written. */
static bool bit_known(enum armor_rule_kind kind, uint32_t bit)
{
    char word[32]; /* no allocation: a profile of 5,000 rules asks for each bit of each */
    struct armor_text text = {.bytes = word, .capacity = sizeof word, .limit = sizeof word - 1};
    uint32_t unknown = 0;
    armor_mask_render(kind, bit, &text);
    return text.length > 0 &&
           armor_mask_parse(kind, (struct armor_slice){text.bytes, text.length}, &unknown) == bit;
}

/* A mask has only bits of its kind, and some, unless its kind has none at all. */
static const char *mask_fault(const struct armor_access *access)
{
    bool any = false;
    uint32_t mask = access->mask;
    if (access->kind == ARMOR_RULE_FILE && (mask & ARMOR_FILE_WRITE)) {
        mask &= ~(uint32_t)ARMOR_FILE_EVIDENCE;
    }
    for (unsigned i = 0; i < 32; i++) {
        bool known = bit_known(access->kind, UINT32_C(1) << i);
        any = any || known;
        if (!known && (mask >> i & 1)) {
            return "has a mask that isn't of its kind";
        }
    }
    if (access->kind == ARMOR_RULE_FILE && (access->mask & ARMOR_FILE_EXEC)) {
        return "has `x` in its mask, which is another kind of rule";
    }
    return any == (access->mask != 0) ? NULL : any ? "allows nothing" : "has a mask, and its kind has none";
}

const char *armor_access_fault(const struct armor_access *access)
{
    const char *fault = words_fault(access);
    fault = fault ? fault : mask_fault(access);
    if (!fault && (access->value < 0 || (access->value && access->kind != ARMOR_RULE_RLIMIT))) {
        return "has a limit that can't be";
    }
    return fault;
}
