/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guard rails: what each holds back, what it lets be learned of the same access, and whose word is the last. */
#include "armor/guard.h"
#include "armor/learn.h"
#include "armor/render.h"

#include "check_main.h"
#include "rule_more.h"

#include <stdio.h>

static struct armor_event event;

static const struct armor_event *parse(const char *body, int64_t time)
{
    struct armor_error err = {0};
    struct armor_record record = {.type = 1400,
                                  .trusted = true,
                                  .time = {time, true},
                                  .body = armor_slice_of(body)};
    ck_assert_msg(armor_event_parse(&record, &event, &err) == 1, "%s: %s", body, err.text);
    return &event;
}

static struct armor_profile *new_profile(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &profile), 0);
    return profile;
}

/* Returns how many rules are new or wider. */
static size_t learn_at(struct armor_profile *profile, const char *body, int64_t time)
{
    struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
    const struct armor_learn_options options = {0};
    size_t count = 0;
    ck_assert_int_ge(armor_learn(profile, parse(body, time), &options, rules, &count), 0);
    return count;
}

static size_t learn(struct armor_profile *profile, const char *body)
{
    return learn_at(profile, body, 1000);
}

/* The rules of STATE in canonical order, joined by a blank, in TEXT. */
static const char *rules_of(const struct armor_profile *profile, enum armor_state state,
                            struct armor_text *text)
{
    const struct armor_rule **sorted = NULL;
    text->length = 0;
    armor_text_string(text, "");
    ck_assert_int_eq(armor_profile_sorted(profile, &sorted), 0);
    for (size_t i = 0; i < profile->rule_count; i++) {
        if (sorted[i]->state == state) {
            armor_text_string(text, text->length ? " " : "");
            armor_render_rule(profile, sorted[i], text);
        }
    }
    free((void *)sorted);
    return text->length ? text->bytes : "";
}

#define EVENT(rest) "apparmor=\"ALLOWED\" profile=\"armord-web\" comm=\"c\" " rest
#define FILE_EVENT(operation, mask, name)                                                                    \
    EVENT("operation=\"" operation "\" name=\"" name "\" requested_mask=\"" mask "\" denied_mask=\"" mask    \
          "\"")
#define OPEN(mask, name) FILE_EVENT("open", mask, name)
#define EXEC(name)       FILE_EVENT("exec", "x", name)
#define LINK(old, new)                                                                                       \
    EVENT("operation=\"link\" name=\"" new "\" target=\"" old "\" requested_mask=\"l\" denied_mask=\"l\"")
#define CAPABLE(name) EVENT("operation=\"capable\" capname=\"" name "\"")
#define SOCKET(family, type)                                                                                 \
    EVENT("operation=\"create\" family=\"" family "\" sock_type=\"" type "\" requested_mask=\"create\"")
#define SIGNAL(mask, peer)                                                                                   \
    EVENT("operation=\"signal\" requested_mask=\"" mask "\" signal=term peer=\"" peer "\"")
#define PTRACE(mask, peer) EVENT("operation=\"ptrace\" requested_mask=\"" mask "\" peer=\"" peer "\"")
#define CONNECT(peer_addr)                                                                                   \
    EVENT(                                                                                                   \
        "operation=\"connect\" family=\"unix\" sock_type=\"stream\" requested_mask=\"connect\" addr=none "   \
        "peer_addr=\"" peer_addr "\" peer=\"q\"")

static const struct {
    const char *guard;
    const char *body;
    const char *held;
    const char *learned;
} cases[] = {
    {"runtime-socket", OPEN("wr", "/run/docker.sock"), "/run/docker.sock rw,", ""},
    {"runtime-socket", OPEN("w", "/mnt/host/docker.sock"), "/mnt/host/docker.sock w,", ""},
    {"runtime-socket", OPEN("r", "/run/containerd/x/"), "/run/containerd/x/ r,", ""},
    {"runtime-socket", CONNECT("@/containerd-shim/moby/x.sock"),
     "unix (connect) type=stream addr=none peer=(label=q,addr=\"@/containerd-shim/moby/x.sock\"),", ""},
    {"sysrq", OPEN("w", "/proc/sysrq-trigger"), "/proc/sysrq-trigger w,", ""},
    {"kernel-memory", OPEN("r", "/proc/kcore"), "/proc/kcore r,", ""},
    {"kernel-memory", OPEN("r", "/proc/kallsyms"), "/proc/kallsyms r,", ""},
    {"kernel-memory", OPEN("wr", "/dev/mem"), "/dev/mem rw,", ""},
    {"disk", OPEN("r", "/dev/vda1"), "/dev/vda1 r,", ""},
    {"disk", OPEN("r", "/dev/mapper/root"), "/dev/mapper/root r,", ""},
    {"kernel-debug", OPEN("r", "/sys/kernel/security/"), "/sys/kernel/security/ r,", ""},
    {"kernel-debug", OPEN("w", "/sys/kernel/debug/x"), "/sys/kernel/debug/x w,", ""},
    {"kernel-debug", OPEN("r", "/dev/kmsg"), "/dev/kmsg r,", ""},
    {"kernel-settings", OPEN("wr", "/proc/sys/kernel/core_pattern"), "/proc/sys/kernel/core_pattern w,",
     "/proc/sys/kernel/core_pattern r,"},
    {"kernel-settings", FILE_EVENT("mkdir", "c", "/sys/fs/cgroup/x/"), "/sys/fs/cgroup/x/ w,", ""},
    {"kernel-settings", OPEN("w", "/mnt/cgroup/release_agent"), "/mnt/cgroup/release_agent w,", ""},
    {"other-containers", OPEN("r", "/var/lib/docker/containers/x/config.v2.json"),
     "/var/lib/docker/containers/x/config.v2.json r,", ""},
    {"capability", CAPABLE("sys_admin"), "capability sys_admin,", ""},
    {"capability", CAPABLE("mknod"), "capability mknod,", ""},
    {"mount", EVENT("operation=\"mount\" name=\"/m/\" fstype=\"proc\" srcname=\"proc\""),
     "mount fstype=proc proc -> /m/,", ""},
    {"mount", EVENT("operation=\"umount\" name=\"/m/\""), "umount /m/,", ""},
    {"mount", EVENT("operation=\"pivotroot\" name=\"/m/\" srcname=\"/m/old/\""),
     "pivot_root oldroot=/m/old/ /m/,", ""},
    {"user-namespace", EVENT("operation=\"userns_create\" class=\"namespace\" requested=\"userns_create\""),
     "userns create,", ""},
    {"user-namespace", OPEN("w", "/proc/31/uid_map"), "\"/proc/{[2-9],[1-9][0-9]*}/uid_map\" w,", ""},
    {"other-profile", EVENT("operation=\"change_profile\" target=\"other\""), "change_profile -> other,", ""},
    {"other-profile", EVENT("operation=\"change_hat\" target=\"h\""), "hat h {}", ""},
    {"other-profile", OPEN("wr", "/proc/31/attr/exec"), "\"/proc/{[2-9],[1-9][0-9]*}/attr/exec\" w,",
     "\"/proc/{[2-9],[1-9][0-9]*}/attr/exec\" r,"},
    {"other-process", SIGNAL("send", "other"), "signal (send) set=(term) peer=other,", ""},
    {"other-process", PTRACE("read", "other"), "ptrace (read) peer=other,", ""},
    {"other-process", EVENT("operation=\"uring_override\" requested=\"override_creds\" tcontext=\"other\""),
     "io_uring (override_creds) label=other,", ""},
    {"process-memory", PTRACE("trace read", "armord-web"), "ptrace (trace) peer=armord-web,",
     "ptrace (read) peer=armord-web,"},
    {"process-memory", OPEN("wr", "/proc/1/mem"), "/proc/1/mem rw,", ""},
    {"process-memory", OPEN("wr", "/proc/1/task/2/mem"), "/proc/1/task/[0-9]*/mem rw,", ""},
    {"device", OPEN("wr", "/dev/fuse"), "/dev/fuse rw,", ""},
    {"loader", OPEN("r", "/etc/ld.so.preload"), "/etc/ld.so.preload r,", ""},
    {"credentials", OPEN("r", "/etc/shadow"), "/etc/shadow r,", ""},
    {"credentials", OPEN("r", "/etc/ssl/private/tls.pem"), "/etc/ssl/private/tls.pem r,", ""},
    {"credentials", OPEN("r", "/srv/private.key"), "/srv/private.key r,", ""},
    {"credentials", OPEN("r", "/var/lib/mysql/server-key.pem"), "/var/lib/mysql/server-key.pem r,", ""},
    {"credentials", OPEN("r", "/home/u/.kube/config"), "/home/u/.kube/config r,", ""},
    {"credentials", OPEN("ac", "/root/.ssh/authorized_keys"), "/root/.ssh/authorized_keys w,", ""},
    {"credentials", OPEN("r", "/run/secrets/db"), "/run/secrets/db r,", ""},
    {"credentials", LINK("/etc/shadow", "/tmp/s"), "link /tmp/s -> /etc/shadow,", ""},
    {"accounts", OPEN("rwk", "/etc/passwd"), "/etc/passwd w,", "/etc/passwd rk,"},
    {"accounts", OPEN("c", "/etc/sudoers.d/x"), "/etc/sudoers.d/x w,", ""},
    {"scheduled", OPEN("wc", "/var/spool/cron/crontabs/root"), "/var/spool/cron/crontabs/root w,", ""},
    {"programs", OPEN("wr", "/usr/bin/x"), "/usr/bin/x w,", "/usr/bin/x r,"},
    {"programs", LINK("/tmp/x", "/usr/bin/x"), "link /usr/bin/x -> /tmp/x,", ""},
    {"exec-writable", EXEC("/tmp/x"), "/tmp/x px -> armord-web,", ""},
    {"exec-writable", EXEC("/dev/shm/a/b"), "/dev/shm/a/b px -> armord-web,", ""},
    {"exec-writable", FILE_EVENT("file_mmap", "rm", "/tmp/x"), "/tmp/x m,", "/tmp/x r,"},
    {"library", OPEN("wc", "/data/exp.so"), "/data/exp.so w,", ""},
    {"library", OPEN("wc", "/data/libx.so.1"), "/data/libx.so.1 w,", ""},
    {"raw-socket", CAPABLE("net_raw"), "capability net_raw,", ""},
    {"raw-socket", SOCKET("inet", "raw"), "network inet raw,", ""},
    {"raw-socket", SOCKET("packet", "dgram"), "network packet dgram,", ""},
    {"odd-socket", SOCKET("alg", "seqpacket"), "network alg seqpacket,", ""},
    {"environment", OPEN("r", "/proc/1/environ"), "/proc/1/environ r,", ""},
};

START_TEST(holds)
{
    struct armor_profile *profile = new_profile();
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    size_t changed = learn(profile, cases[_i].body);
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_QUARANTINED, &text), cases[_i].held);
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_ACTIVE, &text), cases[_i].learned);
    ck_assert_uint_eq(changed, profile->rule_count);
    for (size_t i = 0; i < profile->rule_count; i++) {
        const struct armor_rule *rule = profile->rules[i];
        bool held = rule->state == ARMOR_STATE_QUARANTINED;
        ck_assert_str_eq(armor_rule_more(rule)->guard ? armor_rule_more(rule)->guard : "",
                         held ? cases[_i].guard : "");
        ck_assert_uint_eq(rule->count, 1);
        ck_assert_str_eq(rule->comm, "c");
    }
    ck_assert_uint_eq(learn(profile, cases[_i].body), 0);
    ck_assert_uint_eq(profile->rules[0]->count, 2);
    armor_text_done(&text);
    armor_profile_free(profile);
}
END_TEST

/* What containers do at each start, and names that only look like guarded ones. */
static const char *const harmless[] = {
    CAPABLE("chown"),
    CAPABLE("setuid"),
    CAPABLE("setgid"),
    CAPABLE("net_bind_service"),
    CAPABLE("dac_override"),
    CAPABLE("sys_chroot"),
    OPEN("r", "/etc/passwd"),
    OPEN("r", "/etc/ssl/certs/ca-certificates.crt"),
    OPEN("r", "/etc/ssl/certs/ACCVRAIZ1.pem"),
    OPEN("r", "/etc/ssh/ssh_config"),
    OPEN("r", "/etc/ssh/ssh_host_rsa_key.pub"),
    OPEN("r", "/root/.ssh/known_hosts"),
    OPEN("r", "/etc/ld.so.cache"),
    OPEN("rm", "/usr/lib/x86_64-linux-gnu/libc.so.6"),
    OPEN("r", "/usr/bin/x"),
    OPEN("wc", "/usr/lib/python3/dist-packages/__pycache__/x.pyc"),
    OPEN("r", "/proc/sys/kernel/ngroups_max"),
    OPEN("r", "/proc/meminfo"),
    OPEN("r", "/proc/31/maps"),
    OPEN("w", "/proc/31/oom_score_adj"),
    OPEN("r", "/sys/fs/cgroup/memory.max"),
    OPEN("r", "/sys/devices/system/cpu/online"),
    OPEN("wr", "/dev/null"),
    OPEN("r", "/dev/urandom"),
    OPEN("wr", "/dev/tty"),
    OPEN("wr", "/dev/pts/0"),
    OPEN("w", "/dev/log"),
    OPEN("wr", "/dev/shm/x"),
    OPEN("wc", "/tmp/monkey.so2"),
    OPEN("wc", "/run/docker"),
    OPEN("w", "/var/lib/dockerfiles/x"),
    EXEC("/usr/bin/x"),
    EXEC("/opt/tmp/x"),
    SOCKET("inet", "stream"),
    SOCKET("inet6", "dgram"),
    SOCKET("netlink", "raw"),
    SOCKET("unix", "stream"),
    SIGNAL("send receive", "armord-web"),
    SIGNAL("receive", "snap.docker.dockerd"),
    PTRACE("read readby", "armord-web"),
    CONNECT("@/tmp/x"),
    EVENT("operation=\"uring_sqpoll\" class=\"io_uring\" requested=\"sqpoll\""),
    EVENT("operation=\"setrlimit\" rlimit=nofile value=7"),
};

START_TEST(lets_pass)
{
    struct armor_profile *profile = new_profile();
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    ck_assert_uint_gt(learn(profile, harmless[_i]), 0);
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_QUARANTINED, &text), "");
    armor_text_done(&text);
    armor_profile_free(profile);
}
END_TEST

START_TEST(each_is_found_by_its_name_and_held_something)
{
    size_t count = 0;
    const struct armor_guard *guards = armor_guards(&count);
    for (size_t i = 0; i < count; i++) {
        bool used = false;
        ck_assert_ptr_eq(armor_guard_find(armor_slice_of(guards[i].name)), &guards[i]);
        ck_assert_str_ne(armor_risk_name(guards[i].risk), "unknown");
        ck_assert(guards[i].reason[0] && guards[i].reason[strlen(guards[i].reason) - 1] != '.');
        for (int j = 0; j < LENGTH(cases); j++) {
            used = used || strcmp(cases[j].guard, guards[i].name) == 0;
        }
        used = used || strcmp(guards[i].name, "written-and-run") == 0; /* below */
        ck_assert_msg(used, "no case is held by %s", guards[i].name);
    }
    ck_assert_ptr_null(armor_guard_find(ARMOR_SLICE("docker")));
    ck_assert_ptr_null(armor_guard_find((struct armor_slice){0}));
}
END_TEST

/* Learn ORDER of the bodies, then all again, and say what became of them. */
static void learn_in_order(const size_t *order, size_t count, struct armor_text *held,
                           struct armor_text *learned)
{
    static const char *const bodies[] = {OPEN("r", "/etc/passwd"), OPEN("wr", "/etc/passwd"),
                                         OPEN("rk", "/etc/passwd"), OPEN("wc", "/etc/passwd")};
    struct armor_profile *profile = new_profile();
    for (size_t i = 0; i < count; i++) {
        (void)learn(profile, bodies[order[i]]);
    }
    (void)rules_of(profile, ARMOR_STATE_QUARANTINED, held);
    (void)rules_of(profile, ARMOR_STATE_ACTIVE, learned);
    ck_assert_uint_eq(profile->rule_count, 2);
    armor_profile_free(profile);
}

START_TEST(order_changes_nothing)
{
    struct armor_text held = ARMOR_TEXT_INIT(1000);
    struct armor_text learned = ARMOR_TEXT_INIT(1000);
    for (size_t code = 0; code < 256; code++) {
        const size_t order[] = {code % 4, code / 4 % 4, code / 16 % 4, code / 64, 0, 1, 2, 3};
        learn_in_order(order, 8, &held, &learned);
        ck_assert_str_eq(held.bytes, "/etc/passwd w,");
        ck_assert_str_eq(learned.bytes, "/etc/passwd rk,");
    }
    armor_text_done(&held);
    armor_text_done(&learned);
}
END_TEST

/* A rule of STATE by an operator's word, without evidence. */
static void decide(struct armor_profile *profile, enum armor_state state, uint32_t mask)
{
    const struct armor_access access = {.kind = ARMOR_RULE_FILE,
                                        .state = state,
                                        .mask = mask,
                                        .name = ARMOR_SLICE("/etc/passwd")};
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
    more_of(profile, rule)->decided_usec = 1;
}

START_TEST(what_was_accepted_is_not_held)
{
    struct armor_profile *profile = new_profile();
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    decide(profile, ARMOR_STATE_ACTIVE, ARMOR_FILE_WRITE);
    (void)learn(profile, OPEN("wrc", "/etc/passwd"));
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_QUARANTINED, &text), "");
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_ACTIVE, &text), "/etc/passwd rw,");
    ck_assert_uint_eq(profile->rules[0]->count, 1);
    armor_text_done(&text);
    armor_profile_free(profile);
}
END_TEST

START_TEST(what_was_denied_is_neither_held_nor_learned)
{
    struct armor_profile *profile = new_profile();
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    decide(profile, ARMOR_STATE_DENIED, ARMOR_FILE_WRITE | ARMOR_FILE_LOCK);
    (void)learn(profile, OPEN("wrkc", "/etc/passwd"));
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_QUARANTINED, &text), "");
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_ACTIVE, &text), "/etc/passwd r,");
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_DENIED, &text), "deny /etc/passwd wk,");
    ck_assert_uint_eq(profile->rules[0]->count, 1); /* and yet it is seen to be asked for */
    ck_assert_uint_eq(learn(profile, OPEN("k", "/etc/passwd")), 0);
    armor_text_done(&text);
    armor_profile_free(profile);
}
END_TEST

/* A new name of a denied path's words is another matter; and a whole rule, without bits, is denied as a whole. */
START_TEST(what_was_denied_as_a_whole)
{
    struct armor_profile *profile = new_profile();
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    const struct armor_access access = {.kind = ARMOR_RULE_EXEC,
                                        .state = ARMOR_STATE_DENIED,
                                        .name = ARMOR_SLICE("/usr/bin/x")};
    struct armor_rule *rule = NULL;
    ck_assert_int_eq(armor_profile_merge(profile, &access, &rule), 1);
    ck_assert_uint_eq(learn(profile, EXEC("/usr/bin/x")), 0);
    ck_assert_uint_eq(learn(profile, EXEC("/usr/bin/y")), 1);
    ck_assert_str_eq(rules_of(profile, ARMOR_STATE_ACTIVE, &text), "/usr/bin/y px -> armord-web,");
    ck_assert_uint_eq(rule->count, 1);
    armor_text_done(&text);
    armor_profile_free(profile);
}
END_TEST

/* Two accesses, the first of which came first, and what then is held and stands. */
static const struct {
    const char *first;
    const char *second;
    int64_t between; /* microseconds */
    const char *held;
    const char *active;
} pairs[] = {
    {OPEN("wr", "/srv/x"), EXEC("/srv/x"), 5, "/srv/x px -> armord-web,", "/srv/x rw,"},
    {EXEC("/srv/x"), OPEN("wr", "/srv/x"), 5, "/srv/x w,", "/srv/x r, /srv/x px -> armord-web,"},
    {EXEC("/srv/x"), OPEN("ac", "/srv/x"), 0, "/srv/x w, /srv/x px -> armord-web,", ""},
    {LINK("/srv/y", "/srv/x"), EXEC("/srv/x"), 5, "/srv/x px -> armord-web,", "link /srv/x -> /srv/y,"},
    {EXEC("/srv/x"), LINK("/srv/y", "/srv/x"), 5, "link /srv/x -> /srv/y,", "/srv/x px -> armord-web,"},
    {OPEN("rm", "/srv/x"), OPEN("w", "/srv/x"), 5, "/srv/x w,", "/srv/x rm,"},
    {OPEN("wc", "/srv/x"), OPEN("rm", "/srv/x"), 5, "/srv/x m,", "/srv/x rw,"},
    {EXEC("/srv/x"), OPEN("r", "/srv/x"), 5, "", "/srv/x r, /srv/x px -> armord-web,"},
    {EXEC("/srv/x"), OPEN("wc", "/srv/y"), 5, "", "/srv/y w, /srv/x px -> armord-web,"},
};

START_TEST(of_a_file_written_and_run_the_later_waits)
{
    for (int reversed = 0; reversed < 2; reversed++) {
        struct armor_profile *profile = new_profile();
        struct armor_profile *reviewed = NULL;
        struct armor_text text = ARMOR_TEXT_INIT(1000);
        const char *bodies[] = {pairs[_i].first, pairs[_i].second};
        for (int i = 0; i < 2; i++) {
            int which = reversed ? 1 - i : i;
            (void)learn_at(profile, bodies[which], 1000 + which * pairs[_i].between);
        }
        size_t before = profile->rule_count;
        ck_assert_int_eq(armor_guard_review(profile, &reviewed), pairs[_i].held[0] != '\0');
        ck_assert_uint_eq(profile->rule_count, before); /* evidence stays as it is */
        const struct armor_profile *result = reviewed ? reviewed : profile;
        ck_assert_str_eq(rules_of(result, ARMOR_STATE_QUARANTINED, &text), pairs[_i].held);
        ck_assert_str_eq(rules_of(result, ARMOR_STATE_ACTIVE, &text), pairs[_i].active);
        for (size_t i = 0; i < result->rule_count; i++) {
            bool held = result->rules[i]->state == ARMOR_STATE_QUARANTINED;
            ck_assert_str_eq(held ? armor_rule_more(result->rules[i])->guard : "",
                             held ? "written-and-run" : "");
        }
        armor_text_done(&text);
        armor_profile_free(reviewed);
        armor_profile_free(profile);
    }
}
END_TEST

START_TEST(one_decision_settles_the_pair)
{
    static const char *const bodies[] = {OPEN("wr", "/srv/x"), EXEC("/srv/x")};
    for (size_t which = 0; which < 2; which++) {
        struct armor_profile *profile = new_profile();
        struct armor_profile *reviewed = NULL;
        (void)learn_at(profile, bodies[0], 1000);
        (void)learn_at(profile, bodies[1], 2000);
        more_of(profile, profile->rules[which])->decided_usec = 3000;
        ck_assert_int_eq(armor_guard_review(profile, &reviewed), 0);
        ck_assert_ptr_null(reviewed);
        armor_profile_free(profile);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guard");
    TCase *tcase = check_case(suite, "guard");
    tcase_add_loop_test(tcase, holds, 0, LENGTH(cases));
    tcase_add_loop_test(tcase, lets_pass, 0, LENGTH(harmless));
    tcase_add_test(tcase, each_is_found_by_its_name_and_held_something);
    tcase_add_test(tcase, order_changes_nothing);
    tcase_add_test(tcase, what_was_accepted_is_not_held);
    tcase_add_test(tcase, what_was_denied_is_neither_held_nor_learned);
    tcase_add_test(tcase, what_was_denied_as_a_whole);
    tcase_add_loop_test(tcase, of_a_file_written_and_run_the_later_waits, 0, LENGTH(pairs));
    tcase_add_test(tcase, one_decision_settles_the_pair);
    return check_main(suite);
}
