/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the API says of a profile's rules, of accesses, and of revisions. */
#include "api_rig.h"
#include "check_main.h"

#include "armor/render.h"
#include "store.h"

#include <jansson.h>
#include <stdlib.h>

static struct rig rig;
static struct container *web;

static struct armor_rule *add_rule(enum armor_state state, const char *name)
{
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .state = state,
                                        .mask = ARMOR_FILE_READ,
                                        .name = armor_slice_of(name)};
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(web->profile, &access, &rule), 1);
    rule->count = 1;
    return rule;
}

static void setup(void)
{
    rig_open(&rig);
    web = rig_container(&rig, "web");
    (void)add_rule(ARMOR_STATE_ACTIVE, "/etc/hosts");
    (void)add_rule(ARMOR_STATE_QUARANTINED, "/etc/shadow");
}

static void teardown(void)
{
    rig_close(&rig);
}

/* Keep TEXT as revision NUMBER. */
static void add_revision(uint32_t number, const char *text)
{
    struct armor_error err = {0};
    struct revision revision = {.number = number, .reason = "enforce", .author = "root (uid 0)"};
    web->revision = number;
    ck_assert_int_eq(store_begin(rig.manager.store, &err), 0);
    ck_assert_int_eq(store_add_revision(rig.manager.store, web, &revision, armor_slice_of(text), &err), 0);
    ck_assert_int_eq(store_commit(rig.manager.store, &err), 0);
}

/* What is asked behind the container's path, the status, and what the answer has to say. */
static const struct {
    const char *target;
    int status;
    const char *part;
} cases[] = {
    {"/explain?path=/etc/hosts", 200, "\"standing\":\"allowed\""},
    {"/explain?path=/etc/hosts&access=rw", 200, "\"missing\":\"w\""},
    {"/explain?path=/etc/shadow", 200, "\"remedies\":[{\"rule\":\"/etc/shadow r,\"}]"},
    {"/explain?path=/etc/%FF%22", 200, "\"rule_hex\":"},
    {"/explain?path=/proc/sysrq-trigger&access=w", 200, "\"deny /proc/sysrq-trigger rwklx,\""},
    {"/explain?rule=/etc/hosts%20r,", 200, "\"pieces\":1"},
    {"/explain?rule=capability%20sys_admin", 200, "\"guard\":\"capability\""},
    {"/explain", 400, "One of the keys rule and path"},
    {"/explain?rule=/a%20r,&path=/a", 400, "One of the keys rule and path"},
    {"/explain?rule=/a%20r,&access=r", 400, "One of the keys rule and path"},
    {"/explain?path=a", 400, "begins with a slash"},
    {"/explain?path=/a&access=z", 400, "letters"},
    {"/explain?rule=%7d%20profile%20x%20%7b", 400, "can't be asked: 1:"},
    {"/diff", 200, "{\"change\":\"added\",\"to\":\"/etc/hosts r,\"}"},
    {"/diff?from=now&to=loaded", 200, "{\"change\":\"removed\",\"from\":\"/etc/hosts r,\"}"},
    {"/diff?from=now", 200, "\"differences\":[]"},
    {"/diff?from=1&to=1", 200, "\"differences\":[]"},
    {"/diff?from=2", 404, "Revision 2 of web"},
    {"/diff?from=0", 400, "loaded, now, or"},
    {"/diff?to=x", 400, "loaded, now, or"},
    {"/diff?to=99999999999", 400, "loaded, now, or"},
};

START_TEST(answers)
{
    char target[160];
    (void)snprintf(target, sizeof target, "/v1/containers/web%s", cases[_i].target);
    struct answer answer = rig_request(&rig, rig.read, "GET", target, NULL);
    ck_assert_int_eq(answer.status, cases[_i].status);
    ck_assert_msg(strstr(answer.body, cases[_i].part), "%s", answer.body);
    answer_done(&answer);
}
END_TEST

/* How a mode logs is no difference: the text that learning has now and the enforced one differ by the denials under it alone. */
START_TEST(learning_and_enforced_are_compared)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    ck_assert_int_eq(armor_render(web->profile, ARMOR_MODE_LEARNING, NULL, &text), 0);
    add_revision(2, text.bytes);
    armor_text_done(&text);
    struct answer answer = rig_request(&rig, rig.read, "GET", "/v1/containers/web/diff", NULL);
    ck_assert_str_eq(json_string_value(rig_member(&answer, "from")), "revision 2");
    ck_assert_str_eq(json_string_value(rig_member(&answer, "to")), "now");
    const json_t *list = rig_member(&answer, "differences");
    ck_assert_uint_gt(json_array_size(list), 10);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *difference = json_array_get(list, i);
        ck_assert_str_eq(json_string_value(json_object_get(difference, "change")), "added");
        const char *to = json_string_value(json_object_get(difference, "to"));
        ck_assert_msg(strncmp(to, "audit deny ", 11) == 0, "%s", to);
    }
    answer_done(&answer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_explain");
    TCase *tcase = check_case(suite, "api_explain");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, answers, 0, (int)LENGTH(cases));
    tcase_add_test(tcase, learning_and_enforced_are_compared);
    return check_main(suite);
}
