/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The floor: what it refuses as the kernel would, and what it gives way to. */
#include "armor/floor.h"
#include "armor/generalise.h"
#include "armor/json.h"
#include "armor/render.h"

#include "check_main.h"
#include "compiled.h"
#include "rule_more.h"

enum { FLOOR_ROWS = 17 };

static struct armor_profile *new_profile(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    return profile;
}

static struct armor_rule *add(struct armor_profile *profile, enum armor_rule_kind kind,
                              enum armor_state state, const char *name, uint32_t mask,
                              enum armor_origin origin)
{
    const struct armor_access access = {.kind = kind,
                                        .state = state,
                                        .mask = mask,
                                        .name = armor_slice_of(name)};
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
    rule->origin = origin;
    return rule;
}

static struct armor_rule *add_file(struct armor_profile *profile, const char *name, uint32_t mask)
{
    return add(profile, ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, name, mask, ARMOR_ORIGIN_OBSERVED);
}

/* The enforced text of POLICY, made of EVIDENCE. */
static char *text_of(const struct armor_profile *evidence, struct armor_profile *policy)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    char *string = NULL;
    ck_assert_int_eq(armor_floor_lay(evidence, policy), 0);
    ck_assert_int_eq(armor_render(policy, ARMOR_MODE_ENFORCED, NULL, &text), 0);
    ck_assert_int_eq(armor_text_take(&text, &string), 0);
    return string;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

/* Rules that became far wider than the evidence: the floor holds under them. */
START_TEST(holds_where_rules_are_too_wide)
{
    static const char *const refused[] = {
        "/proc/sysrq-trigger",
        "/proc/kcore",
        "/proc/x",
        "/proc/irq/1/smp_affinity",
        "/proc/scsi/scsi",
        "/proc/sys/vm/x",
        "/proc/sys/fs/a/b",
        "/proc/sys/kernel/core_pattern",
        "/sys/kernel/uevent_helper",
        "/sys/firmware/efi/x",
        "/sys/fs/bpf/x",
        "/sys/fs/ext4/x/y",
        "/sys/devices/virtual/x/y",
        "/sys/fs/cpu/x",
    };
    static const char *const allowed[] = {"/proc/31/oom_score_adj", "/proc/1/attr/x", "/sys/fs/cgroup/x",
                                          "/tmp/x"};
    static const char *const unreadable[] = {"/proc/kcore", "/proc/sysrq-trigger", "/sys/firmware/efi/x",
                                             "/sys/kernel/security/x", "/sys/devices/virtual/powercap/x"};
    struct armor_profile *evidence = new_profile();
    struct armor_profile *policy = new_profile();
    struct compiled compiled;
    (void)add_file(policy, "/**", ARMOR_FILE_READ | ARMOR_FILE_WRITE);
    char *text = text_of(evidence, policy);
    int there = compiled_from_text(text, &compiled);
    ck_assert_int_ge(there, 0);
    for (int i = 0; i < LENGTH(refused) && there == 0; i++) {
        unsigned bits = compiled_file_permissions(&compiled, armor_slice_of(refused[i]));
        ck_assert_msg(!(bits & COMPILED_WRITE), "%s", refused[i]);
    }
    for (int i = 0; i < LENGTH(unreadable) && there == 0; i++) {
        unsigned bits = compiled_file_permissions(&compiled, armor_slice_of(unreadable[i]));
        ck_assert_msg(!(bits & COMPILED_READ), "%s", unreadable[i]);
    }
    for (int i = 0; i < LENGTH(allowed) && there == 0; i++) {
        unsigned bits = compiled_file_permissions(&compiled, armor_slice_of(allowed[i]));
        ck_assert_msg((bits & COMPILED_WRITE) && (bits & COMPILED_READ), "%s", allowed[i]);
    }
    if (there == 0) {
        compiled_done(&compiled);
    }
    ck_assert_uint_eq(count_of(text, "\n  audit deny "), FLOOR_ROWS);
    ck_assert_uint_eq(count_of(text, "  deny "), 0);
    ck_assert_uint_eq(count_of(text, "# floor"), 1);
    free(text);
    armor_profile_free(policy);
    armor_profile_free(evidence);
}
END_TEST

/* What is allowed, and how many denials give way to it. */
static const struct {
    enum armor_rule_kind kind;
    enum armor_state state;
    uint32_t mask;
    const char *name;
    size_t conflicts;   /* where it was seen */
    size_t meant;       /* where it is an operator's word, or a seed's */
    const char *denial; /* the first of them */
} grants[] = {
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_WRITE, "/proc/sys/vm/x", 1, 1,
     "deny \"/proc/sys/[^k]*/**\" w,"},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_APPEND, "/proc/sys/vm/x", 1, 1,
     "deny \"/proc/sys/[^k]*/**\" w,"},
    {ARMOR_RULE_FILE, ARMOR_STATE_QUARANTINED, ARMOR_FILE_WRITE, "/proc/sys/vm/x", 0, 0, NULL},
    {ARMOR_RULE_FILE, ARMOR_STATE_EXPECTED, ARMOR_FILE_WRITE, "/proc/sys/vm/x", 0, 0, NULL},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_READ, "/proc/sys/vm/x", 0, 0, NULL},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_WRITE, "/proc/[0-9]*/oom_score_adj", 0, 0, NULL},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_READ, "/proc/**", 2, 0, "deny /proc/kcore rwklx,"},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_WRITE, "/sys/fs/cgroup/**", 0, 0, NULL},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_WRITE, "/sys/**", 7, 0, "deny \"/sys/[^f]*/**\" wklx,"},
    {ARMOR_RULE_EXEC, ARMOR_STATE_ACTIVE, 0, "/sys/kernel/x", 1, 1, "deny \"/sys/[^f]*/**\" wklx,"},
    {ARMOR_RULE_NETWORK, ARMOR_STATE_ACTIVE, 0, "alg", 1, 1, "deny network alg,"},
    {ARMOR_RULE_NETWORK, ARMOR_STATE_ACTIVE, 0, "inet", 0, 0, NULL},
    {ARMOR_RULE_MOUNT, ARMOR_STATE_ACTIVE, 0, "/mnt/", 1, 1, "deny mount,"},
    {ARMOR_RULE_UMOUNT, ARMOR_STATE_ACTIVE, 0, "/mnt/", 0, 0, NULL},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_READ | ARMOR_FILE_WRITE, "/data/**", 0, 0, NULL},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_WRITE, "/proc/sys/net/**", 1, 1,
     "deny \"/proc/sys/[^k]*/**\" w,"},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_WRITE, "/proc/sys/**", 3, 0,
     "deny \"/proc/sys/[^k]*\" w,"},
    {ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, ARMOR_FILE_READ, "/**", 5, 0, "deny /proc/kcore rwklx,"},
    {ARMOR_RULE_NETWORK, ARMOR_STATE_ACTIVE, 0, NULL, 1, 0, "deny network alg,"},
    {ARMOR_RULE_MOUNT, ARMOR_STATE_ACTIVE, 0, NULL, 1, 1, "deny mount,"},
};

/* What the floor is to the grant AT, of ORIGIN. */
static void check_grant(int at, enum armor_origin origin)
{
    struct armor_profile *evidence = new_profile();
    struct armor_profile *policy = NULL;
    const struct armor_generalise_options options = {0};
    struct armor_conflict *conflicts = NULL;
    struct armor_text denial = ARMOR_TEXT_INIT(1000);
    size_t count = 0;
    size_t expected = origin == ARMOR_ORIGIN_OBSERVED ? grants[at].conflicts : grants[at].meant;
    const struct armor_rule *rule =
        add(evidence, grants[at].kind, grants[at].state, grants[at].name, grants[at].mask, origin);
    ck_assert_int_eq(armor_floor_conflicts(evidence, &conflicts, &count), 0);
    ck_assert_uint_eq(count, expected);
    if (count > 0) {
        armor_render_rule(evidence, conflicts[0].denial, &denial);
        ck_assert_str_eq(denial.bytes, grants[at].denial);
        ck_assert_ptr_eq(conflicts[0].rule, rule);
    }
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
    char *text = text_of(evidence, policy);
    struct compiled compiled;
    int there = compiled_from_text(text, &compiled);
    ck_assert_int_ge(there, 0);
    if (there == 0) {
        compiled_done(&compiled);
    }
    ck_assert_uint_eq(count_of(text, "\n  audit deny "), FLOOR_ROWS - count);
    json_t *json = armor_profile_to_json(evidence);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "conflicts")), count);
    ck_assert(!json_object_get(json, "conflicts") == (count == 0));
    json_decref(json);
    free(text);
    free(conflicts);
    armor_text_done(&denial);
    armor_profile_free(policy);
    armor_profile_free(evidence);
}

START_TEST(gives_way)
{
    check_grant(_i, ARMOR_ORIGIN_OBSERVED);
    check_grant(_i, ARMOR_ORIGIN_ACCEPTED);
    check_grant(_i, ARMOR_ORIGIN_SEEDED);
}
END_TEST

/* A word on a pattern that lets go what waited: that was seen, and the floor isn't to break it. */
START_TEST(gives_way_to_what_a_pattern_lets_go)
{
    struct armor_profile *evidence = new_profile();
    struct armor_conflict *conflicts = NULL;
    struct armor_floor_word word = {0};
    size_t count = 0;
    struct armor_rule *held = add(evidence, ARMOR_RULE_FILE, ARMOR_STATE_QUARANTINED, "/proc/sys/vm/x",
                                  ARMOR_FILE_WRITE, ARMOR_ORIGIN_OBSERVED);
    held->count = 1;
    ck_assert_int_eq(armor_floor_conflicts(evidence, &conflicts, &count), 0);
    ck_assert_uint_eq(count, 0);
    more_of(evidence, add(evidence, ARMOR_RULE_FILE, ARMOR_STATE_ACTIVE, "/proc/sys/**", ARMOR_FILE_WRITE,
                          ARMOR_ORIGIN_ACCEPTED))
        ->decided_usec = 7;
    ck_assert_int_eq(armor_floor_conflicts(evidence, &conflicts, &count), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(conflicts[0].denial->name, "/proc/sys/[^k]*/**");
    ck_assert_int_eq(armor_floor_weigh(evidence, 7, &word), 0);
    ck_assert_uint_eq(word.lifted_count, 1);
    ck_assert_str_eq(word.lifted->name, "/proc/sys/[^k]*/**");
    ck_assert_uint_eq(word.held_count, 2);
    ck_assert_str_eq(word.held->name, "/proc/sys/[^k]*");
    ck_assert_int_eq(armor_floor_weigh(evidence, 8, &word), 0); /* another decision has no part in it */
    ck_assert_uint_eq(word.held_count, 0);
    ck_assert_uint_eq(word.lifted_count, 0);
    free(conflicts);
    armor_profile_free(evidence);
}
END_TEST

/* A seed's denials give way to what was seen; an operator's stay, and aren't audited. */
START_TEST(denials_of_seeds_and_operators)
{
    struct armor_profile *evidence = new_profile();
    struct armor_profile *policy = NULL;
    const struct armor_generalise_options options = {0};
    (void)add_file(evidence, "/etc/x", ARMOR_FILE_WRITE);
    (void)add(evidence, ARMOR_RULE_FILE, ARMOR_STATE_DENIED, "/etc/**", ARMOR_FILE_WRITE,
              ARMOR_ORIGIN_SEEDED);
    (void)add(evidence, ARMOR_RULE_FILE, ARMOR_STATE_DENIED, "/usr/**", ARMOR_FILE_WRITE,
              ARMOR_ORIGIN_SEEDED);
    (void)add(evidence, ARMOR_RULE_CAPABILITY, ARMOR_STATE_DENIED, "chown", 0, ARMOR_ORIGIN_SEEDED);
    more_of(evidence, add(evidence, ARMOR_RULE_FILE, ARMOR_STATE_DENIED, "/etc/*", ARMOR_FILE_WRITE,
                          ARMOR_ORIGIN_ACCEPTED))
        ->decided_usec = 1;
    ck_assert_int_eq(armor_generalise(evidence, &options, &policy), 0);
    char *text = text_of(evidence, policy);
    ck_assert_ptr_null(strstr(text, "deny /etc/** w,"));
    ck_assert_ptr_nonnull(strstr(text, "\n  audit deny /usr/** w,"));
    ck_assert_ptr_nonnull(strstr(text, "\n  audit deny capability chown,"));
    ck_assert_ptr_nonnull(strstr(text, "\n  deny /etc/* w,"));
    free(text);
    ck_assert_int_eq(armor_floor_lay(evidence, policy), 0); /* it lies there already */
    struct armor_text learning = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    ck_assert_int_eq(armor_render(policy, ARMOR_MODE_LEARNING, NULL, &learning), 0);
    ck_assert_ptr_null(strstr(learning.bytes, "deny"));
    armor_text_done(&learning);
    armor_profile_free(policy);
    armor_profile_free(evidence);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("floor");
    TCase *tcase = check_case(suite, "floor");
    tcase_add_test(tcase, holds_where_rules_are_too_wide);
    tcase_add_loop_test(tcase, gives_way, 0, LENGTH(grants));
    tcase_add_test(tcase, gives_way_to_what_a_pattern_lets_go);
    tcase_add_test(tcase, denials_of_seeds_and_operators);
    return check_main(suite);
}
