/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compose: variables as the specification has them, .env files, and files that come from the caller alone. */
#include "armor/compose.h"

#include "check_main.h"

#include <errno.h>

static struct armor_variables *variables;

static void setup(void)
{
    ck_assert_int_eq(armor_variables_new(&variables), 0);
    ck_assert_int_eq(armor_variables_add(variables, ARMOR_SLICE("A"), ARMOR_SLICE("1")), 1);
    ck_assert_int_eq(armor_variables_add(variables, ARMOR_SLICE("EMPTY"), ARMOR_SLICE("")), 1);
    ck_assert_int_eq(armor_variables_add(variables, ARMOR_SLICE("A"), ARMOR_SLICE("2")), 0);
}

static void teardown(void)
{
    armor_variables_free(variables);
    armor_variables_free(NULL);
    armor_compose_free(NULL);
}

static const struct {
    const char *text, *result; /* result NULL: refused */
    const char *unset;
} forms[] = {
    {"plain", "plain", NULL},
    {"$A${A}", "11", NULL},
    {"$AB", "", "AB"},
    {"${NO}x", "x", "NO"},
    {"${NO:-d}", "d", NULL},
    {"${NO-d}", "d", NULL},
    {"${EMPTY:-d}", "d", NULL},
    {"${EMPTY-d}", "", NULL},
    {"${A:+y}${NO:+y}${EMPTY:+y}", "y", NULL},
    {"${A+y}${NO+y}${EMPTY+y}", "yy", NULL},
    {"${A:?e}${EMPTY?e}", "1", NULL},
    {"${EMPTY:?e}", NULL, NULL},
    {"${NO?e}", NULL, NULL},
    {"${NO:-${EMPTY:-${A}}}", "1", NULL},
    {"${NO:-a}b}", "ab}", NULL},
    {"$$A $${A} $$$A", "$A ${A} $1", NULL},
    {"5$ $1 $", "5$ $1 $", NULL},
    {"${", NULL, NULL},
    {"${}", NULL, NULL},
    {"${A!}", NULL, NULL},
    {"${ A}", NULL, NULL},
    {"${A:}", NULL, NULL},
    {"${1}", NULL, NULL},
};

START_TEST(interpolates)
{
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    struct armor_slice unset = {0};
    struct armor_error err = {0};
    int code = armor_interpolate(armor_slice_of(forms[_i].text), variables, &text, &unset, &err);
    ck_assert_int_eq(code, forms[_i].result ? 0 : -EBADMSG);
    ck_assert_int_eq(err.code, code);
    if (code == 0) {
        ck_assert_str_eq(text.bytes ? text.bytes : "", forms[_i].result);
        check_slice(unset, forms[_i].unset, "unset");
    }
    armor_text_done(&text);
}
END_TEST

START_TEST(nesting_and_length_are_bounded)
{
    struct armor_text deep = ARMOR_TEXT_INIT(1000);
    struct armor_text text = ARMOR_TEXT_INIT(3);
    struct armor_slice unset = {0};
    for (int i = 0; i < 20; i++) {
        armor_text_string(&deep, "${NO:-");
    }
    for (int i = 0; i < 20; i++) {
        armor_text_char(&deep, '}');
    }
    ck_assert_int_eq(armor_interpolate(armor_slice_of(deep.bytes), variables, &text, &unset, NULL), -EBADMSG);
    ck_assert_int_eq(armor_interpolate(ARMOR_SLICE("$A$A$A"), variables, &text, &unset, NULL), 0);
    ck_assert_int_eq(armor_interpolate(ARMOR_SLICE("$A"), variables, &text, &unset, NULL), -E2BIG);
    armor_text_done(&deep);
    armor_text_done(&text);
}
END_TEST

START_TEST(reads_dotenv)
{
    static const char file[] =
        "\xef\xbb\xbf# comment\n"
        "PLAIN=a b # comment\n"
        "export HASH=a#b\r\n"
        "SINGLE='$A \\n'\n"
        "DOUBLE=\"x\\ty $A \\$A\nsecond\" # comment\n"
        "REF=${PLAIN}-${NO:-d}\n"
        "A=other\n"
        "COLON: value\n"
        "NAME\n"
        "NOTHING=";
    static const struct {
        const char *name, *value;
    } expected[] = {{"PLAIN", "a b"}, {"HASH", "a#b"}, {"SINGLE", "$A \\n"}, {"DOUBLE", "x\ty 1 $A\nsecond"},
                    {"REF", "a b-d"}, {"A", "1"},      {"COLON", "value"},   {"NAME", NULL},
                    {"NOTHING", ""}};
    struct armor_error err = {0};
    int code = armor_dotenv_read(ARMOR_SLICE(file), ".env", variables, &err);
    ck_assert_msg(code == 0, "%zu: %s", err.line, err.text);
    for (int i = 0; i < LENGTH(expected); i++) {
        const char *value = armor_variables_get(variables, armor_slice_of(expected[i].name));
        check_slice(armor_slice_of(value), expected[i].value, expected[i].name);
    }
}
END_TEST

static const struct {
    struct armor_slice text;
    size_t line, column;
} bad_env[] = {{ARMOR_SLICE("A=1\nB=\"open\nmore"), 2, 3},
               {ARMOR_SLICE("=1"), 1, 1},
               {ARMOR_SLICE("A B"), 1, 3},
               {ARMOR_SLICE("\nA='a'b"), 2, 6},
               {ARMOR_SLICE("A=x\0y"), 1, 4},
               {ARMOR_SLICE("A=${"), 1, 3}};

START_TEST(refuses_dotenv)
{
    struct armor_error err = {0};
    ck_assert_int_eq(armor_dotenv_read(bad_env[_i].text, ".env", variables, &err), -EBADMSG);
    ck_assert_uint_eq(err.line, bad_env[_i].line);
    ck_assert_uint_eq(err.column, bad_env[_i].column);
    ck_assert_str_eq(err.source, ".env");
}
END_TEST

/* A project in memory. */
static const struct {
    const char *path, *text;
} files[] = {
    {"p/c.yml",
     "include: [sub/i.yml]\nservices:\n  a: {extends: {file: sub/../b.yml, service: b}, ports: [1]}\n"},
    {"p/b.yml", "services:\n  b: {image: x, ports: [2], environment: [K=V]}\n"},
    {"p/sub/i.yml", "services:\n  c: {image: $FROM, profiles: [debug]}\n"},
    {"p/sub/.env", "FROM=sub\n"},
    {"p/o.yml", "services:\n  a: {environment: {K: W}, ports: [2]}\n"},
};

static int load(void *userdata, const char *path, struct armor_text *text, struct armor_error *err)
{
    unsigned *loads = userdata;
    for (int i = 0; i < LENGTH(files); i++) {
        if (strcmp(files[i].path, path) == 0) {
            *loads += 1U << i;
            armor_text_string(text, files[i].text);
            return 0;
        }
    }
    return armor_error_set(err, -ENOENT, "isn't there: %s", path);
}

START_TEST(loads_each_file_once)
{
    static const char *const paths[] = {"p/c.yml", "p/o.yml"};
    unsigned loads = 0;
    struct armor_compose_files given = {load, &loads};
    struct armor_compose *compose = NULL;
    struct armor_seed *seed = NULL;
    struct armor_error err = {0};
    int code = armor_compose_load(paths, 2, variables, &given, &compose, &err);
    ck_assert_msg(code == 0, "%s:%zu: %s", err.source, err.line, err.text);
    ck_assert_uint_eq(loads, (1U << LENGTH(files)) - 1);
    ck_assert_str_eq(armor_compose_service(compose, 0), "a");
    ck_assert_str_eq(armor_compose_service(compose, 1), "c");
    ck_assert_ptr_null(armor_compose_service(compose, 2));
    ck_assert(armor_compose_active(compose, "a"));
    ck_assert(!armor_compose_active(compose, "c"));
    ck_assert_int_eq(armor_variables_add(variables, ARMOR_SLICE("COMPOSE_PROFILES"), ARMOR_SLICE("x,debug")),
                     1);
    ck_assert(armor_compose_active(compose, "c"));
    ck_assert_int_eq(armor_seed_new(&seed), 0);
    ck_assert_int_eq(armor_compose_seed(compose, "none", seed, &err), -ENOENT);
    armor_error_clear(&err);
    ck_assert_int_eq(armor_compose_seed(compose, "c", seed, &err), 0);
    ck_assert_str_eq(seed->findings[0].code, "moving-tag");
    ck_assert_ptr_nonnull(strstr(seed->findings[0].text, "'sub'")); /* of the included folder's .env */
    ck_assert_str_eq(seed->findings[0].source.file, "p/sub/i.yml");
    armor_seed_free(seed);
    armor_compose_free(compose);
}
END_TEST

START_TEST(missing_file_is_said_where_it_is_named)
{
    static const char *const paths[] = {"p/none.yml"};
    unsigned loads = 0;
    struct armor_compose_files given = {load, &loads};
    struct armor_compose *compose = NULL;
    struct armor_error err = {0};
    ck_assert_int_eq(armor_compose_load(paths, 1, NULL, &given, &compose, &err), -ENOENT);
    ck_assert_str_eq(err.source, "p/none.yml");
    ck_assert_int_eq(armor_compose_load(paths, 0, NULL, &given, &compose, NULL), -EINVAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compose");
    TCase *tcase = check_case(suite, "compose");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, interpolates, 0, LENGTH(forms));
    tcase_add_test(tcase, nesting_and_length_are_bounded);
    tcase_add_test(tcase, reads_dotenv);
    tcase_add_loop_test(tcase, refuses_dotenv, 0, LENGTH(bad_env));
    tcase_add_test(tcase, loads_each_file_once);
    tcase_add_test(tcase, missing_file_is_said_where_it_is_named);
    return check_main(suite);
}
