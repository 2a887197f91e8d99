/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes that break off: armord killed at each step, the loader dead at each step, a store that refuses. Afterwards kernel and disk, which are
 * the loader's last load or removal here, have what the store has.
 */
#include "promote_rig.h"

/* The moment of a kill: when the loader has been asked and, maybe, has done it. */
struct moment {
    enum loader_operation operation; /* the request that armord doesn't outlive */
    bool done;                       /* the loader did it; it didn't get to it otherwise */
    bool reached;
};

static void at_request(const struct loader_request *request, void *userdata)
{
    struct moment *moment = userdata;
    if (request->operation != (uint32_t)moment->operation || moment->reached) {
        return;
    }
    moment->reached = true;
    loader.silent = true; /* the answer finds nobody */
    if (moment->done) {
        loader.world.mode = request->operation == LOADER_LOAD ? request->mode : LOADER_MODE_NONE;
    }
}

/* Begin REQUEST and be killed at MOMENT; then a new armord starts, and reconciles until nothing is left to do. */
static void die(struct promote_request request, struct moment *moment)
{
    loader.hook = at_request;
    loader.userdata = moment;
    request.rule = request.rule ? strdup(request.rule) : NULL;
    for (int i = 0; i < GATE_COUNT; i++) {
        request.override[i] = true;
    }
    promote_start(&manager, &request, on_done, NULL);
    while (!moment->reached) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    ck_assert_ptr_nonnull(manager.jobs);
    kill_and_start();
    loader.silent = false;
    loader.hook = NULL;
}

static void lock_at_removal(const struct loader_request *request, void *userdata)
{
    (void)userdata;
    if (request->operation == LOADER_REMOVE) {
        lock_store();
    }
}

static size_t intents(void)
{
    struct armor_error err = {0};
    struct intent *list = NULL;
    size_t count = 0;
    ck_assert_int_eq(store_intents(manager.store, &list, &count, &err), 0);
    free(list);
    return count;
}

static void reconcile(void)
{
    reconcile_look(&manager);
    while (manager.reconcile.busy) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    while (sd_event_run(manager.event, 0) > 0) {
    }
}

/* Kernel and disk are as the store says: the mode, and the text of the revision. */
static void agrees(const char *name)
{
    struct armor_error err = {0};
    const struct container *container = find(name);
    char *text = NULL;
    ck_assert_ptr_nonnull(container);
    ck_assert(!container->changing);
    ck_assert_uint_eq(loader.world.mode,
                      container->mode == ARMOR_MODE_LEARNING ? LOADER_MODE_COMPLAIN : LOADER_MODE_ENFORCE);
    ck_assert_int_eq(store_revision_text(manager.store, container, container->revision, &text, &err), 0);
    ck_assert_str_eq(last_load(0)->text, text);
    ck_assert_uint_eq(intents(), 0);
    free(text);
}

/* What is interrupted, of a container in which mode. */
static const struct {
    struct promote_request request;
    bool enforced;
} changes[] = {
    {{.verb = PROMOTE_ENFORCE, .name = "web"}, false},
    {{.verb = PROMOTE_ROLLBACK, .name = "web", .revision = 1}, true},
    {{.verb = PROMOTE_ACCEPT, .name = "web", .rule = "/a r,"}, true},
    {{.verb = PROMOTE_DENY, .name = "web", .rule = "/a r,"}, true},
};

START_TEST(a_change_that_armord_does_not_outlive_is_taken_back)
{
    bool enforced = changes[_i / 2].enforced;
    struct moment moment = {.operation = LOADER_LOAD, .done = _i % 2};
    prepare("web", "/a", enforced);
    uint32_t revision = find("web")->revision;
    die(changes[_i / 2].request, &moment);
    ck_assert_int_eq(find("web")->mode, enforced ? ARMOR_MODE_ENFORCED : ARMOR_MODE_LEARNING);
    ck_assert_uint_eq(find("web")->revision, revision);
    ck_assert_uint_eq(intents(), 1);
    reconcile();
    agrees("web");
}
END_TEST

/* To take it back would refuse the container what it was let go for. */
START_TEST(a_way_back_to_complain_is_gone_to_its_end)
{
    struct moment moment = {.operation = LOADER_LOAD, .done = _i};
    prepare("web", "/a", true);
    die((struct promote_request){.verb = PROMOTE_COMPLAIN, .name = "web"}, &moment);
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_ENFORCED);
    reconcile();
    ck_assert_int_eq(find("web")->mode, ARMOR_MODE_LEARNING);
    agrees("web");
}
END_TEST

START_TEST(a_learn_that_armord_does_not_outlive_leaves_no_profile)
{
    struct moment moment = {.operation = LOADER_LOAD, .done = _i};
    die((struct promote_request){.verb = PROMOTE_LEARN, .name = "web"}, &moment);
    ck_assert_ptr_null(find("web"));
    loader.refuse[LOADER_REMOVE] = _i ? 0 : -ENOENT;
    loader.stage[LOADER_REMOVE] = LOADER_STAGE_PERSIST;
    reconcile();
    fake_loader_expect(&loader, loader.count - 1, LOADER_REMOVE, "armord-web");
    ck_assert_uint_eq(loader.world.mode, LOADER_MODE_NONE);
    ck_assert_uint_eq(intents(), 0);
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK);
    agrees("web");
}
END_TEST

START_TEST(a_forget_that_armord_does_not_outlive_gives_the_profile_back)
{
    struct moment moment = {.operation = LOADER_REMOVE, .done = _i};
    prepare("web", "/a", true);
    die((struct promote_request){.verb = PROMOTE_FORGET, .name = "web"}, &moment);
    reconcile();
    agrees("web");
}
END_TEST

START_TEST(a_kill_before_the_load_leaves_nothing_to_do)
{
    struct moment moment = {.operation = LOADER_INSPECT};
    prepare("web", "/a", false);
    die((struct promote_request){.verb = PROMOTE_ENFORCE, .name = "web"}, &moment);
    size_t count = loader.count;
    reconcile();
    ck_assert_uint_eq(loader.count, count);
    agrees("web");
}
END_TEST

START_TEST(an_intent_that_cannot_be_stored_changes_nothing)
{
    prepare("web", "/a", false);
    size_t before = loader.count;
    lock_store();
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_INTERNAL);
    ck_assert_ptr_nonnull(strstr(result.left, "nothing was changed"));
    for (size_t i = before; i < loader.count; i++) {
        ck_assert_uint_ne(loader.requests[i].request.operation, LOADER_LOAD);
    }
    ck_assert_uint_eq(loader.world.mode, LOADER_MODE_COMPLAIN);
}
END_TEST

/* The loader dies with the request, and the next one, that of giving back, finds it dead too. */
START_TEST(what_cannot_be_taken_back_now_is_later)
{
    struct moment moment = {.operation = LOADER_LOAD, .done = true};
    prepare("web", "/a", false);
    loader.hook = at_request;
    loader.userdata = &moment;
    ck_assert_int_eq(run(PROMOTE_ENFORCE, "web"), PROMOTE_LOADER_UNREACHABLE); /* silent: two time-outs */
    ck_assert_ptr_nonnull(strstr(result.left, "couldn't be given back"));
    ck_assert_ptr_nonnull(strstr(result.advice, "armorctl doctor"));
    ck_assert_uint_eq(intents(), 1);
    loader.silent = false;
    loader.hook = NULL;
    ck_assert_ptr_nonnull(manager.reconcile.alarm.timer);
    while (intents() > 0) { /* by itself, when the alarm goes off */
        ck_assert_int_gt(sd_event_run(manager.event, 10000000), 0);
    }
    agrees("web");
}
END_TEST

START_TEST(a_loader_that_hangs_up_is_asked_to_give_back)
{
    prepare("web", "/a", true);
    loader.hang_up = true;
    const struct promote_request back = {.verb = PROMOTE_ROLLBACK, .name = "web", .revision = 1};
    ck_assert_int_eq(ask(back), PROMOTE_LOADER_UNREACHABLE);
    loader.hang_up = false;
    reconcile_stop(&manager);
    reconcile();
    agrees("web");
}
END_TEST

/* What a removal that broke off left is nobody's to know: the profile is given back. */
START_TEST(a_removal_that_is_not_answered_is_taken_back)
{
    prepare("web", "/a", true);
    loader.hook = at_request;
    struct moment moment = {.operation = LOADER_REMOVE, .done = true};
    loader.userdata = &moment;
    start(PROMOTE_FORGET, "web");
    while (!moment.reached) {
        ck_assert_int_gt(sd_event_run(manager.event, 5000000), 0);
    }
    loader.silent = false;
    turn(3);
    ck_assert_int_eq(result.failure, PROMOTE_LOADER_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(result.left, "given back"));
    agrees("web");
}
END_TEST

START_TEST(a_forget_that_cannot_be_stored_is_taken_back)
{
    prepare("web", "/a", true);
    loader.hook = lock_at_removal;
    ck_assert_int_eq(run(PROMOTE_FORGET, "web"), PROMOTE_INTERNAL);
    ck_assert_ptr_nonnull(strstr(result.left, "given back"));
    (void)sqlite3_close(lock);
    lock = NULL;
    reconcile_stop(&manager);
    reconcile(); /* the intent couldn't be cleared either */
    agrees("web");
}
END_TEST

START_TEST(one_that_is_in_use_stays_until_it_is_not)
{
    struct moment moment = {.operation = LOADER_LOAD, .done = true};
    die((struct promote_request){.verb = PROMOTE_LEARN, .name = "web"}, &moment);
    loader.refuse[LOADER_REMOVE] = -EBUSY;
    loader.stage[LOADER_REMOVE] = LOADER_STAGE_IN_USE;
    reconcile();
    ck_assert_uint_eq(intents(), 1);
    ck_assert_ptr_nonnull(manager.reconcile.alarm.timer);
    ck_assert_int_eq(run(PROMOTE_LEARN, "web"), PROMOTE_OK); /* what the operator does next */
    agrees("web");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reconcile");
    TCase *all = check_case(suite, "reconcile");
    tcase_add_checked_fixture(all, make, drop);
    tcase_add_loop_test(all, a_change_that_armord_does_not_outlive_is_taken_back, 0,
                        2 * (int)LENGTH(changes));
    tcase_add_loop_test(all, a_way_back_to_complain_is_gone_to_its_end, 0, 2);
    tcase_add_loop_test(all, a_learn_that_armord_does_not_outlive_leaves_no_profile, 0, 2);
    tcase_add_loop_test(all, a_forget_that_armord_does_not_outlive_gives_the_profile_back, 0, 2);
    tcase_add_test(all, a_kill_before_the_load_leaves_nothing_to_do);
    tcase_add_test(all, an_intent_that_cannot_be_stored_changes_nothing);
    tcase_add_test(all, what_cannot_be_taken_back_now_is_later);
    tcase_add_test(all, a_loader_that_hangs_up_is_asked_to_give_back);
    tcase_add_test(all, a_removal_that_is_not_answered_is_taken_back);
    tcase_add_test(all, a_forget_that_cannot_be_stored_is_taken_back);
    tcase_add_test(all, one_that_is_in_use_stays_until_it_is_not);
    return check_main(suite);
}
