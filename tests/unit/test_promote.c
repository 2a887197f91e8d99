/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promotion: each verb, against a stand-in for the loader. */
#include "promote_rig.h"

START_TEST(learn_raises_loads_and_stores)
{
    loader.world.audit_lost = 9;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_uint_eq(loader.count, 3);
    fake_loader_expect(&loader, 0, LOADER_AUDIT_STATUS, "");
    fake_loader_expect(&loader, 1, LOADER_AUDIT_BACKLOG, "");
    ck_assert_uint_eq(loader.requests[1].request.value, 8192);
    fake_loader_expect(&loader, 2, LOADER_LOAD, "armord-web");
    ck_assert_uint_eq(loader.requests[2].request.mode, LOADER_MODE_COMPLAIN);
    ck_assert_ptr_nonnull(strstr(loader.requests[2].text, "audit /** px -> armord-web,"));
    ck_assert_ptr_eq(result.container, find("web"));

    struct registry *registry = stored();
    const struct container *container = registry_find(registry, ARMOR_SLICE("web"));
    ck_assert_int_eq(container->mode, ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(container->revision, 1);
    ck_assert_int_eq(container->lost_base.value, 9);
    ck_assert_uint_eq(container->profile->rule_count, find("web")->profile->rule_count);
    ck_assert_uint_gt(container->profile->rule_count, 0);
    registry_free(registry);

    char *text;
    struct armor_error err = {0};
    ck_assert_int_eq(store_revision_text(manager.store, find("web"), 1, &text, &err), 0);
    ck_assert_str_eq(text, loader.requests[2].text);
    free(text);
    ck_assert_int_eq(ring_after(manager.ring, 0)->topic, RING_MODE);
    ck_assert_int_eq(loader_client_reach(manager.loader), LOADER_REACH_YES);
}
END_TEST

static const char *const bad_names[] = {"", "../x", "a/b", "-a", "a.dpkg-old"};

START_TEST(bad_names_are_refused)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, bad_names[_i]), PROMOTE_NAME_INVALID);
    ck_assert_uint_eq(loader.count, 0);
    ck_assert_uint_eq(registry_count(manager.containers), 0);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, bad_names[_i]), PROMOTE_CONTAINER_UNKNOWN);
}
END_TEST

START_TEST(what_does_not_fit_the_mode_is_refused)
{
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_CONTAINER_UNKNOWN);
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    size_t asked = loader.count;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_CONTAINER_EXISTS);
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_MODE_CONFLICT);
    ck_assert_uint_eq(loader.count, asked);
    ck_assert(!find("web")->changing);
}
END_TEST

START_TEST(one_change_at_a_time)
{
    start(PROMOTE_LEARN, "web");
    start(PROMOTE_LEARN, "web");
    ck_assert_uint_eq(ended, 1);
    ck_assert_int_eq(result.failure, PROMOTE_BUSY);
    start(PROMOTE_FORGET, "web");
    ck_assert_int_eq(result.failure, PROMOTE_BUSY);
    start(PROMOTE_LEARN, "db"); /* another container may */
    turn(4);
    ck_assert_int_eq(result.failure, PROMOTE_OK);
    ck_assert_uint_eq(registry_count(manager.containers), 2);
}
END_TEST

START_TEST(enforce_asks_the_gates)
{
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(result.gates_asked);
    ck_assert(result.gates[GATE_COMPLETE].passed);
    ck_assert(!result.gates[GATE_OBSERVED].passed);
    ck_assert(result.gates[GATE_CONTAINED].passed);
    ck_assert_ptr_nonnull(strstr(result.gates[GATE_OBSERVED].reason, "--security-opt apparmor=armord-web"));
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);

    observe("web", "/etc/passwd");
    loader.world.processes = 1;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    const struct fake_request *last = last_load(0);
    ck_assert_uint_eq(last->request.mode, LOADER_MODE_ENFORCE);
    ck_assert_ptr_nonnull(strstr(last->text, "/etc/passwd r,"));
    ck_assert_ptr_null(strstr(last->text, "px -> armord-web"));
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    ck_assert_str_eq(result.advice, "");

    struct registry *registry = stored();
    ck_assert_int_eq(registry_find(registry, ARMOR_SLICE("web"))->mode, ARMOR_MODE_ENFORCED);
    registry_free(registry);
    struct revision *revisions;
    size_t count;
    struct armor_error err = {0};
    ck_assert_int_eq(store_revisions(manager.store, find("web"), &revisions, &count, &err), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(revisions[1].reason, "enforce");
    ck_assert_ptr_nonnull(strstr(revisions[1].gates, "\"gate\":\"complete\",\"passed\":true"));
    store_free_revisions(revisions, count);
}
END_TEST

START_TEST(fresh_loss_shuts_a_gate_and_can_be_overridden)
{
    prepare("web", "/etc/passwd", false);
    loader.world.audit_lost = 3;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(!result.gates[GATE_COMPLETE].passed);
    ck_assert_uint_eq(find("web")->lost, 3);

    struct promote_request request = {.verb = PROMOTE_ENFORCE,
                                      .name = "web",
                                      .override = {[GATE_COMPLETE] = true, [GATE_READY] = true}};
    promote_start(&manager, &request, on_done, NULL);
    turn(3);
    ck_assert_int_eq(result.failure, PROMOTE_OK);
    ck_assert(result.gates[GATE_COMPLETE].overridden);
    ck_assert(!result.gates[GATE_COMPLETE].passed);

    /* A new period of learning starts clean. */
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    ck_assert_uint_eq(find("web")->lost, 0);
    ck_assert(container_complete(find("web")));
    ck_assert_int_eq(find("web")->lost_base.value, 3);
    ck_assert_uint_eq(find("web")->revision, 3);
}
END_TEST

START_TEST(null_children_shut_a_gate_and_want_a_restart)
{
    prepare("web", "/etc/passwd", false);
    loader.world.null_processes = 2;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_GATE_REFUSED);
    ck_assert(!result.gates[GATE_CONTAINED].passed);
    struct promote_request request = {.verb = PROMOTE_ENFORCE,
                                      .name = "web",
                                      .override = {[GATE_CONTAINED] = true, [GATE_READY] = true}};
    promote_start(&manager, &request, on_done, NULL);
    turn(3);
    ck_assert_int_eq(result.failure, PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(result.advice, "restart the container"));
}
END_TEST

static void observe_while_loading(const struct loader_request *request, void *userdata)
{
    if (request->operation == LOADER_LOAD && request->mode == LOADER_MODE_ENFORCE) {
        unsigned *left = userdata;
        if (*left > 0) {
            char file[32];
            (void)snprintf(file, sizeof file, "/late%u", (*left)--);
            observe("web", file);
        }
    }
}

START_TEST(what_is_learned_during_the_load_is_loaded_too)
{
    unsigned late = 1;
    prepare("web", "/etc/passwd", false);
    loader.hook = observe_while_loading;
    loader.userdata = &late;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_ptr_nonnull(strstr(last_load(0)->text, "/late1 r,"));
    ck_assert_ptr_null(strstr(last_load(1)->text, "/late1 r,"));
}
END_TEST

START_TEST(a_stream_of_news_does_not_hold_enforce_up)
{
    unsigned late = 100;
    prepare("web", "/etc/passwd", false);
    loader.hook = observe_while_loading;
    loader.userdata = &late;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    ck_assert_uint_eq(late, 100 - 3); /* three loads */
}
END_TEST

START_TEST(events_during_learn_find_their_container)
{
    start(PROMOTE_LEARN, "web");
    observe("web", "/early");
    turn(1);
    ck_assert_int_eq(result.failure, PROMOTE_OK);
    struct registry *registry = stored();
    ck_assert_uint_eq(registry_find(registry, ARMOR_SLICE("web"))->profile->rule_count,
                      find("web")->profile->rule_count);
    registry_free(registry);
    ck_assert_uint_eq(pipeline_counters(manager.pipeline)->foreign, 0);
}
END_TEST

/* The kernel's word on each load, numbered on from 1, comes before the loader's answer. */
static void say_load(const struct loader_request *request, void *userdata)
{
    uint32_t *serial = userdata;
    char record[256];
    struct armor_record taken;
    if (request->operation != LOADER_LOAD) {
        return;
    }
    (void)snprintf(record, sizeof record,
                   "audit(1700000000.123:%u): apparmor=\"STATUS\" operation=\"profile_replace\" "
                   "profile=\"unconfined\" name=\"%s\" pid=7 comm=\"armor-loader\"",
                   ++*serial, request->name);
    ck_assert_int_eq(armor_record_from_netlink(1400, armor_slice_of(record), &taken, NULL), 1);
    pipeline_record(manager.pipeline, &taken);
}

/* From the load that it began with to the one that enforced it; what is loaded in between tells nothing. */
START_TEST(the_term_is_between_two_loads)
{
    uint32_t serial = 0;
    loader.hook = say_load;
    loader.userdata = &serial;
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    const struct term *term = &find("web")->term;
    ck_assert_int_eq(term->from.value, 1);
    ck_assert_int_eq(run_seeded("web", "/data/x", ARMOR_SEED_GRANTED), PROMOTE_OK);
    observe("web", "/etc/hosts");
    loader.refuse[LOADER_LOAD] = -EIO;
    loader.stage[LOADER_LOAD] = LOADER_STAGE_VERIFY; /* the kernel may have it */
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_LOADER_REFUSED);
    loader.refuse[LOADER_LOAD] = 0;
    ck_assert_int_eq(term->from.value, 1);
    ck_assert(!term->to.present);
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_OK);
    uint32_t enforced = serial;
    ck_assert_int_eq(term->from.value, 1);
    ck_assert_int_eq(term->to.value, enforced);
    ck_assert_int_eq(run(PROMOTE_COMPLAIN, "web"), PROMOTE_OK);
    ck_assert_int_eq(term->from.value, enforced + 1);
    ck_assert(!term->to.present);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promote");
    TCase *all = check_case(suite, "promote");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_test(all, learn_raises_loads_and_stores);
    tcase_add_loop_test(all, bad_names_are_refused, 0, LENGTH(bad_names));
    tcase_add_test(all, what_does_not_fit_the_mode_is_refused);
    tcase_add_test(all, one_change_at_a_time);
    tcase_add_test(all, enforce_asks_the_gates);
    tcase_add_test(all, fresh_loss_shuts_a_gate_and_can_be_overridden);
    tcase_add_test(all, null_children_shut_a_gate_and_want_a_restart);
    tcase_add_test(all, what_is_learned_during_the_load_is_loaded_too);
    tcase_add_test(all, a_stream_of_news_does_not_hold_enforce_up);
    tcase_add_test(all, events_during_learn_find_their_container);
    tcase_add_test(all, the_term_is_between_two_loads);
    return check_main(suite);
}
