/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The candidate's text, read back, and asked by armord's own matcher for each access that was seen. See proof.h. */
#include "proof.h"

#include "armor/check.h"
#include "armor/match.h"
#include "armor/render.h"

#include <errno.h>

/* The patterns of an access's words, which must be of one name alone each. */
struct words {
    struct armor_pattern *name; /* owned */
    struct armor_pattern *peer; /* owned */
};

static void words_done(struct words *words)
{
    armor_pattern_free(words->name);
    armor_pattern_free(words->peer);
}

/* Make *WORD, a pattern, the one name that it stands for. Returns 1, 0 when it stands for several, or -ENOMEM. */
static int make_literal(struct armor_slice *word, struct armor_pattern **ret_pattern)
{
    if (!word->bytes) {
        return 1;
    }
    int r = armor_pattern_new(*word, ret_pattern, NULL);
    if (r < 0) {
        return r == -ENOMEM ? r : 0;
    }
    if (!armor_pattern_literal(*ret_pattern)) {
        return 0;
    }
    *word = armor_pattern_prefix(*ret_pattern);
    return 1;
}

/* INTERFACE.MEMBER of a D-Bus rule, as an access has it. */
static void split_member(struct armor_access *access)
{
    size_t at = access->options.length;
    while (at > 0 && access->options.bytes[at - 1] != '.') {
        at--;
    }
    if (access->kind == ARMOR_RULE_DBUS && at > 0) {
        access->member = (struct armor_slice){access->options.bytes + at, access->options.length - at};
        access->options.length = at - 1;
    }
}

/* The access that RULE was seen as, with literal words. Returns 1, 0 when it can't be told, or -ENOMEM. */
static int literal_access(const struct armor_rule *rule, struct words *words, struct armor_access *ret_access)
{
    struct armor_access access = armor_rule_access(rule);
    int r = 1;
    const char *sample = armor_rule_more(rule)->sample;
    if (sample) {
        access.name = armor_slice_of(sample);
    } else {
        r = make_literal(&access.name, &words->name);
    }
    r = r == 1 ? make_literal(&access.peer, &words->peer) : r;
    split_member(&access);
    *ret_access = access;
    return r;
}

static int judge(const struct armor_check *check, struct proof_access *access)
{
    struct words words ARMOR_CLEANUP(words_done) = {0};
    struct armor_ruling ruling = {.answer = ARMOR_ANSWER_ALLOWED};
    struct armor_access literal;
    if (armor_render_left_out(access->rule)) {
        return 0; /* of a kind that the profile's abi doesn't mediate: nothing refuses it */
    }
    int r = literal_access(access->rule, &words, &literal);
    if (r == 1) {
        uint32_t owners = access->rule->owners == ARMOR_OWNER_SELF ? ARMOR_OWNER_SELF : ARMOR_OWNER_OTHER;
        r = armor_check_access(check, &literal, owners, &ruling);
        access->refused = ruling.answer == ARMOR_ANSWER_DENIED || ruling.answer == ARMOR_ANSWER_MISSING;
        access->unjudged = ruling.answer == ARMOR_ANSWER_CONDITIONS;
    } else {
        access->unjudged = true;
    }
    return r;
}

int proof_check(struct proof *proof, size_t count, uint64_t seed)
{
    struct armor_reading *reading = NULL;
    struct armor_check *check = NULL;
    const struct armor_section *section = NULL;
    int r = armor_read((struct armor_slice){proof->text.bytes, count}, "the candidate", NULL, seed, &reading,
                       NULL);
    if (r == 0) {
        section = armor_reading_section(reading, NULL);
        r = section ? armor_check_section(reading, section, &check) : -EBADMSG;
    }
    for (size_t i = 0; r == 0 && i < proof->count; i++) {
        r = judge(check, &proof->accesses[i]);
    }
    armor_check_free(check);
    armor_reading_free(reading);
    return r;
}
