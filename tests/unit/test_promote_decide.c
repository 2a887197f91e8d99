/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accept, deny and rollback, against a stand-in for the loader: what the kernel gets, what the store has, what is undone. */
#include "promote_rig.h"

#include "armor/stated.h"

#define ACCEPT(text) ((struct promote_request){.verb = PROMOTE_ACCEPT, .name = "web", .rule = (char *)(text)})
#define DENY(text)   ((struct promote_request){.verb = PROMOTE_DENY, .name = "web", .rule = (char *)(text)})

/* A container that learned /etc/passwd and is enforced, and was refused /etc/services twice. */
static void enforced(void)
{
    make();
    prepare("web", "/etc/passwd", true);
    kernel_says("DENIED", "web", "/etc/services");
    kernel_says("DENIED", "web", "/etc/services");
    ck_assert_uint_eq(find("web")->denials.count, 1);
}

static struct armor_rule *rule_of(const struct container *container, const char *file, enum armor_state state)
{
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .state = state,
                                        .name = {file, strlen(file)}};
    return armor_profile_find(container->profile, &access);
}

static void check_stored(const char *file, enum armor_state state, const char *who)
{
    struct registry *registry = stored();
    const struct container *container = registry_find(registry, ARMOR_SLICE("web"));
    const struct armor_rule *rule = rule_of(container, file, state);
    ck_assert_ptr_nonnull(rule);
    ck_assert_str_eq(armor_rule_more(rule)->decided_by, who);
    ck_assert_int_gt(armor_rule_more(rule)->decided_usec, 0);
    ck_assert_uint_eq(container->denials.count, 0);
    registry_free(registry);
}

START_TEST(an_accepted_denial_is_in_force_at_once)
{
    ck_assert_int_eq(ask(ACCEPT("/etc/services r,")), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  /etc/services r,"));
    ck_assert_uint_eq(last_load(0)->request.mode, LOADER_MODE_ENFORCE);
    const struct armor_rule *rule = rule_of(find("web"), "/etc/services", ARMOR_STATE_ACTIVE);
    ck_assert_int_eq(rule->origin, ARMOR_ORIGIN_ACCEPTED);
    ck_assert_uint_eq(rule->count, 2);
    ck_assert_int_gt(rule->first_usec, 0);
    ck_assert_uint_eq(find("web")->denials.count, 0);
    ck_assert_uint_eq(find("web")->revision, 3);
    check_stored("/etc/services", ARMOR_STATE_ACTIVE, "root (uid 0)");

    struct revision *revisions;
    size_t count;
    struct armor_error err = {0};
    ck_assert_int_eq(store_revisions(manager.store, find("web"), &revisions, &count, &err), 0);
    ck_assert_str_eq(revisions[count - 1].reason, "accept /etc/services r,");
    store_free_revisions(revisions, count);
}
END_TEST

START_TEST(a_denial_is_known_by_its_number)
{
    struct promote_request request = {.verb = PROMOTE_ACCEPT, .name = "web", .denial = 1, .note = "reviewed"};
    ck_assert_int_eq(ask(request), PROMOTE_OK);
    check_stored("/etc/services", ARMOR_STATE_ACTIVE, "root (uid 0)");
    ck_assert_int_eq(ask(request), PROMOTE_RULE_UNKNOWN);
}
END_TEST

START_TEST(a_denied_one_stays_denied)
{
    ck_assert_int_eq(ask(DENY("/etc/services r")), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  deny /etc/services r,"));
    check_stored("/etc/services", ARMOR_STATE_DENIED, "root (uid 0)");

    /* Learned again it would stand beside its denial. */
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    ck_assert_ptr_null(strstr(last_load(0)->text, "/etc/services"));
    observe("web", "/etc/services");
    ck_assert_ptr_null(rule_of(find("web"), "/etc/services", ARMOR_STATE_ACTIVE));
    ck_assert_uint_eq(rule_of(find("web"), "/etc/services", ARMOR_STATE_DENIED)->count, 3);

    /* And the operator may think again; what was printed as a denial is found by it. */
    ck_assert_int_eq(ask(ACCEPT("deny /etc/services r,")), PROMOTE_OK);
    ck_assert_ptr_null(rule_of(find("web"), "/etc/services", ARMOR_STATE_DENIED));
    check_stored("/etc/services", ARMOR_STATE_ACTIVE, "root (uid 0)");
}
END_TEST

START_TEST(an_active_rule_can_be_denied_in_part)
{
    struct armor_rule *rule;
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .mask = ARMOR_FILE_READ | ARMOR_FILE_WRITE,
                                        .name = ARMOR_SLICE("/srv/x")};
    ck_assert_int_eq(armor_profile_merge(find("web")->profile, &access, &rule), 1);
    (void)rule;
    char record[] =
        "audit(1700000000.123:45): apparmor=\"DENIED\" operation=\"open\" profile=\"armord-web\" "
        "name=\"/srv/x\" requested_mask=\"w\" denied_mask=\"w\"";
    struct armor_record taken;
    ck_assert_int_eq(armor_record_from_netlink(1400, armor_slice_of(record), &taken, NULL), 1);
    pipeline_record(manager.pipeline, &taken);
    ck_assert_int_eq(ask(DENY("/srv/x w,")), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  /srv/x r,"));
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  deny /srv/x w,"));
}
END_TEST

START_TEST(while_learning_nothing_is_loaded)
{
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    size_t asked = loader.count;
    uint32_t revision = find("web")->revision;
    ck_assert_int_eq(ask(ACCEPT("  /etc/services r  ")), PROMOTE_OK);
    ck_assert_uint_eq(loader.count, asked);
    ck_assert_uint_eq(find("web")->revision, revision);
    check_stored("/etc/services", ARMOR_STATE_ACTIVE, "root (uid 0)");
}
END_TEST

START_TEST(all_denials_at_once)
{
    kernel_says("DENIED", "web", "/etc/group");
    kernel_says("DENIED", "web", "/etc/hosts");
    kernel_says("DENIED", "web", "/etc/shadow");
    const struct promote_request all = {.verb = PROMOTE_ACCEPT, .name = "web", .all_denials = true};
    ck_assert_int_eq(ask(all), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  /etc/group r,"));
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "  /etc/hosts r,"));
    ck_assert_ptr_null(strstr(last_load(0)->text, "/etc/shadow"));
    ck_assert_uint_eq(find("web")->denials.count, 1); /* a guard rail holds that one */
    ck_assert_ptr_nonnull(strstr(result.advice, "1 denials were left"));
    ck_assert_int_eq(ask(all), PROMOTE_RULE_GUARDED);
    ck_assert_int_eq(ask((struct promote_request){.verb = PROMOTE_ACCEPT, .name = "web", .denial = 4}),
                     PROMOTE_OK);
    ck_assert_int_eq(ask(all), PROMOTE_RULE_UNKNOWN);
}
END_TEST

START_TEST(what_waits_in_quarantine_can_be_decided)
{
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    const struct armor_access access = {.kind = ARMOR_RULE_CHANGE_PROFILE,
                                        .state = ARMOR_STATE_QUARANTINED,
                                        .name = ARMOR_SLICE("other")};
    struct armor_rule *rule;
    ck_assert_int_eq(armor_profile_merge(find("web")->profile, &access, &rule), 1);
    ck_assert_int_eq(ask(DENY("change_profile -> other,")), PROMOTE_OK);
    ck_assert_int_eq(find("web")->profile->rules[find("web")->profile->rule_count - 1]->state,
                     ARMOR_STATE_DENIED);
    ck_assert_int_eq(ask(DENY("change profile another,")), PROMOTE_RULE_UNKNOWN);
    ck_assert_ptr_nonnull(strstr(result.detail, "change profile another,"));
    ck_assert_int_eq(ask(DENY(" , ")), PROMOTE_RULE_UNKNOWN);
}
END_TEST

/* What `rules` and `show` print of several accesses is decided of them all, and of those that come. */
START_TEST(a_rule_of_many_names_can_be_denied)
{
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    observe("web", "/srv/www/");
    observe("web", "/srv/www/a.html");
    observe("web", "/srv/www/b.html");
    observe("web", "/srv/www/c.html");
    observe("web", "/srv/www/d.html");
    ck_assert_int_eq(ask(DENY("/srv/www/*.html r,")), PROMOTE_OK);
    ck_assert_str_eq(result.advice, "");
    observe("web", "/srv/www/e.html");
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  deny /srv/www/*.html r,"));
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /srv/www/ r,"));
    ck_assert_ptr_null(strstr(last_load(0)->text, "\n  /srv/www/*"));
    ck_assert_ptr_null(strstr(last_load(0)->text, ".html r,\n  /srv/www/e"));

    ck_assert_int_eq(ask(ACCEPT("/srv/www/*.html r,")), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /srv/www/*.html r,"));
    ck_assert_ptr_null(strstr(last_load(0)->text, "deny /srv/www/"));
}
END_TEST

/* A rule that nothing reads as is taken as it is written; denials that it settles wait no more. */
START_TEST(a_rule_can_be_written_by_hand)
{
    ck_assert_int_eq(ask(ACCEPT("/etc/serv* r,")), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /etc/serv* r,"));
    ck_assert_uint_eq(find("web")->denials.count, 0);
    ck_assert_int_eq(rule_of(find("web"), "/etc/serv*", ARMOR_STATE_ACTIVE)->origin, ARMOR_ORIGIN_ACCEPTED);
    ck_assert_int_eq(ask(ACCEPT("/bin/sh rix,")), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /bin/sh rm,"));
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /bin/sh px -> armord-web,"));
    ck_assert_ptr_nonnull(strstr(result.advice, "nothing has asked for /bin/sh rix, so far"));

    ck_assert_int_eq(ask(ACCEPT("/** r,")), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "audit deny /proc/kcore rwklx,"));
    ck_assert_str_eq(
        result.advice,
        "nothing has asked for /** r, so far: see that it is what was meant; `deny /proc/kcore rwklx,` and 4 "
        "more denials go on refusing what is meant by its own name alone: armorctl accept web '/proc/kcore "
        "r,'");
    ck_assert_int_eq(ask(ACCEPT("/proc/kcore r,")), PROMOTE_OK);
    ck_assert_ptr_null(strstr(last_load(0)->text, "deny /proc/kcore"));
    ck_assert_ptr_nonnull(
        strstr(result.advice, "under it `deny /proc/kcore rwklx,` gives way: see that this is meant"));

    const char *const refused[] = {"/a ux,", "other /a r,", "/a r,\n}\nprofile x {\n/b r,", "include <x>",
                                   "file,,"};
    size_t count = find("web")->profile->rule_count;
    for (size_t i = 0; i < LENGTH(refused); i++) {
        ck_assert_int_eq(ask(ACCEPT(refused[i])), PROMOTE_RULE_UNKNOWN);
    }
    ck_assert_uint_eq(find("web")->profile->rule_count, count);
}
END_TEST

/* A profile's rules as a request for NAME brings them. */
static struct promote_request from_profile(enum promote_verb verb, const char *name, const char *json)
{
    struct promote_request request = {.verb = verb};
    struct armor_error err = {0};
    (void)snprintf(request.name, sizeof request.name, "%s", name);
    json_t *rules = json_loads(json, 0, NULL);
    ck_assert_int_eq(armor_stated_from_json(rules, armor_slice_of(name), 9, &request.stated, &err), 0);
    json_decref(rules);
    return request;
}

static const char written[] =
    "[{\"rule\": \"/srv/** r,\", \"source\": \"web.profile:3\"},"
    " {\"rule\": \"deny /srv/x r,\", \"source\": \"web.profile:4\"},"
    " {\"rule\": \"/etc/shadow r,\", \"source\": \"web.profile:5\"}]";

START_TEST(a_profile_is_taken_over)
{
    ck_assert_int_eq(ask(DENY("/etc/services r,")), PROMOTE_OK);
    ck_assert_int_eq(ask(from_profile(PROMOTE_ACCEPT, "web", written)), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /srv/** r,"));
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  deny /srv/x r,"));
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /etc/shadow r,"));
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /etc/passwd r,"));
    ck_assert_ptr_nonnull(
        strstr(result.advice, "1 of these rules a guard rail would have held, such as /etc/shadow r,"));
    ck_assert_str_eq(armor_rule_more(rule_of(find("web"), "/etc/shadow", ARMOR_STATE_ACTIVE))->source,
                     "web.profile:5");
    check_stored("/srv/x", ARMOR_STATE_DENIED, "root (uid 0)");
}
END_TEST

START_TEST(learning_starts_from_a_profile)
{
    ck_assert_int_eq(ask(from_profile(PROMOTE_LEARN, "db", written)), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "\n  /srv/** r,"));
    ck_assert_ptr_null(strstr(last_load(0)->text, "deny"));
    ck_assert_int_eq(rule_of(find("db"), "/srv/**", ARMOR_STATE_ACTIVE)->origin, ARMOR_ORIGIN_ACCEPTED);
    observe("db", "/etc/hosts");
    ck_assert_ptr_nonnull(rule_of(find("db"), "/etc/hosts", ARMOR_STATE_ACTIVE));
    ck_assert_int_eq(ask(from_profile(PROMOTE_LEARN, "db", written)), PROMOTE_CONTAINER_EXISTS);
    ck_assert_ptr_nonnull(strstr(result.advice, "--from-profile"));
}
END_TEST

START_TEST(what_the_kernel_refuses_changes_nothing)
{
    loader.refuse[LOADER_LOAD] = -EBADMSG;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_COMPILE;
    ck_assert_int_eq(ask(ACCEPT("/etc/services r,")), PROMOTE_LOADER_REFUSED);
    ck_assert_ptr_null(rule_of(find("web"), "/etc/services", ARMOR_STATE_ACTIVE));
    ck_assert_uint_eq(find("web")->denials.count, 1);
    ck_assert_uint_eq(find("web")->revision, 2);
    ck_assert(!find("web")->changing);
}
END_TEST

START_TEST(what_the_store_refuses_is_undone_in_the_kernel)
{
    const char *before = last_load(0)->text;
    lock_store_at_load();
    ck_assert_int_eq(ask(ACCEPT("/etc/services r,")), PROMOTE_INTERNAL);
    ck_assert_ptr_nonnull(strstr(last_load(1)->text, "/etc/services"));
    ck_assert_str_eq(last_load(0)->text, before);
    ck_assert_ptr_null(rule_of(find("web"), "/etc/services", ARMOR_STATE_ACTIVE));
    ck_assert_uint_eq(find("web")->denials.count, 1);
    ck_assert_uint_eq(find("web")->revision, 2);
    ck_assert_ptr_nonnull(strstr(result.left, "given back"));
}
END_TEST

START_TEST(rollback_loads_the_text_as_it_was)
{
    ck_assert_int_eq(ask(ACCEPT("/etc/services r,")), PROMOTE_OK);
    const char *second = last_load(1)->text;
    const char *third = last_load(0)->text;
    ck_assert_int_eq(run(PROMOTE_ROLLBACK, "web"), PROMOTE_OK);
    ck_assert_str_eq(last_load(0)->text, second);
    ck_assert_uint_eq(last_load(0)->request.mode, LOADER_MODE_ENFORCE);
    const struct container *web = find("web");
    ck_assert_uint_eq(web->pinned, 2);
    ck_assert_uint_eq(web->revision, 4);
    ck_assert_ptr_nonnull(rule_of(web, "/etc/services", ARMOR_STATE_ACTIVE)); /* the evidence stays */
    ck_assert_ptr_nonnull(strstr(result.advice, "revision 2"));

    ck_assert_int_eq(ask((struct promote_request){.verb = PROMOTE_ROLLBACK, .name = "web", .revision = 3}),
                     PROMOTE_OK);
    ck_assert_str_eq(last_load(0)->text, third);
    struct registry *registry = stored();
    ck_assert_uint_eq(registry_find(registry, ARMOR_SLICE("web"))->pinned, 3);
    registry_free(registry);

    /* To revision 1, which was a learning one: it learns again. */
    ck_assert_int_eq(ask((struct promote_request){.verb = PROMOTE_ROLLBACK, .name = "web", .revision = 1}),
                     PROMOTE_OK);
    ck_assert_uint_eq(last_load(0)->request.mode, LOADER_MODE_COMPLAIN);
    ck_assert_int_eq(web->mode, ARMOR_MODE_LEARNING);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_uint_eq(web->pinned, 0);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "/etc/services r,"));
}
END_TEST

START_TEST(rollback_to_what_is_not_kept_is_refused)
{
    ck_assert_int_eq(ask((struct promote_request){.verb = PROMOTE_ROLLBACK, .name = "web", .revision = 9}),
                     PROMOTE_REVISION_UNKNOWN);
    ck_assert_int_eq(run(PROMOTE_LEARN, "db"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ROLLBACK, "db"), PROMOTE_REVISION_UNKNOWN);
    ck_assert_ptr_nonnull(strstr(result.detail, "before revision 1"));
}
END_TEST

/* The kernel gets back the pinned text, and not one rendered from the rules. */
START_TEST(a_pinned_text_is_what_is_given_back)
{
    ck_assert_int_eq(ask(ACCEPT("/etc/services r,")), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ROLLBACK, "web"), PROMOTE_OK);
    const char *pinned = last_load(0)->text;
    kernel_says("DENIED", "web", "/etc/group");
    lock_store_at_load();
    ck_assert_int_eq(ask(ACCEPT("/etc/group r,")), PROMOTE_INTERNAL);
    ck_assert_str_eq(last_load(0)->text, pinned);
    ck_assert_uint_eq(find("web")->pinned, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote_decide");
    TCase *all = check_case(suite, "decide");
    tcase_add_checked_fixture(all, enforced, drop);
    tcase_add_test(all, an_accepted_denial_is_in_force_at_once);
    tcase_add_test(all, a_denial_is_known_by_its_number);
    tcase_add_test(all, a_denied_one_stays_denied);
    tcase_add_test(all, an_active_rule_can_be_denied_in_part);
    tcase_add_test(all, while_learning_nothing_is_loaded);
    tcase_add_test(all, all_denials_at_once);
    tcase_add_test(all, what_waits_in_quarantine_can_be_decided);
    tcase_add_test(all, a_rule_of_many_names_can_be_denied);
    tcase_add_test(all, a_rule_can_be_written_by_hand);
    tcase_add_test(all, a_profile_is_taken_over);
    tcase_add_test(all, learning_starts_from_a_profile);
    tcase_add_test(all, what_the_kernel_refuses_changes_nothing);
    tcase_add_test(all, what_the_store_refuses_is_undone_in_the_kernel);
    tcase_add_test(all, rollback_loads_the_text_as_it_was);
    tcase_add_test(all, rollback_to_what_is_not_kept_is_refused);
    tcase_add_test(all, a_pinned_text_is_what_is_given_back);
    return check_main(suite);
}
