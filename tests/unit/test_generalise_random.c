/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generalisation of random evidence, with rules beside it that are expected, held, denied or accepted: the order changes nothing, policy is its
 * own policy, it allows all that the evidence has, more evidence never makes it allow less, and nothing that runs becomes
 * writable by another's name. Where something runs, narrower names stand in the place of what would cover it, and so policy of policy and of more
 * evidence are held to the rest only. ARMORD_ROUNDS in the environment: more of it.
 */
#include "armor/generalise.h"
#include "armor/match.h"
#include "armor/render.h"

#include "check_main.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES = 120, PROGRAMS = 6, ROUNDS = 300, PROBES = 400, NAME_SIZE = 160 };

struct access {
    char name[NAME_SIZE];
    uint32_t mask;
    enum armor_rule_kind kind;
    enum armor_state state;
    enum armor_origin origin;
};

/* xorshift: the same on every machine. */
static uint32_t next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void put_random(uint32_t *state, const char *alphabet, size_t length, char **at)
{
    for (size_t i = 0; i < length; i++) {
        *(*at)++ = alphabet[next(state) % strlen(alphabet)];
    }
}

/* A name of a kind that servers make, in a directory of one of the zones. */
static void make_name(uint32_t *state, char name[NAME_SIZE])
{
    static const char *const directories[] = {"/tmp/",          "/tmp/w/",       "/data/",
                                              "/data/sub/",     "/srv/www/",     "/srv/www/img/",
                                              "/srv/www/js/a/", "/etc/x/",       "/var/log/x/",
                                              "/usr/lib/p/",    "/usr/lib/p/q/", "/usr/lib/p/r/",
                                              "/var/spool/",    "/run/",         "/srv/private/"};
    static const char *const stems[] = {"a", "data", "log", "cache", "main", "v2", "index"};
    static const char *const extensions[] = {"",    ".json", ".jpg", ".png", ".txt", ".log",
                                             ".so", ".so.1", ".sh",  ".py",  ".key"};
    static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char *at = name + snprintf(name, 64, "%s", directories[next(state) % 15]);
    if (next(state) % 6 == 0) {
        put_random(state, "0123456789abcdef", 1 + next(state) % 2, &at);
        *at++ = '/';
    }
    if (next(state) % 8 == 0) {
        at += snprintf(at, 16, "tmp.");
        put_random(state, all, 10, &at);
        *at++ = '/';
        *at = '\0';
        if (next(state) % 3 == 0) {
            return;
        }
    }
    at += snprintf(at, 16, "%s", stems[next(state) % 7]);
    switch (next(state) % 7) {
    case 0: *at++ = '.', put_random(state, all, 6, &at); break;
    case 1: *at++ = '-', put_random(state, "0123456789abcdef", 32, &at); break;
    case 2: at += snprintf(at, 16, "-%u", next(state) % 40); break;
    case 3: at += snprintf(at, 16, ".%u", 1795300000 + next(state) % 90000); break;
    case 4: at += snprintf(at, 16, "%u", next(state) % 9); break;
    case 5: at += snprintf(at, 16, "-2026%02u%02u", 1 + next(state) % 12, 1 + next(state) % 28); break;
    default: break;
    }
    (void)snprintf(at, 16, "%s", extensions[next(state) % 11]);
}

static struct access make_access(uint32_t *state)
{
    static const uint32_t masks[] = {
        ARMOR_FILE_READ,
        ARMOR_FILE_READ,
        ARMOR_FILE_WRITE,
        ARMOR_FILE_WRITE | ARMOR_FILE_CREATE,
        ARMOR_FILE_WRITE | ARMOR_FILE_CREATE | ARMOR_FILE_READ,
        ARMOR_FILE_WRITE | ARMOR_FILE_DELETE,
        ARMOR_FILE_LOCK,
        ARMOR_FILE_APPEND,
    };
    struct access access = {.mask = masks[next(state) % 8], .kind = ARMOR_RULE_FILE};
    make_name(state, access.name);
    return access;
}

/* Not of what the container did: what a guard rail holds, an operator's word, and what a seed expects, by names or by patterns. */
static void make_other(uint32_t *state, struct access *access)
{
    static const char *const patterns[] = {"/data/**", "/srv/www/*.jpg", "/data/sub/*.json",
                                           "/usr/lib/p/q/*"};
    switch (next(state) % 16) {
    case 0: access->state = ARMOR_STATE_QUARANTINED; break;
    case 1: access->state = ARMOR_STATE_DENIED; break;
    case 2: access->origin = ARMOR_ORIGIN_ACCEPTED; break;
    case 3:
        access->state = ARMOR_STATE_EXPECTED;
        access->origin = ARMOR_ORIGIN_SEEDED;
        access->mask &= ~(uint32_t)ARMOR_FILE_EVIDENCE;
        if (next(state) % 2) {
            (void)snprintf(access->name, NAME_SIZE, "%s", patterns[next(state) % 4]);
        }
        break;
    default: break;
    }
}

static bool is_seen(const struct access *access)
{
    return access->state == ARMOR_STATE_ACTIVE;
}

static struct armor_profile *profile_of(const struct access *accesses, size_t count)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), count, &profile), 0);
    for (size_t i = 0; i < count; i++) {
        const struct armor_access access = {.kind = accesses[i].kind,
                                            .state = accesses[i].state,
                                            .mask = accesses[i].mask,
                                            .name = armor_slice_of(accesses[i].name)};
        struct armor_rule *rule = NULL;
        ck_assert_int_ge(armor_profile_merge(profile, &access, &rule), 0);
        /* of two words on one name the one that counts more, whatever came first */
        rule->origin = accesses[i].origin > rule->origin ? accesses[i].origin : rule->origin;
        rule->count += is_seen(&accesses[i]) && accesses[i].origin == ARMOR_ORIGIN_OBSERVED;
    }
    return profile;
}

static struct armor_profile *policy_of(const struct armor_profile *evidence)
{
    const struct armor_generalise_options options = {0};
    struct armor_profile *policy = NULL;
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
    return policy;
}

static char *text_of(const struct armor_profile *profile)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    char *string = NULL;
    ck_assert_int_eq(armor_render(profile, ARMOR_MODE_ENFORCED, NULL, &text), 0);
    ck_assert_int_eq(armor_text_take(&text, &string), 0);
    return string;
}

/* The patterns of a policy's files, ready to be asked. */
struct judge {
    struct armor_pattern **patterns;
    const struct armor_profile *policy;
};

static struct judge judge_of(const struct armor_profile *policy)
{
    struct judge judge = {calloc(policy->rule_count + 1, sizeof(struct armor_pattern *)), policy};
    struct armor_error err = {0};
    for (size_t i = 0; i < policy->rule_count; i++) {
        ck_assert_msg(armor_pattern_new(armor_slice_of(policy->rules[i]->name), &judge.patterns[i], &err) ==
                          0,
                      "%s: %s", policy->rules[i]->name, err.text);
    }
    return judge;
}

static void judge_done(struct judge *judge)
{
    for (size_t i = 0; i < judge->policy->rule_count; i++) {
        armor_pattern_free(judge->patterns[i]);
    }
    free((void *)judge->patterns);
}

/* What the policy allows of NAME. */
static uint32_t allows(const struct judge *judge, const char *name)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < judge->policy->rule_count; i++) {
        const struct armor_rule *rule = judge->policy->rules[i];
        if (rule->kind == ARMOR_RULE_FILE && rule->state == ARMOR_STATE_ACTIVE &&
            armor_pattern_matches(judge->patterns[i], armor_slice_of(name)) == 1) {
            mask |= rule->mask;
        }
    }
    mask |= mask & ARMOR_FILE_WRITE ? ARMOR_FILE_APPEND : 0;
    return mask & ~(uint32_t)ARMOR_FILE_EVIDENCE;
}

static void shuffle(struct access *accesses, size_t count, uint32_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = next(state) % i;
        struct access kept = accesses[i - 1];
        accesses[i - 1] = accesses[other];
        accesses[other] = kept;
    }
}

/* The first line that differs is enough to see. */
static void check_same(const char *got, const char *expected, const char *what)
{
    size_t at = 0;
    size_t line = 0;
    while (got[at] && got[at] == expected[at]) {
        line = got[at] == '\n' ? at + 1 : line;
        at++;
    }
    ck_assert_msg(got[at] == expected[at], "%s: %.*s instead of %.*s", what, (int)strcspn(got + line, "\n"),
                  got + line, (int)strcspn(expected + line, "\n"), expected + line);
}

/* Evidence of a round; in every other one some of it runs. */
static void make_evidence(uint32_t *state, bool runs, struct access accesses[NAMES])
{
    for (size_t i = 0; i < NAMES; i++) {
        accesses[i] = make_access(state);
        if (runs && i < PROGRAMS && accesses[i].name[strlen(accesses[i].name) - 1] != '/') {
            accesses[i].kind = ARMOR_RULE_EXEC;
            accesses[i].mask = 0;
        } else {
            make_other(state, &accesses[i]);
        }
    }
}

/* All that was seen is allowed, and of what runs no more writing than was seen of that very name. */
static void check_allows(const struct judge *judge, const struct access accesses[NAMES])
{
    const uint32_t writes = ARMOR_FILE_WRITE | ARMOR_FILE_APPEND;
    for (size_t i = 0; i < NAMES; i++) {
        uint32_t asked = accesses[i].mask & ~(uint32_t)ARMOR_FILE_EVIDENCE;
        uint32_t allowed = allows(judge, accesses[i].name);
        bool written = false;
        bool runs = false; /* and then the later of the two waits */
        for (size_t j = 0; j < NAMES; j++) {
            runs = runs ||
                   (accesses[j].kind == ARMOR_RULE_EXEC && strcmp(accesses[j].name, accesses[i].name) == 0);
            written = written ||
                      ((accesses[j].mask & writes) && strcmp(accesses[j].name, accesses[i].name) == 0) ||
                      accesses[j].state == ARMOR_STATE_EXPECTED; /* a seed's pattern may have it */
        }
        ck_assert_msg(!is_seen(&accesses[i]) || runs || (asked & ~allowed) == 0, "%s: %x asked, %x allowed",
                      accesses[i].name, asked, allowed);
        ck_assert_msg(accesses[i].kind != ARMOR_RULE_EXEC || written || !(allowed & writes),
                      "%s runs, and may be written", accesses[i].name);
    }
}

START_TEST(holds)
{
    uint32_t state = (uint32_t)_i * 2654435761U + 1;
    const bool runs = _i % 2;
    struct access accesses[NAMES];
    make_evidence(&state, runs, accesses);
    struct armor_profile *some = profile_of(accesses, NAMES / 2);
    struct armor_profile *all = profile_of(accesses, NAMES);
    struct armor_profile *less = policy_of(some);
    struct armor_profile *more = policy_of(all);
    struct armor_profile *twice = policy_of(more);
    struct judge small = judge_of(less);
    struct judge large = judge_of(more);

    check_allows(&large, accesses);
    /* where a wider name would make something writable that runs, narrower ones stand in its place */
    for (size_t i = 0; i < PROBES && !runs; i++) {
        struct access probe = make_access(&state);
        const char *name = i < NAMES ? accesses[i].name : probe.name;
        uint32_t before = allows(&small, name);
        uint32_t after = allows(&large, name);
        ck_assert_msg((before & ~after) == 0, "round %d: %s: %x allowed, with more evidence %x", _i, name,
                      before, after);
    }
    char *text = text_of(more);
    char *again = text_of(twice);
    check_same(runs ? text : again, text, "policy of policy");
    shuffle(accesses, NAMES, &state);
    struct armor_profile *mixed = profile_of(accesses, NAMES);
    struct armor_profile *other = policy_of(mixed);
    char *other_text = text_of(other);
    check_same(other_text, text, "another order");

    free(text);
    free(again);
    free(other_text);
    judge_done(&small);
    judge_done(&large);
    struct armor_profile *const profiles[] = {some, all, less, more, twice, mixed, other};
    for (int i = 0; i < LENGTH(profiles); i++) {
        armor_profile_free(profiles[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("generalise_random");
    TCase *tcase = check_case(suite, "generalise_random");
    const char *rounds = getenv("ARMORD_ROUNDS");
    int end = rounds ? (int)strtol(rounds, NULL, 10) : ROUNDS;
    tcase_add_loop_test(tcase, holds, 0, end);
    return check_main(suite);
}
