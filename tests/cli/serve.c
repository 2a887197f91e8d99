/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real API for armorctl to talk to, until standard input ends. Prints the directory of its sockets. How a
 * job ends is told by the name of its container.
 */
#include "api_rig.h"
#include "check_main.h"
#include "rule_more.h"

#include "armor/learn.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    enum promote_failure failure;
    const char *detail;
    const char *advice;
} endings[] = {
    {"taken", PROMOTE_CONTAINER_EXISTS, "The container taken is being learned already.",
     "See armorctl status taken."},
    {"moved", PROMOTE_MODE_CONFLICT, "The container moved is enforced already.", ""},
    {"busy", PROMOTE_BUSY, "Another change of busy is under way.", "Try again."},
    {"used", PROMOTE_IN_USE, "2 processes run under armord-used.", "Stop the container first."},
    {"gated", PROMOTE_GATE_REFUSED, "gated isn't ready.", "Override with --override complete."},
    {"lost", PROMOTE_CONTAINER_UNKNOWN, "No container of this name is known.", ""},
    {"bare", PROMOTE_LOADER_REFUSED, "The kernel has no AppArmor.",
     "Boot with apparmor=1 security=apparmor."},
    {"alone", PROMOTE_LOADER_UNREACHABLE, "armor-loader can't be reached.",
     "systemctl start armor-loader.socket"},
};

/* What the doctor finds, with a process's name that could harm a terminal. */
static struct doctor_finding finding = {.code = "process-unconfined",
                                        .subject = "web",
                                        .what =
                                            "Process 7 (\033[31mred) of the container runs under unconfined.",
                                        .why = "it was put there from outside",
                                        .next = "end the process"};
static struct doctor_repair repair = {.subject = "web", .mend = DOCTOR_MEND_RESTORE, .done = true};

static void judge(struct rig *rig)
{
    struct container *container = registry_find(rig->manager.containers, armor_slice_of(rig->asked.name));
    if (!container && rig->asked.verb == PROMOTE_LEARN) {
        container = rig_container(rig, rig->asked.name);
    }
    rig->result = (struct promote_result){.container = container};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        bool overridden = endings[i].failure == PROMOTE_GATE_REFUSED && rig->asked.override[GATE_COMPLETE];
        if (strcmp(endings[i].name, rig->asked.name) == 0 && !overridden) {
            rig->result.failure = endings[i].failure;
            (void)snprintf(rig->result.detail, sizeof rig->result.detail, "%s", endings[i].detail);
            (void)snprintf(rig->result.advice, sizeof rig->result.advice, "%s", endings[i].advice);
            rig->result.gates_asked = endings[i].failure == PROMOTE_GATE_REFUSED;
            (void)snprintf(rig->result.gates[GATE_COMPLETE].reason,
                           sizeof rig->result.gates[GATE_COMPLETE].reason, "3 records were lost");
        }
    }
    if (container && rig->asked.verb == PROMOTE_STARTED && rig->asked.image[0]) {
        char *image = container->image[0] ? container->image_seen : container->image;
        memcpy(image, rig->asked.image, sizeof rig->asked.image);
    }
    if (container && rig->asked.verb == PROMOTE_SETTINGS) {
        own_settings_take(&container->own, &rig->asked.settings.given, rig->asked.settings.inherit);
    }
    rig->result.created = rig->asked.verb == PROMOTE_LEARN && strcmp(rig->asked.name, "again") != 0;
    if (rig->asked.verb == PROMOTE_FORGET) {
        rig->result.container = NULL;
    }
}

static int on_end(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    (void)fd;
    (void)events;
    (void)userdata;
    return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* CONTAINER was refused to read /etc/shadow, two hours ago for the first time. */
static void refuse(struct container *container)
{
    const struct armor_access shadow = {.kind = ARMOR_RULE_FILE,
                                        .mask = ARMOR_FILE_READ,
                                        .name = ARMOR_SLICE("/etc/shadow")};
    struct denials *denials = &container->denials;
    struct armor_rule *rule = NULL;
    struct denial *denial = NULL;
    int64_t now = (int64_t)time(NULL) * 1000000;
    ck_assert_int_eq(denials_prepare(denials, container->profile->name, 1), 0);
    ck_assert_int_eq(armor_profile_merge(denials->profile, &shadow, &rule), 1);
    ck_assert_int_ge(armor_profile_word(denials->profile, ARMOR_SLICE("credentials"),
                                        &more_of(denials->profile, rule)->guard),
                     0);
    ck_assert_int_eq(denials_add(denials, 1, rule, ARMOR_SKIP_COUNT,
                                 "{\"comm\": \"cat\", \"operation\": \"open\"}", &denial),
                     0);
    denial->count = 3;
    denial->first_usec = now - INT64_C(7200) * 1000000;
    denial->last_usec = now;
}

/*
 * A container with something to show: one observed rule whose process has a name that could harm a terminal.
 */
static void fill(struct rig *rig)
{
    struct container *web = rig_container(rig, "web");
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .mask = ARMOR_FILE_READ,
                                        .name = ARMOR_SLICE("/etc/passwd")};
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(web->profile, &access, &rule), 1);
    ck_assert_int_ge(armor_profile_word(web->profile, ARMOR_SLICE("\033[31mred"), &rule->comm), 0);
    rule->count = 4;
    rule->first_usec = rule->last_usec = web->profile->last_novel_usec = INT64_C(1767225600000000);
    web->profile->events = 4;
    const struct armor_access shadow = {.kind = ARMOR_RULE_FILE,
                                        .state = ARMOR_STATE_QUARANTINED,
                                        .mask = ARMOR_FILE_READ,
                                        .name = ARMOR_SLICE("/etc/shadow")};
    ck_assert_int_eq(armor_profile_merge(web->profile, &shadow, &rule), 1);
    ck_assert_int_ge(armor_profile_word(web->profile, ARMOR_SLICE("credentials"),
                                        &more_of(web->profile, rule)->guard),
                     0);
    web->profile->skipped[ARMOR_SKIP_GETATTR] = 2;
    const struct armor_access waits = {.kind = ARMOR_RULE_EXEC,
                                       .state = ARMOR_STATE_EXPECTED,
                                       .name = ARMOR_SLICE("/usr/bin/web")};
    ck_assert_int_eq(armor_profile_merge(web->profile, &waits, &rule), 1);
    rule->origin = ARMOR_ORIGIN_SEEDED;
    ck_assert_int_ge(armor_profile_word(web->profile, ARMOR_SLICE("Dockerfile:3:1"),
                                        &more_of(web->profile, rule)->source),
                     0);
    const struct armor_access part = {.kind = ARMOR_RULE_FILE,
                                      .mask = ARMOR_FILE_READ | ARMOR_FILE_WRITE,
                                      .state = ARMOR_STATE_EXPECTED,
                                      .name = ARMOR_SLICE("/etc/passw?")};
    ck_assert_int_eq(armor_profile_merge(web->profile, &part, &rule), 1);
    (void)rig_container(rig, "gated");
    refuse(rig_container(rig, "again"));
    ring_push(rig->manager.ring, RING_RULE, "web",
              "{\"container\":\"web\",\"time\":\"t1\",\"rule\":\"/a r,\"}");
    ring_push(rig->manager.ring, RING_MODE, "gated",
              "{\"container\":\"gated\",\"time\":\"t2\",\"mode\":\"learning\"}");
}

/* One test, that the script is the rest of: Check's assertions work nowhere else. */
START_TEST(serve)
{
    static struct rig rig;
    rig_open(&rig);
    rig.at_once = true;
    rig.judge = judge;
    rig.looked = (struct doctor_result){
        .findings = &finding, .count = 1, .containers = 3, .repairs = &repair, .repair_count = 1};
    fill(&rig);
    ck_assert_int_ge(sd_event_add_io(rig.manager.event, NULL, STDIN_FILENO, EPOLLIN, on_end, NULL), 0);
    (void)printf("sockets: %s\n", rig.scratch.directory);
    (void)fflush(stdout);
    ck_assert_int_eq(sd_event_loop(rig.manager.event), 0);
    rig_close(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("serve");
    tcase_add_test(check_case(suite, "serve"), serve);
    return check_main(suite);
}
