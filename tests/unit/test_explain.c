/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explaining: how paths and rules stand, by which rules, and what would change that. */
#include "armor/explain.h"

#include "armor/json.h"
#include "armor/rule_text.h"
#include "check_main.h"

#include <errno.h>

#define FILE_RULE(path, bits, ...)                                                                           \
    {                                                                                                        \
        .kind = ARMOR_RULE_FILE, .name = (path), .mask = (bits), __VA_ARGS__                                 \
    }
#define R ARMOR_FILE_READ
#define W ARMOR_FILE_WRITE

#define MORE(...) (&(struct armor_rule_more){__VA_ARGS__})

/* The evidence that is asked about. */
static const struct armor_rule evidence[] = {
    FILE_RULE("/etc/passwd", R, .count = 3, .comm = "nginx"),
    FILE_RULE("/srv/www/", R, .count = 1),
    FILE_RULE("/srv/www/a.html", R, .count = 1),
    FILE_RULE("/srv/www/b.html", R, .count = 1),
    FILE_RULE("/srv/www/c.html", R, .count = 1),
    FILE_RULE("/srv/www/d.html", R, .count = 2),
    FILE_RULE("/etc/shadow", R, .count = 1, .state = ARMOR_STATE_QUARANTINED,
              .more = MORE(.guard = "credentials")),
    FILE_RULE("/data/**", R | W, .state = ARMOR_STATE_EXPECTED, .origin = ARMOR_ORIGIN_SEEDED,
              .more = MORE(.source = "compose.yml:3:5")),
    FILE_RULE("/opt/x", R | W, .state = ARMOR_STATE_DENIED,
              .more = MORE(.decided_by = "root", .decided_usec = 1)),
    FILE_RULE("/opt/x", ARMOR_FILE_LOCK, .count = 1),
    FILE_RULE("/proc/sysrq-trigger", W, .count = 1, .origin = ARMOR_ORIGIN_ACCEPTED),
    FILE_RULE("/own/*", R | W, .origin = ARMOR_ORIGIN_ACCEPTED,
              .more = MORE(.options = ARMOR_OPTION_OWNER, .decided_by = "root", .decided_usec = 1)),
    {.kind = ARMOR_RULE_EXEC, .name = "/usr/sbin/nginx", .count = 1},
    FILE_RULE("/usr/sbin/nginx", R | ARMOR_FILE_MAP, .count = 1),
    {.kind = ARMOR_RULE_CAPABILITY, .name = "chown", .count = 1},
    {.kind = ARMOR_RULE_CAPABILITY, .name = "sys_admin", .state = ARMOR_STATE_QUARANTINED, .count = 1},
    {.kind = ARMOR_RULE_RLIMIT, .name = "nofile", .more = MORE(.value = 1024), .count = 1},
};

static struct armor_profile *profile_of_evidence(void)
{
    struct armor_profile *profile = NULL;
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 7, &profile), 0);
    for (size_t i = 0; i < LENGTH(evidence); i++) {
        ck_assert_int_eq(armor_profile_add(profile, &evidence[i]), 0);
    }
    return profile;
}

/* Questions: a path with an access, or what somebody typed as a rule; and "standing allowed-bits missing-bits | rules | remedies". */
static const struct {
    const char *path, *mask, *rule, *answer;
} questions[] = {
    {.path = "/etc/passwd", .mask = "", .answer = "allowed r  |/etc/passwd r,| |"},
    {.path = "/etc/passwd", .mask = "rw", .answer = "unseen r w |/etc/passwd r,| accounts|/etc/passwd w,"},
    {.path = "/srv/www/zzz.html", .mask = "r", .answer = "allowed r  |/srv/www/*.html r,| |"},
    {.path = "/srv/www/sub/a.html", .mask = "r", .answer = "unseen  r || |/srv/www/sub/a.html r,"},
    {.path = "/etc/shadow",
     .mask = "",
     .answer = "quarantined  r |/etc/shadow r,| credentials|/etc/shadow r,"},
    {.path = "/data/x", .mask = "r", .answer = "expected  r |/data/** rw,| |/data/x r,"},
    {.path = "/opt/x", .mask = "rk", .answer = "denied k r |/opt/x k,deny /opt/x rw,| |/opt/x r,"},
    {.path = "/opt/x", .mask = "a", .answer = "denied  a |deny /opt/x rw,| |/opt/x a,"},
    {.path = "/proc/kcore",
     .mask = "r",
     .answer = "denied  r |deny /proc/kcore rwklx,| kernel-memory|/proc/kcore r,"},
    {.path = "/usr/sbin/nginx",
     .mask = "rmx",
     .answer = "allowed rmx  |/usr/sbin/nginx rm,/usr/sbin/nginx px -> armord-web,| |"},
    {.path = "/bin/sh", .mask = "rx", .answer = "unseen  rx || |/bin/sh r,/bin/sh px -> armord-web,"},
    {.path = "/proc/kcore", .mask = "", .answer = "denied  rwklx |deny /proc/kcore rwklx,| kernel-memory|"},
    {.path = "/never/here", .mask = "", .answer = "unseen  r || |/never/here r,"},
    {.path = "/we*rd \"name\"", .mask = "w", .answer = "unseen  w || |\"/we\\*rd \\042name\\042\" w,"},
    {.path = "/own/x", .mask = "", .answer = "owner  rw |owner /own/* rw,| |/own/x rw,"},
    {.path = "/own/x", .mask = "rk", .answer = "unseen  rk |owner /own/* rw,| |/own/x rk,"},
    {.rule = "owner /own/x r,", .answer = "allowed r  |owner /own/* rw,| |"},
    {.rule = "capability chown,", .answer = "allowed   |capability chown,| |"},
    {.rule = "capability sys_admin",
     .answer = "quarantined   |capability sys_admin,| capability|capability sys_admin,"},
    {.rule = "capability net_raw,", .answer = "unseen   || raw-socket|capability net_raw,"},
    {.rule = "/srv/www/*.html r,", .answer = "allowed r  |/srv/www/*.html r,| |"},
    {.rule = "/srv/www/[ab].html r", .answer = "allowed r  |/srv/www/*.html r,| |"},
    {.rule = "/srv/www/** r,", .answer = "unseen  r || |/srv/www/** r,"},
    {.rule = "deny /opt/x rw,", .answer = "denied  rw |deny /opt/x rw,| |/opt/x rw,"},
    {.rule = "set rlimit nofile <= 1000,", .answer = "allowed   |set rlimit nofile <= 1024,| |"},
    {.rule = "set rlimit nofile <= 2000,", .answer = "unseen   || |set rlimit nofile <= 2000,"},
};

static void put_bits(struct armor_text *text, const struct armor_explanation *explanation, uint32_t bits)
{
    static const struct {
        uint32_t bit;
        char letter;
    } letters[] = {{R, 'r'},
                   {W, 'w'},
                   {ARMOR_FILE_LOCK, 'k'},
                   {ARMOR_FILE_LINK, 'l'},
                   {ARMOR_FILE_MAP, 'm'},
                   {ARMOR_FILE_EXEC, 'x'}};
    bool files = explanation->kind == ARMOR_RULE_FILE || explanation->kind == ARMOR_RULE_EXEC;
    for (size_t i = 0; files && i < LENGTH(letters); i++) {
        if (bits & letters[i].bit) {
            armor_text_char(text, letters[i].letter);
        }
    }
    if (files && (bits & ARMOR_FILE_APPEND) && !(bits & W)) {
        armor_text_char(text, 'a');
    }
}

static void put_rules(struct armor_text *text, const struct armor_view *view,
                      const struct armor_explanation *explanation)
{
    for (size_t i = 0; i < explanation->witness_count; i++) {
        json_t *rule = armor_rule_to_json(view->policy, explanation->witnesses[i].rule);
        const char *read = json_string_value(json_object_get(rule, "rule"));
        armor_text_string(text, read);
        json_decref(rule);
    }
}

START_TEST(stands)
{
    struct armor_profile *profile = profile_of_evidence();
    const struct armor_generalise_options options = {0};
    struct armor_view view = {0};
    struct armor_explanation explanation = {0};
    struct armor_text found = ARMOR_TEXT_INIT(4096);
    ck_assert_int_eq(armor_view_open(profile, &options, &view), 0);
    int code = questions[_i].path
                   ? armor_explain_path(&view, armor_slice_of(questions[_i].path),
                                        armor_slice_of(questions[_i].mask), &explanation, NULL)
                   : armor_explain_text(&view, armor_slice_of(questions[_i].rule), 1, &explanation, NULL);
    ck_assert_int_eq(code, 0);
    armor_text_format(&found, "%s ", armor_standing_name(explanation.standing));
    put_bits(&found, &explanation, explanation.allowed);
    armor_text_char(&found, ' ');
    put_bits(&found, &explanation, explanation.missing);
    armor_text_string(&found, " |");
    put_rules(&found, &view, &explanation);
    armor_text_format(&found, "| %s|", explanation.guard ? explanation.guard->name : "");
    for (size_t i = 0; i < 2; i++) {
        armor_text_slice(&found,
                         (struct armor_slice){explanation.remedies[i].bytes, explanation.remedies[i].length});
    }
    ck_assert_str_eq(found.bytes, questions[_i].answer);
    armor_text_done(&found);
    armor_explanation_done(&explanation);
    armor_view_done(&view);
    armor_profile_free(profile);
}
END_TEST

/* A rule that a transformation made tells by which, and of what; the denial that it would have broken is told with what broke it. */
START_TEST(rules_have_reasons)
{
    struct armor_profile *profile = profile_of_evidence();
    const struct armor_generalise_options options = {0};
    struct armor_view view = {0};
    struct armor_explanation explanation = {0};
    ck_assert_int_eq(armor_view_open(profile, &options, &view), 0);
    ck_assert_int_eq(armor_explain_text(&view, ARMOR_SLICE("/srv/www/*.html r,"), 1, &explanation, NULL), 0);
    ck_assert_ptr_nonnull(explanation.rule);
    ck_assert_uint_eq(armor_rule_more(explanation.rule)->made_by, 1U << ARMOR_MAKE_EXTENSION);
    ck_assert_uint_eq(explanation.evidence_count, 4);
    ck_assert_str_eq(explanation.evidence[3]->name, "/srv/www/d.html");
    json_t *json = armor_explanation_to_json(&view, &explanation);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "pieces")), 4);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "evidence")), 4);
    json_decref(json);
    armor_explanation_done(&explanation);

    ck_assert_int_eq(armor_explain_path(&view, ARMOR_SLICE("/proc/sysrq-trigger"), ARMOR_SLICE("w"),
                                        &explanation, NULL),
                     0);
    ck_assert_int_eq(explanation.standing, ARMOR_STANDING_ALLOWED);
    ck_assert_uint_eq(explanation.conflict_count, 2); /* of /proc and a star, and its own */
    ck_assert_str_eq(explanation.conflicts[1]->denial->name, "/proc/sysrq-trigger");
    armor_explanation_done(&explanation);
    armor_view_done(&view);
    armor_profile_free(profile);
}
END_TEST

/* What can't be asked. */
static const struct {
    const char *path, *mask, *rule;
    int code;
    const char *says;
} refused[] = {
    {.path = "etc/passwd", .mask = "", .code = -EINVAL, .says = "a path begins with a slash"},
    {.path = "/etc/passwd", .mask = "q", .code = -EINVAL, .says = "letters"},
    {.rule = "nonsense", .code = -EBADMSG, .says = "1:"},
    {.rule = "/a r, } profile b { /b r,", .code = -EBADMSG, .says = "rules of one profile"},
    {.rule = "", .code = -EBADMSG, .says = ""},
    {.rule = "include <abstractions/base>", .code = -EBADMSG, .says = ""},
    {.rule = "other /a r,", .code = -EINVAL, .says = "other users' files"},
    {.rule = "/a ux,", .code = -EINVAL, .says = "under another profile"},
    {.rule = "mqueue,", .code = -EINVAL, .says = "any name or type"},
};

START_TEST(refuses)
{
    struct armor_profile *profile = profile_of_evidence();
    const struct armor_generalise_options options = {0};
    struct armor_view view = {0};
    struct armor_explanation explanation = {0};
    struct armor_error err = {0};
    char line[600];
    ck_assert_int_eq(armor_view_open(profile, &options, &view), 0);
    int code = refused[_i].path
                   ? armor_explain_path(&view, armor_slice_of(refused[_i].path),
                                        armor_slice_of(refused[_i].mask), &explanation, &err)
                   : armor_explain_text(&view, armor_slice_of(refused[_i].rule), 1, &explanation, &err);
    ck_assert_int_eq(code, refused[_i].code);
    ck_assert_ptr_nonnull(strstr(armor_error_format(&err, line, sizeof line), refused[_i].says));
    armor_view_done(&view);
    armor_profile_free(profile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tcase = check_case(suite, "explain");
    tcase_add_loop_test(tcase, stands, 0, (int)LENGTH(questions));
    tcase_add_test(tcase, rules_have_reasons);
    tcase_add_loop_test(tcase, refuses, 0, (int)LENGTH(refused));
    return check_main(suite);
}
