/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dockerfiles that mean harm: bounded in time and memory, with a place for each error; and what substitution gives. */
#include "armor/dockerfile.h"
#include "armor/intern.h"
#include "armor/limits.h"
#include "seed/dockerfile_expand.h"

#include "check_main.h"

#include <errno.h>
#include <stdio.h>

static int read_text(struct armor_slice text, struct armor_error *err)
{
    struct armor_seed *seed = NULL;
    ck_assert_int_eq(armor_seed_new(&seed), 0);
    int code = armor_dockerfile_read(text, NULL, seed, err);
    armor_seed_free(seed);
    return code;
}

static const struct {
    const char *word, *expected; /* NULL: an error */
    bool known;
} words[] = {
    {"plain", "plain", true},
    {"'a $SET'\"b $SET\"", "a $SETb value", true},
    {"\\$SET a\\ b", "$SET a b", true},
    {"${SET}x$SET-", "valuexvalue-", true},
    {"${EMPTY:-d}${EMPTY-d}", "d", true},
    {"${SET:+a}${EMPTY:+b}${EMPTY+c}", "ac", true},
    {"${SET:?no}", "value", true},
    {"${EMPTY:?no}", NULL, false},
    {"${EMPTY?no}", "", true},
    {"${FILE%.*} ${FILE%%.*} ${FILE#*.} ${FILE##*.}", "a.b a b.c c", true},
    {"${FILE%c*x}", "a.b.c", true},
    {"${FILE/./-} ${FILE//./-} ${FILE//?./}", "a-b.c a-b-c c", true},
    {"${EMPTY:-${SET:-x}}", "value", true},
    {"$OTHER", "", false},
    {"${OTHER:-x}", "x", false},
    {"${DECLARED:-x}", "x", true},
    {"$DECLARED", "", false},
    {"$", "$", true},
    {"a\\", "a", true},
    {"${SET", NULL, false},
    {"${}", NULL, false},
    {"${SET!x}", NULL, false},
    {"${SET:#x}", NULL, false},
    {"${SET/a}", NULL, false},
    {"'a", NULL, false},
    {"\"a", NULL, false},
    {"${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-${a:-x}}}}}}}}}}}}}}}}"
     "}",
     NULL, false},
};

START_TEST(substitution)
{
    static const char *const set[][2] = {{"SET", "value"}, {"EMPTY", ""}, {"FILE", "a.b.c"}};
    struct dockerfile_scope scope = {0};
    struct armor_text text = ARMOR_TEXT_INIT(100);
    struct armor_error err = {0};
    bool known = false;
    ck_assert_int_eq(armor_intern_new(10000, 0, &scope.text), 0);
    for (int i = 0; i < LENGTH(set); i++) {
        struct armor_slice value = armor_slice_of(set[i][1]);
        ck_assert_int_eq(dockerfile_scope_set(&scope, armor_slice_of(set[i][0]), &value, true, false), 0);
    }
    ck_assert_int_eq(dockerfile_scope_set(&scope, ARMOR_SLICE("DECLARED"), NULL, false, false), 0);
    ck_assert_int_eq(dockerfile_scope_set(&scope, ARMOR_SLICE("SET"), NULL, false, false), 0); /* ENV stays */
    int code = dockerfile_expand(&scope, armor_slice_of(words[_i].word), '\\', &text, &known, &err);
    ck_assert_msg((code < 0) == !words[_i].expected, "%s: %d", words[_i].word, code);
    ck_assert_int_eq(code, err.code);
    if (code == 0) {
        ck_assert_str_eq(text.bytes ? text.bytes : "", words[_i].expected);
        ck_assert_msg(known == words[_i].known, "%s is%s known", words[_i].word, known ? "" : " not");
    }
    armor_text_done(&text);
    armor_intern_free(scope.text);
    dockerfile_scope_done(&scope);
}
END_TEST

/* FROM, then LINE as often as it takes to have the largest file. */
static int read_repeated(const char *head, const char *line, struct armor_error *err)
{
    struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    armor_text_string(&text, head);
    while (text.length + strlen(line) < ARMOR_SOURCE_MAX) {
        armor_text_string(&text, line);
    }
    int code = read_text((struct armor_slice){text.bytes, text.length}, err);
    armor_text_done(&text);
    return code;
}

static const struct {
    const char *head, *line;
    int code;
} floods[] = {
    {"FROM scratch\n", "USER 1\n", -E2BIG},
    {"FROM scratch\nRUN ", "chmod 755 /x;", -E2BIG},
    {"FROM scratch\nRUN ", "((((", 0},
    {"FROM scratch\nRUN ", "$(", 0},
    {"FROM scratch\nRUN ", "\"${", 0},
    {"FROM scratch\nRUN ", "cat <<a;", -EBADMSG},
    {"FROM scratch\nRUN ", "if case ", -E2BIG},
    {"FROM scratch\nENV A=a", "${A}", 0},
    {"FROM scratch\nENV A=x\nENV ", "B=$A$B$A$B$A$B ", -E2BIG},
    {"FROM scratch\nENV ", "A=${", -EBADMSG},
    {"FROM scratch\nENV A=", "aaaaaaaa", -E2BIG},
    {"FROM scratch\nENV A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nENV ",
     "B=${A//*a*a*a*b/x} ", -E2BIG},
    {"FROM scratch\nCOPY ", "a ", -E2BIG},
    {"FROM scratch\nEXPOSE ", "80 ", -E2BIG},
    {"FROM scratch\nVOLUME [\"/a\"", ",\"/b\"", -E2BIG},
    {"FROM scratch\nCMD ", "[", 0},
    {"FROM scratch\nLABEL ", "a=b ", 0},
    {"FROM scratch\n", "#\n", 0},
    {"FROM scratch\nRUN a\\\n", "#\n", 0},
    {"FROM scratch\nRUN a", "\\\n", 0},
    {"", "ONBUILD ", -EBADMSG},
    {"FROM scratch AS a\n", "FROM a AS a\n", -E2BIG},
};

START_TEST(floods_end)
{
    struct armor_error err = {0};
    int code = read_repeated(floods[_i].head, floods[_i].line, &err);
    ck_assert_msg(code == floods[_i].code && err.code == code, "%.30s: %d %s", floods[_i].line, code,
                  err.text);
}
END_TEST

/* A value that doubles with each line ends at the cap of values, at its line. */
START_TEST(doubling)
{
    struct armor_error err = {0};
    struct armor_text text = ARMOR_TEXT_INIT(10000);
    armor_text_string(&text, "FROM scratch\nENV A=aaaaaaaa\n");
    for (int i = 0; i < 40; i++) {
        armor_text_string(&text, "ENV A=$A$A\n");
    }
    ck_assert_int_eq(read_text((struct armor_slice){text.bytes, text.length}, &err), -E2BIG);
    ck_assert_uint_eq(err.line, 14);
    ck_assert_uint_eq(err.column, 7);
    armor_text_done(&text);
}
END_TEST

START_TEST(too_long)
{
    struct armor_error err = {0};
    char *bytes = calloc(1, ARMOR_SOURCE_MAX + 1);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(read_text((struct armor_slice){bytes, ARMOR_SOURCE_MAX + 1}, &err), -E2BIG);
    ck_assert_int_eq(read_text((struct armor_slice){"", 0}, NULL), -EBADMSG);
    free(bytes);
}
END_TEST

/* The byte-order mark, CRLF, lower case, and tabs are as good as any. */
START_TEST(forms)
{
    struct armor_error err = {0};
    ck_assert_int_eq(
        read_text(ARMOR_SLICE("\xef\xbb\xbf# x\r\nfrom\ta:1\tas B\r\nrun a \\ \t\r\n b\r\nuser 1\r\n"), &err),
        0);
    ck_assert_int_eq(read_text(ARMOR_SLICE("FROM a\nUSER 1\nFROM 0 AS b\nFROM B\n"), &err), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dockerfile");
    TCase *tcase = check_case(suite, "dockerfile");
    tcase_add_loop_test(tcase, substitution, 0, LENGTH(words));
    tcase_add_loop_test(tcase, floods_end, 0, LENGTH(floods));
    tcase_add_test(tcase, doubling);
    tcase_add_test(tcase, too_long);
    tcase_add_test(tcase, forms);
    return check_main(suite);
}
