/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader of profile texts: a cursor, variables, and the section that is being read. One file for each family of rules
 * (read_*.c); read.c has the preamble, read_section.c what is between braces. Private to lib/policy.
 */
#pragma once

#include "armor/intern.h"
#include "armor/read.h"

/* Where the cursor is. One for each file; an include has its own. */
struct read_cursor {
    const char *source; /* name of the file */
    struct armor_slice text;
    size_t at;
    size_t line;       /* of `at`, from 1 */
    size_t line_start; /* where that line begins */
};

/* A variable; of set values, or a boolean. */
struct read_variable {
    const char *name;
    bool own; /* speaks of the section that is being read, and hides one of the text's */
    bool boolean, truth;
    const char **values; /* owned; sorted, each once; unexpanded */
    size_t count;
    bool expanding; /* its values are being expanded now: a reference to it is a loop */
};

struct read_variables {
    struct read_variable *list; /* owned */
    size_t count;
};

struct read_alias {
    const char *from, *to;
};

/* What stands before a rule. */
struct read_prefix {
    uint32_t flags; /* audit, deny, prompt, owner, other */
    bool allow;     /* said so */
    int32_t priority;
    size_t start; /* of the rule in the text, prefix and all */
    size_t line, column;
};

struct reader {
    const struct armor_includes *includes;
    struct armor_reading *reading;
    struct armor_intern *words;
    struct read_variables variables;
    struct read_alias *aliases; /* owned */
    size_t alias_count;
    struct read_cursor *cursor;
    size_t token;          /* where the token that was read last begins */
    size_t section;        /* index of the section that is being read; SIZE_MAX: none */
    size_t clauses;        /* of all sections */
    const char **included; /* owned; files read in this scope, each once */
    size_t included_count;
    size_t depth;             /* of braces, includes and variables within each other */
    size_t steps;             /* taken to expand variables */
    struct read_prefix outer; /* of the block that is being read */
    bool one_line;            /* a newline isn't a blank: it ends a boolean's assignment */
    bool skipping;            /* in the branch of a condition that isn't taken: read, and dropped */
    struct armor_text room;   /* for words */
    struct armor_text other;  /* for expanding them */
    struct armor_error *err;
};

/* --- read_lex.c: the cursor --- */

/* How far a token goes. */
enum read_token {
    READ_ID = 0, /* up to a blank, a quote, `!`, or a comma before a blank */
    READ_WORD,   /* likewise; and not over `=` or a bracket, unless it begins as a path or label */
    READ_LIST,   /* in round brackets: up to a blank, a comma or a bracket */
};

/* Fill the error with the cursor's file and the position AT; returns -EBADMSG. */
int read_fail(struct reader *reader, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Step over blanks, newlines and comments; not over `#include`. */
void read_blanks(struct reader *reader);

/* Step over blanks on this line. */
void read_line_blanks(struct reader *reader);

/* The byte at the cursor; NUL at the end of the file. */
char read_peek(const struct reader *reader);

/* Step over COUNT bytes, none of them a newline. */
void read_step(struct reader *reader, size_t count);

/* Step over blanks, and over TEXT if it is next: whether it was. */
bool read_take(struct reader *reader, const char *text);

/* Step over blanks, and over WORD if it is the next one, whole. */
bool read_take_word(struct reader *reader, const char *word);

/* Whether WORD is next, whole, at the cursor. */
bool read_is_word(const struct reader *reader, const char *word);

/* Step over blanks and TEXT, or fail: "expected a comma". */
ARMOR_CHECKED int read_expect(struct reader *reader, const char *text);

/* The token at the cursor, behind blanks, quotes and all, as it stands. Returns 1; 0 when there is none; -EBADMSG. */
ARMOR_CHECKED int read_token(struct reader *reader, enum read_token kind, struct armor_slice *ret_raw);

/* RAW without quotes and with its escapes resolved, variables as they are; interned. Returns 0, -E2BIG, -EBADMSG, -ENOMEM. */
ARMOR_CHECKED int read_decode(struct reader *reader, struct armor_slice raw, const char **ret_word);

/* A token, decoded. Returns as read_token, and as read_decode. */
ARMOR_CHECKED int read_word(struct reader *reader, enum read_token kind, const char **ret_word);

/* A token, decoded, with its variables expanded; 0 when there is none. */
ARMOR_CHECKED int read_pattern(struct reader *reader, enum read_token kind, const char **ret_pattern);

/* BYTES, interned. */
ARMOR_CHECKED int read_intern(struct reader *reader, struct armor_slice bytes, const char **ret_word);

/* --- read_variables.c --- */

/* Whether the word at the cursor, which begins with `@` or `$`, has an assignment behind it. */
bool read_is_assignment(const struct reader *reader);

/* `@{NAME}` or `$NAME` with its assignment. */
ARMOR_CHECKED int read_assignment(struct reader *reader);

/* WORD with its variables expanded to alternatives. */
ARMOR_CHECKED int read_expand(struct reader *reader, const char *word, const char **ret_pattern);

/* The same, and refused unless it is a pattern that can be. */
ARMOR_CHECKED int read_expand_pattern(struct reader *reader, const char *word, const char **ret_pattern);

/* Let NAME, which speaks of the section, have VALUE alone; NULL: what the text says, if anything. */
ARMOR_CHECKED int read_set_own(struct reader *reader, const char *name, const char *value);

/* The value set of a set variable NAME; NULL: no such one. */
struct read_variable *read_find_variable(struct reader *reader, struct armor_slice name);

/* The values of VARIABLE, expanded, sorted, each once: an array for free(). */
ARMOR_CHECKED int read_values(struct reader *reader, struct read_variable *variable, const char ***ret_values,
                              size_t *ret_count);

void read_variables_done(struct read_variables *variables);

/* --- read_condition.c --- */

/* An expression behind `if`, or of a boolean's assignment. */
ARMOR_CHECKED int read_expression(struct reader *reader, bool *ret_truth);

/* --- read.c --- */

/* `include`, behind that word: its files, each read by READ. */
ARMOR_CHECKED int read_include(struct reader *reader, int (*read)(struct reader *reader));

/* Whether an include is next; steps over the word. */
bool read_take_include(struct reader *reader);

/* `abi <...>,` behind the word. */
ARMOR_CHECKED int read_abi(struct reader *reader);

/* --- read_section.c --- */

/* A profile, hat or child with its body; PARENT as of a section. */
ARMOR_CHECKED int read_section(struct reader *reader, size_t parent);

/* Add CLAUSE, a part of the rule that PREFIX stands before and that ends at the cursor. */
ARMOR_CHECKED int read_add(struct reader *reader, const struct read_prefix *prefix,
                           const struct armor_clause *clause);

/* --- read_head.c --- */

/* The head of a section of PARENT, to the opening brace and over it. */
ARMOR_CHECKED int read_head(struct reader *reader, size_t parent, struct armor_section *ret_section);

/* Set the variables that speak of section NUMBER itself: @{profile_name}, @{exec_path}, @{attach_path}. */
ARMOR_CHECKED int read_own_variables(struct reader *reader, size_t number);

/* --- read_flags.c --- */

/* `flags=(...)` or `(...)`, if it is next, into SECTION. */
ARMOR_CHECKED int read_flags(struct reader *reader, struct armor_section *section);

/* --- the rules: each reads behind its keyword, to the comma and over it --- */

ARMOR_CHECKED int read_file_rule(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_link_rule(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_capability(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_rlimit(struct reader *reader);
ARMOR_CHECKED int read_network(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_unix(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_dbus(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_signal(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_ptrace(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_mqueue(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_io_uring(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_userns(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_change_profile(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_mount(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_remount(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_umount(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_pivot_root(struct reader *reader, const struct read_prefix *prefix);
ARMOR_CHECKED int read_all(struct reader *reader, const struct read_prefix *prefix);

/* --- read_conds.c: what several rules have --- */

enum { READ_CONDS_MAX = 16, READ_VALUES_MAX = 64 };

/* One condition, `NAME=value`, `NAME=(a, b)`, `NAME in (a, b)`. */
struct read_cond {
    struct armor_slice name;
    bool peer;                           /* in `peer=(...)` */
    bool in;                             /* `in` */
    bool set;                            /* `:=` */
    const char *values[READ_VALUES_MAX]; /* decoded */
    size_t count;
    size_t at; /* where it stands */
};

struct read_conds {
    struct read_cond list[READ_CONDS_MAX];
    size_t count;
    bool peers; /* `peer=(` stands there */
};

/* All conditions at the cursor. Those in `peer=(...)` where GROUPED. */
ARMOR_CHECKED int read_conds(struct reader *reader, bool grouped, struct read_conds *ret_conds);

/* A mask before the conditions: words, in brackets or one alone, of KIND; 0 when there is none. */
ARMOR_CHECKED int read_mask(struct reader *reader, enum armor_rule_kind kind, uint32_t *ret_mask);

/* The one value of COND, expanded and a pattern that can be. */
ARMOR_CHECKED int read_cond_pattern(struct reader *reader, const struct read_cond *cond, const char *of,
                                    const char **ret_pattern);

/* --- read_mount.c --- */

/* LIST, "rw, bind", as bits that it switches on and off. Returns 0, or -EINVAL for a word that is no mount option. */
ARMOR_CHECKED int read_mount_options(struct armor_slice list, uint32_t *ret_on, uint32_t *ret_off);

/* `owner` stands before rules of files alone. */
ARMOR_CHECKED int read_no_owner(struct reader *reader, const struct read_prefix *prefix);
