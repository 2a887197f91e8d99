/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Simple commands of a shell's program, shown as `word word|...`; a word that can't be told is `?`. */
#include "seed/shell_words.h"

#include "check_main.h"

#include <errno.h>

static const char *look_up(void *context, struct armor_slice name)
{
    (void)context;
    return armor_slice_is(name, "KNOWN") ? "/k n" : NULL;
}

/* Each command in brackets, with `~` where it isn't certain and `|` where it is piped. */
static int visit(void *context, const struct shell_command *command)
{
    struct armor_text *text = context;
    armor_text_string(text, command->link == SHELL_PIPED ? "|" : "");
    armor_text_string(text, command->certain ? "[" : "~[");
    for (size_t i = 0; i < command->count; i++) {
        armor_text_string(text, i ? " " : "");
        armor_text_string(text, command->words[i].known ? shell_text(command, i) : "?");
        armor_text_string(text, command->words[i].glob ? "*" : "");
    }
    armor_text_string(text, "]");
    return 0;
}

static const struct {
    const char *program, *expected;
    int understood;
} cases[] = {
    {"", "", 1},
    {"a b  c", "[a b c]", 1},
    {"a;b&c\nd", "[a][b][c][d]", 1},
    {"a && b || c; d", "[a][b]~[c][d]", 1},
    {"a | b |& c", "[a]|[b]|[c]", 1},
    {"a 'b  c' \"d e\" f\\ g h'i'\"j\"", "[a b  c d e f g hij]", 1},
    {"a \"\\$x \\\"q\\\" \\n\"", "[a $x \"q\" \\n]", 1},
    {"a $KNOWN ${KNOWN}x $OTHER ${KNOWN:-z} $1 $", "[a /k n /k nx ? ? ? $]", 1},
    {"a $(b c; d) `e f` \"$(g \"h\")\" i", "[a ? ? ? i]", 1},
    {"a *.x 'b*' c?", "[a *.x* b* c?*]", 1},
    {"a > /x 2>&1 <y >>z b &>all c", "[a b c]", 1},
    {"a # comment; b\nc", "[a][c]", 1},
    {"if a; then b; elif c; then d; else e; fi; f", "~[a]~[b]~[c]~[d]~[e][f]", 1},
    {"for x in a b c; do d $x; done; e", "~[d ?][e]", 1},
    {"while a; do b; done | c", "~[a]~[b]|[c]", 1},
    {"case $x in a|b) c ;; *) d; e ;; esac; f", "~[c]~[d]~[e][f]", 1},
    {"case \"$(a)\" in\n'x') b;;\n(y)\n c\n;;\nesac\nd", "~[b]~[c][d]", 1},
    {"! a; { b; c; }; (d; e) && f", "[a]~[b]~[c][d][e][f]", 1},
    {"f() { a; }; f", "[f]~[a][f]", 1},
    {"cat <<E >x; a\nb\nE\nc", "[cat][a][c]", 1},
    {"cat <<-'E'\nb\n\tE\nc", "[cat][c]", 1},
    {"cat <<< word; a", "[cat][a]", 1},
    {"X=1 Y='2 3' a", "[X=1 Y=2 3 a]", 1},
    {"a \\\n b", "[a b]", 1},
    {"diff <(a b) c", "[diff c]", 1},
    {"a 'open", "[a open]", 0},
    {"a \"open", "[a open]", 0},
    {"a $(open", "[a ?]", 0},
    {"a ${open", "[a ?]", 0},
    {"cat <<E\nopen", "[cat]", 0},
    {"a \\", "[a ]", 1},
    {"fi; done; ) ; esac }", "", 1},
};

START_TEST(programs)
{
    struct armor_text text = ARMOR_TEXT_INIT(1000);
    int understood = shell_read(armor_slice_of(cases[_i].program), look_up, visit, &text);
    ck_assert_msg(strcmp(text.bytes ? text.bytes : "", cases[_i].expected) == 0, "%s gives %s",
                  cases[_i].program, text.bytes);
    ck_assert_msg(understood == cases[_i].understood, "%s: %d", cases[_i].program, understood);
    armor_text_done(&text);
}
END_TEST

static int refuse(void *context, const struct shell_command *command)
{
    (void)context;
    (void)command;
    return -EPERM;
}

START_TEST(visitor_ends_it)
{
    ck_assert_int_eq(shell_read(ARMOR_SLICE("a; b"), look_up, refuse, NULL), -EPERM);
    ck_assert_int_eq(shell_read((struct armor_slice){"a\0b", 3}, look_up, refuse, NULL), -EPERM);
    ck_assert_int_eq(shell_read((struct armor_slice){"\0b", 2}, look_up, refuse, NULL), 1);
}
END_TEST

START_TEST(too_many_words)
{
    static char program[16384];
    for (size_t i = 0; i < sizeof program; i++) {
        program[i] = i % 2 ? ' ' : 'a';
    }
    ck_assert_int_eq(shell_read((struct armor_slice){program, sizeof program}, look_up, refuse, NULL),
                     -E2BIG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shell_words");
    TCase *tcase = check_case(suite, "shell_words");
    tcase_add_loop_test(tcase, programs, 0, LENGTH(cases));
    tcase_add_test(tcase, visitor_ends_it);
    tcase_add_test(tcase, too_many_words);
    return check_main(suite);
}
