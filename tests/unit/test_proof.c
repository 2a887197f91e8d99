/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the proof asks of the kernel, and what armord's own matcher says of all that was seen. */
#include "check_main.h"
#include "proof.h"
#include "rule_more.h"

#include "armor/render.h"

#include <errno.h>
#include <stdio.h>

static struct armor_profile *evidence, *policy;
static struct proof proof;
static struct gate_proof result;

static void set_up(void)
{
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &evidence), 0);
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &policy), 0);
    (void)snprintf(policy->label, sizeof policy->label, "%s", LOADER_CANDIDATE);
}

static void tear_down(void)
{
    json_decref(result.refusals);
    proof_done(&proof);
    armor_profile_free(evidence);
    armor_profile_free(policy);
    result = (struct gate_proof){0};
}

static struct armor_rule *add(struct armor_profile *profile, struct armor_access access)
{
    struct armor_rule *rule = NULL;
    ck_assert_int_ge(armor_profile_merge(profile, &access, &rule), 0);
    rule->count = 1;
    return rule;
}

static void seen_and_allowed(struct armor_access access)
{
    (void)add(evidence, access);
    (void)add(policy, access);
}

/* The loader answers with CODE, and with REFUSED for the first eight queries. */
static void prove(int code, uint8_t refused)
{
    ck_assert_int_eq(proof_make(evidence, policy, 1, &proof), 0);
    struct loader_reply reply = {.code = code,
                                 .stage = code ? LOADER_STAGE_VERIFY : LOADER_STAGE_DONE,
                                 .asked = code ? 0 : (uint32_t)proof.asked,
                                 .compile_usec = 1000,
                                 .text = "no answer"};
    reply.refused[0] = refused;
    proof_read(&proof, evidence, &reply, &result);
}

static const struct armor_access chown_it = {.kind = ARMOR_RULE_CAPABILITY, .name = {"chown", 5}};
static const struct armor_access passwd = {.kind = ARMOR_RULE_FILE,
                                           .mask = ARMOR_FILE_READ,
                                           .name = {"/etc/passwd", 11}};

START_TEST(each_access_is_asked_or_checked)
{
    seen_and_allowed(chown_it);
    seen_and_allowed(passwd);
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_EXEC, .name = ARMOR_SLICE("/bin/a b")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_NETWORK,
                                           .name = ARMOR_SLICE("inet"),
                                           .detail = ARMOR_SLICE("stream")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_SIGNAL,
                                           .mask = ARMOR_SIGNAL_RECEIVE,
                                           .name = ARMOR_SLICE("term"),
                                           .peer = ARMOR_SLICE("armord-web")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_PTRACE,
                                           .mask = ARMOR_PTRACE_READ,
                                           .peer = ARMOR_SLICE("unconfined")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_UNIX,
                                           .mask = ARMOR_UNIX_CONNECT | ARMOR_UNIX_SEND,
                                           .detail = ARMOR_SLICE("stream"),
                                           .peer = ARMOR_SLICE("armord-web"),
                                           .options = ARMOR_SLICE("@abstract")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_MOUNT,
                                           .name = ARMOR_SLICE("/m\\[1\\]/"),
                                           .detail = ARMOR_SLICE("tmpfs"),
                                           .peer = ARMOR_SLICE("none"),
                                           .options = ARMOR_SLICE("rw, nosuid")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_UMOUNT, .name = ARMOR_SLICE("/m/")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_LINK,
                                           .name = ARMOR_SLICE("/new"),
                                           .peer = ARMOR_SLICE("/old")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_PIVOT_ROOT,
                                           .name = ARMOR_SLICE("/a/"),
                                           .peer = ARMOR_SLICE("/a/old/")});
    seen_and_allowed(
        (struct armor_access){.kind = ARMOR_RULE_RLIMIT, .name = ARMOR_SLICE("nofile"), .value = 1024});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_DBUS,
                                           .mask = ARMOR_DBUS_SEND,
                                           .detail = ARMOR_SLICE("system"),
                                           .name = ARMOR_SLICE("/org/x"),
                                           .options = ARMOR_SLICE("org.x.Y.Get")});
    seen_and_allowed((struct armor_access){.kind = ARMOR_RULE_USERNS, .mask = ARMOR_USERNS_CREATE});
    prove(0, 0);
    ck_assert_str_eq(proof.text.bytes + proof.text.length - proof.lines,
                     "file 4 2f6574632f706173737764\nfile 1 2f62696e2f612062\nnet 2 1\n");
    ck_assert_uint_eq(result.kernel, 3);
    ck_assert_uint_eq(result.checked, 11);
    ck_assert_uint_eq(result.unjudged, 0);
    ck_assert_uint_eq(result.refused, 0);
}
END_TEST

START_TEST(what_the_text_lacks_is_refused)
{
    seen_and_allowed(passwd);
    (void)add(evidence, chown_it);
    prove(0, 0);
    ck_assert_uint_eq(result.refused, 1);
    ck_assert_str_eq(json_string_value(json_array_get(result.refusals, 0)), "capability chown,");
}
END_TEST

START_TEST(the_kernel_or_the_matcher_refuses)
{
    seen_and_allowed(chown_it);
    seen_and_allowed(passwd);
    prove(0, 1);
    ck_assert_uint_eq(result.refused, 1);
    ck_assert_str_eq(json_string_value(json_array_get(result.refusals, 0)), "/etc/passwd r,");
}
END_TEST

START_TEST(an_operators_denial_refuses_what_was_seen)
{
    seen_and_allowed(chown_it);
    struct armor_access denied = chown_it;
    denied.state = ARMOR_STATE_DENIED;
    (void)add(policy, denied);
    prove(0, 0);
    ck_assert_uint_eq(result.refused, 1);
}
END_TEST

START_TEST(a_pattern_is_judged_by_its_example)
{
    static const struct armor_access many = {.kind = ARMOR_RULE_FILE,
                                             .mask = ARMOR_FILE_READ,
                                             .name = {"/proc/[0-9]*/stat", 17}};
    seen_and_allowed(many);
    prove(0, 0);
    ck_assert_uint_eq(result.unjudged, 1);
    ck_assert_uint_eq(result.kernel + result.checked, 0);
    tear_down();
    set_up();
    struct armor_rule_more *more = more_of(evidence, add(evidence, many));
    ck_assert_int_ge(armor_profile_word(evidence, ARMOR_SLICE("/proc/12/stat"), &more->sample), 0);
    (void)add(policy, many);
    prove(0, 0);
    ck_assert_uint_eq(result.kernel, 1);
    ck_assert_uint_eq(result.refused, 0);
}
END_TEST

START_TEST(without_an_answer_the_matcher_speaks_alone)
{
    seen_and_allowed(passwd);
    (void)add(evidence, chown_it);
    prove(-EIO, 0);
    ck_assert_uint_eq(result.kernel, 0);
    ck_assert_uint_eq(result.checked, 2);
    ck_assert_uint_eq(result.refused, 1);
    ck_assert(result.compiled);
    ck_assert_str_eq(result.complaint, "no answer");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("proof");
    TCase *tests = check_case(suite, "proof");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, each_access_is_asked_or_checked);
    tcase_add_test(tests, what_the_text_lacks_is_refused);
    tcase_add_test(tests, the_kernel_or_the_matcher_refuses);
    tcase_add_test(tests, an_operators_denial_refuses_what_was_seen);
    tcase_add_test(tests, a_pattern_is_judged_by_its_example);
    tcase_add_test(tests, without_an_answer_the_matcher_speaks_alone);
    return check_main(suite);
}
