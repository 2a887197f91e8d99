/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each public call that allocates, with its first allocation failing, then its second, and so on until it succeeds: each
 * failure is -ENOMEM (or NULL), leaks nothing, and leaves what it worked on fit for the same call again.
 */
#include "armor/baseline.h"
#include "armor/check.h"
#include "armor/compose.h"
#include "armor/dockerfile.h"
#include "armor/explain.h"
#include "armor/generalise.h"
#include "armor/inspect.h"
#include "armor/intern.h"
#include "armor/json.h"
#include "armor/learn.h"
#include "armor/match.h"
#include "armor/render.h"
#include "armor/reseed.h"
#include "armor/seed_text.h"
#include "armor/stated.h"

#include "allocations.h"
#include "check_main.h"

#include <errno.h>
#include <stdio.h>

enum { ROUNDS = 200000 }; /* more than any of the calls has allocations */

/* What the calls work on: made before, with all allocations working. */
static struct {
    struct armor_profile *profile;
    struct armor_intern *table;
    struct armor_event event;
    json_t *seed; /* of a body */
} given;

static int new_intern(void)
{
    struct armor_intern *table = NULL;
    int code = armor_intern_new(100, 1, &table);
    armor_intern_free(table);
    return code;
}

/* Enough words for a second chunk and larger slots. */
static int fill_intern(void)
{
    for (int i = 0; i < 600; i++) {
        char word[64];
        const char *copy = NULL;
        (void)snprintf(word, sizeof word, "/var/lib/some/where/a-file-with-a-long-name-%d", i);
        int code = armor_intern_add(given.table, armor_slice_of(word), &copy);
        if (code < 0) {
            return code;
        }
        if (strcmp(copy, word) != 0) {
            return -EBADMSG;
        }
    }
    return 0;
}

static int new_profile(void)
{
    struct armor_profile *profile = NULL;
    int code = armor_profile_new(ARMOR_SLICE("web"), 1, &profile);
    armor_profile_free(profile);
    return code;
}

static int add_baseline(void)
{
    return armor_baseline_add(given.profile);
}

/* Names that need escaping, of one path and of two, and enough rules for larger arrays. */
static int learn(void)
{
    static const char *const forms[] = {
        "apparmor=\"ALLOWED\" operation=\"open\" name=\"/tmp/%*\" requested_mask=\"rl\" "
        "target=\"/o*%\"",
        "apparmor=\"ALLOWED\" operation=\"exec\" name=\"/bin/%\" target=\"%\"",
        "apparmor=\"ALLOWED\" operation=\"signal\" requested_mask=\"send\" signal=term "
        "peer=\"%/%\"",
        "apparmor=\"ALLOWED\" operation=\"dbus_signal\" mask=\"send\" bus=\"b%\" interface=\"i\" "
        "member=\"m%\"",
    };
    static char room[256]; /* no allocation but lib's own */
    struct armor_text body = {.bytes = room, .capacity = sizeof room, .limit = sizeof room - 1};
    for (int i = 0; i < 120; i++) {
        char number[16];
        struct armor_error err = {0};
        struct armor_rule *rules[ARMOR_LEARN_RULES_MAX];
        struct armor_learn_options options = {0};
        size_t count = 0;
        (void)snprintf(number, sizeof number, "%d", i);
        struct armor_record record = {.type = 1400,
                                      .trusted = true,
                                      .body = armor_slice_of(
                                          check_fill(&body, forms[i % LENGTH(forms)], number))};
        if (armor_event_parse(&record, &given.event, &err) != 1) {
            return -EBADMSG;
        }
        int code = armor_learn(given.profile, &given.event, &options, rules, &count);
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

/* Patterns, one of which has so many parts that matching needs room of its own. */
static int match(void)
{
    static char text[1000];
    struct armor_pattern *pattern = NULL;
    memset(text, '*', sizeof text - 1);
    text[0] = '/';
    int code = armor_pattern_new(armor_slice_of(text), &pattern, NULL);
    code = code < 0 ? code : armor_pattern_matches(pattern, ARMOR_SLICE("/a"));
    code = code < 0 ? code : armor_pattern_covers(pattern, pattern);
    armor_pattern_free(pattern);
    return code == 1 || code == -E2BIG ? 0 : code; /* over ARMOR_COVER_STEPS, as so many parts are */
}

/* A text with everything in it that allocates, read and asked. */
static int read_and_check(void)
{
    static const char text[] =
        "@{A} = /a /b\n@{A} += /c\n@{B} = @{A}/d @{A}/e\n$T = true\nalias /a -> /z,\n"
        "profile p @{A} xattrs=(a=b) flags=(complain) {\n  @{B}/f rwix,\n  if @{A} == @{B} { /x r, } else { "
        "/y//z l, }\n"
        "  signal set=(term) peer=@{profile_name},\n  mount fstype=(a, b) options=(ro) -> /m,\n  ^h { /h r, "
        "}\n"
        "  dbus send interface=i member=m peer=(name=n),\n}\n";
    struct armor_reading *reading = NULL;
    struct armor_check *check = NULL;
    struct armor_ruling ruling;
    const struct armor_access access = {.kind = ARMOR_RULE_FILE, .mask = 1, .name = {"/a/d/f", 6}};
    int code = armor_read(armor_slice_of(text), "text", NULL, 1, &reading, NULL);
    code = code < 0 ? code : armor_check_section(reading, armor_reading_section(reading, "p"), &check);
    code = code < 0 ? code : armor_check_access(check, &access, 0, &ruling);
    armor_check_free(check);
    armor_reading_free(reading);
    return code;
}

static int render(void)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    char *string = NULL;
    int code = armor_render(given.profile, ARMOR_MODE_LEARNING, "note", &text);
    code = code < 0 ? code : armor_text_take(&text, &string);
    free(string);
    armor_text_done(&text);
    return code;
}

static int json_result(json_t *object)
{
    int code = object ? 0 : -ENOMEM;
    json_decref(object);
    return code;
}

static int load_compose(void *userdata, const char *path, struct armor_text *text, struct armor_error *err)
{
    (void)userdata;
    (void)path;
    (void)err;
    armor_text_string(
        text,
        "x: &x {environment: {A: $B}}\n"
        "services:\n"
        "  b: {<<: *x, ports: [80], volumes: ['v:/b'], cap_drop: [ALL]}\n"
        "  a: {extends: b, image: '${I:-i}', volumes: ['w:/b'], read_only: true, entrypoint: [/e]}\n");
    return text->error;
}

static int seed_of_compose(void)
{
    static const char *const paths[] = {"c.yml"};
    struct armor_compose_files files = {load_compose, NULL};
    struct armor_compose *compose = NULL;
    struct armor_seed *seed = NULL;
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    int code = armor_compose_load(paths, 1, NULL, &files, &compose, NULL);
    code = code < 0 ? code : armor_seed_new(&seed);
    code = code < 0 ? code : armor_compose_seed(compose, "a", seed, NULL);
    code = code < 0 ? code : armor_seed_render(seed, ARMOR_SLICE("a"), ARMOR_MODE_ENFORCED, &text);
    code = code < 0 ? code : json_result(armor_seed_to_json(seed, ARMOR_SLICE("a")));
    armor_text_done(&text);
    armor_seed_free(seed);
    armor_compose_free(compose);
    return code;
}

/* Memory that no wrapper counts: jansson 2.14 writes out of bounds where its reader has none for a word, so it gets what it asks for. */
static void *uncounted(size_t size)
{
    return aligned_alloc(16, (size + 16) / 16 * 16);
}

/* A container of which each table of the reader has something. */
static int read_inspect(void)
{
    static const char text[] =
        "[{\"Name\":\"/web\",\"Path\":\"/"
        "e\",\"Config\":{\"Image\":\"i\",\"User\":\"0\",\"Env\":[\"PASSWORD=x\"],"
        "\"StopSignal\":\"SIGQUIT\",\"ExposedPorts\":{\"80/"
        "tcp\":{}}},\"HostConfig\":{\"CapAdd\":[\"SYS_ADMIN\"],"
        "\"CapDrop\":[\"ALL\"],\"ReadonlyRootfs\":true,\"Privileged\":true,\"Init\":true,\"Tmpfs\":{\"/"
        "t\":\"\"},"
        "\"Devices\":[{\"PathInContainer\":\"/dev/x\",\"CgroupPermissions\":\"rwm\"}]},"
        "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/s\",\"Destination\":\"/d\",\"RW\":false}]}]";
    struct armor_seed *seed = NULL;
    struct armor_text name = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    json_set_alloc_funcs(uncounted, free);
    int code = armor_seed_new(&seed);
    code = code < 0 ? code : armor_inspect_read(armor_slice_of(text), "i.json", seed, &name, NULL);
    armor_text_done(&name);
    armor_seed_free(seed);
    json_set_alloc_funcs(malloc, free);
    return code;
}

/* From a body's JSON to a profile state, and back to the seed that was before. */
static int take_seed(void)
{
    struct armor_seed *seed = NULL;
    struct armor_seed *before = NULL;
    struct armor_profile *fresh = NULL;
    int code = armor_seed_new(&seed);
    code = code < 0 ? code : armor_seed_from_json(given.seed, seed, NULL);
    code = code < 0 ? code : armor_profile_reseed(given.profile, seed, 1, &fresh);
    code = code < 0 ? code : armor_seed_new(&before);
    code = code < 0 ? code : armor_seed_from_profile(fresh, before);
    if (code == 0 && before->rule_count != seed->rule_count) {
        code = -EBADMSG;
    }
    armor_seed_free(before);
    armor_seed_free(seed);
    armor_profile_free(fresh);
    return code;
}

/* Policy of a state with expected rules, one of them met. */
static int make_policy(void)
{
    static const struct armor_generalise_options options = {0};
    struct armor_profile *policy = NULL;
    struct armor_profile *fresh = NULL;
    struct armor_seed *seed = NULL;
    const struct armor_seed_rule rule = {.access = {.kind = ARMOR_RULE_FILE,
                                                    .mask = ARMOR_FILE_READ | ARMOR_FILE_LOCK,
                                                    .name = ARMOR_SLICE("/tmp/**")},
                                         .grant = ARMOR_SEED_EXPECTED};
    int code = armor_seed_new(&seed);
    code = code < 0 ? code : armor_seed_add_rule(seed, &rule);
    code = code < 0 ? code : armor_profile_reseed(given.profile, seed, 1, &fresh);
    code = code < 0 ? code : armor_generalise(fresh, &options, &policy);
    armor_seed_free(seed);
    armor_profile_free(policy);
    armor_profile_free(fresh);
    return code;
}

static void ignore(const struct armor_clause *clause, bool taken, const char *why, void *userdata)
{
    (void)taken;
    (void)clause;
    (void)why;
    (void)userdata;
}

/* A rule that there is, one that there isn't, and a path; as JSON. */
static int explain(void)
{
    static const struct armor_generalise_options options = {0};
    static const struct armor_slice questions[] = {ARMOR_SLICE("signal (receive) peer=runc,"),
                                                   ARMOR_SLICE("/etc/* r,"), ARMOR_SLICE("")};
    struct armor_view view = {0};
    int code = armor_view_open(given.profile, &options, &view);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0] && code == 0; i++) {
        struct armor_explanation explanation = {0};
        code = questions[i].length
                   ? armor_explain_text(&view, questions[i], 1, &explanation, NULL)
                   : armor_explain_path(&view, ARMOR_SLICE("/etc/x"), ARMOR_SLICE("rx"), &explanation, NULL);
        code = code < 0 ? code : json_result(armor_explanation_to_json(&view, &explanation));
        armor_explanation_done(&explanation);
    }
    armor_view_done(&view);
    return code;
}

/* A profile's rules as they are sent, taken, and applied. */
static int take_over(void)
{
    static const char text[] =
        "profile p { /a/* rix, signal peer=p, deny /b w, audit deny /c rwx, owner /d rl, /e Px, network, }";
    struct armor_reading *reading = NULL;
    struct armor_profile *stated = NULL;
    struct armor_profile *arrived = NULL;
    struct armor_profile *copy = NULL;
    struct armor_taken taken = {0};
    int code = armor_read(ARMOR_SLICE(text), "text", NULL, 1, &reading, NULL);
    code = code < 0 ? code : armor_profile_new(ARMOR_SLICE("web"), 1, &stated);
    code = code < 0 ? code : armor_stated_take(stated, &reading->sections[0], ignore, NULL);
    json_t *json = code < 0 ? NULL : armor_stated_to_json(stated);
    code = code < 0 || json ? code : -ENOMEM;
    code = code < 0 ? code : armor_stated_from_json(json, ARMOR_SLICE("web"), 2, &arrived, NULL);
    code = code < 0 ? code : armor_profile_copy(given.profile, 3, &copy);
    code = code < 0 ? code : armor_stated_apply(copy, arrived, ARMOR_SLICE("root"), 4, &taken);
    json_decref(json);
    armor_profile_free(copy);
    armor_profile_free(arrived);
    armor_profile_free(stated);
    armor_reading_free(reading);
    return code;
}

static int take_empty(void)
{
    struct armor_text text = ARMOR_TEXT_INIT(10);
    char *string = NULL;
    int code = armor_text_take(&text, &string);
    free(string);
    armor_text_done(&text);
    return code;
}

static int sort(void)
{
    const struct armor_rule **rules = NULL;
    int code = armor_profile_sorted(given.profile, &rules);
    free((void *)rules);
    return code;
}

static int json_of_event(void)
{
    return json_result(armor_event_to_json(&given.event));
}

static int json_of_rule(void)
{
    for (size_t i = 0; i < given.profile->rule_count; i += 7) {
        int code = json_result(armor_rule_to_json(given.profile, given.profile->rules[i]));
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static int json_of_profile(void)
{
    return json_result(armor_profile_to_json(given.profile));
}

static int json_of_bytes(void)
{
    json_t *object = json_object();
    int code = object ? armor_json_set_bytes(object, "name", ARMOR_SLICE("/a\xff")) : -ENOMEM;
    json_decref(object);
    return code;
}

/*
 * Enough words, instructions, facts and findings for larger arrays. No JSON forms: where jansson has no memory for a string, it
 * calls the string malformed, and the form is then the shell's, as for any array that isn't one.
 */
static int read_dockerfile(void)
{
    static char room[8192]; /* no allocation but lib's own */
    static const char head[] =
        "FROM a:1 AS b\nARG X=1\nFROM b\nUSER u\nENV P=/p${X:-y}${X%1}\nSTOPSIGNAL SIGHUP\n"
        "EXPOSE 80\nVOLUME /v\nCMD a; cd /x && b $P\n"
        "HEALTHCHECK CMD d || exit 1\nCOPY <<E a /e/\nE\n";
    struct armor_text text = {.bytes = room, .capacity = sizeof room, .limit = sizeof room - 1};
    struct armor_seed *seed = NULL;
    armor_text_string(&text, head);
    for (int i = 0; i < 40; i++) {
        char line[128];
        (void)snprintf(line, sizeof line, "RUN chown -R u /o/%d && chmod 4755 \\\n /s/%d $Y%d\nENV V%d=%d\n",
                       i, i, i, i, i);
        armor_text_string(&text, line);
    }
    int code = armor_seed_new(&seed);
    code = code < 0 ? code
                    : armor_dockerfile_read((struct armor_slice){text.bytes, text.length}, NULL, seed, NULL);
    armor_seed_free(seed);
    return code;
}

/* In this order: learning fills the profile that the later ones show. */
static const struct {
    const char *name;
    int (*call)(void);
} calls[] = {
    {"intern_new", new_intern},
    {"intern_add", fill_intern},
    {"profile_new", new_profile},
    {"baseline_add", add_baseline},
    {"learn", learn},
    {"match", match},
    {"read_and_check", read_and_check},
    {"render", render},
    {"text_take", take_empty},
    {"seed_of_compose", seed_of_compose},
    {"inspect_read", read_inspect},
    {"seed_from_json", take_seed},
    {"generalise", make_policy},
    {"explain", explain},
    {"stated", take_over},
    {"profile_sorted", sort},
    {"event_to_json", json_of_event},
    {"rule_to_json", json_of_rule},
    {"profile_to_json", json_of_profile},
    {"json_set_bytes", json_of_bytes},
    {"dockerfile_read", read_dockerfile},
};

START_TEST(every_allocation_fails_once)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        int code = -ENOMEM;
        size_t number = 0;
        while (code < 0 && number < ROUNDS) {
            allocations_fail_at(++number);
            code = calls[i].call(); /* which may not assert: Check allocates */
            size_t made = allocations_count();
            allocations_fail_at(0);
            ck_assert_msg(code == 0 || code == -ENOMEM, "%s: %d", calls[i].name, code);
            ck_assert_msg(code < 0 || made < number, "%s: a failed allocation went unnoticed", calls[i].name);
        }
        ck_assert_msg(number > 1, "%s allocates nothing", calls[i].name);
        ck_assert_msg(code == 0, "%s never succeeds", calls[i].name);
    }
}
END_TEST

/* What failed half way left no trace: the text is that of a profile that never met a failure. */
START_TEST(same_text_as_without_failures)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    struct armor_text other = ARMOR_TEXT_INIT(ARMOR_PROFILE_TEXT_MAX);
    ck_assert_int_eq(armor_render(given.profile, ARMOR_MODE_LEARNING, NULL, &text), 0);
    armor_profile_free(given.profile);
    ck_assert_int_eq(armor_profile_new(ARMOR_SLICE("web"), 1, &given.profile), 0);
    ck_assert_int_eq(add_baseline(), 0);
    ck_assert_int_eq(learn(), 0);
    ck_assert_int_eq(armor_render(given.profile, ARMOR_MODE_LEARNING, NULL, &other), 0);
    ck_assert_str_eq(text.bytes, other.bytes);
    armor_text_done(&text);
    armor_text_done(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oom");
    TCase *tcase = check_case(suite, "oom");
    tcase_add_test(tcase, every_allocation_fails_once);
    tcase_add_test(tcase, same_text_as_without_failures);
    if (armor_profile_new(ARMOR_SLICE("web"), 1, &given.profile) < 0 ||
        armor_intern_new((size_t)1024 * 1024, 1, &given.table) < 0) {
        return EXIT_FAILURE;
    }
    given.seed = json_pack("{s:[{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:i}}, {s:s, s:s, s:s, s:s, s:{}}]}",
                           "rules", "kind", "file", "mask", "rw", "name", "/data/**", "grant", "granted",
                           "reason", "a volume", "source", "file", "c.yml", "line", 3, "kind", "exec", "name",
                           "/b", "name_hex", "2f62", "grant", "expected", "source");
    json_set_alloc_funcs(malloc,
                         free); /* as the linker wraps them here: jansson's own are out of its reach */
    int result = check_main(suite);
    armor_profile_free(given.profile);
    armor_intern_free(given.table);
    json_decref(given.seed);
    return result;
}
