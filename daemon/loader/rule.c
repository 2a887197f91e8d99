/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a statement of a managed profile may say. See rule.h. */
#include "rule.h"

#include "word.h"

#include <errno.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What may stand after "->". */
enum arrow {
    ARROW_NONE, /* no arrow in this statement */
    ARROW_PATH, /* a path */
    ARROW_SELF, /* the profile's own name */
};

/* The statements other than file rules, by their first word, sorted. */
static const struct {
    const char *word;
    enum arrow arrow;
} statements[] = {
    {"capability", ARROW_NONE}, {"dbus", ARROW_NONE},    {"io_uring", ARROW_NONE}, {"link", ARROW_PATH},
    {"mount", ARROW_PATH},      {"mqueue", ARROW_NONE},  {"network", ARROW_NONE},  {"pivot_root", ARROW_SELF},
    {"ptrace", ARROW_NONE},     {"remount", ARROW_NONE}, {"set", ARROW_NONE},      {"signal", ARROW_NONE},
    {"umount", ARROW_NONE},     {"unix", ARROW_NONE},    {"userns", ARROW_NONE},
};

/*
 * Words that begin a statement which no managed profile has, each with the reason. They are refused as any later word
 * and as a list item too, so that apparmor_parser can't come to see one if it ever cut a line differently from us.
 */
static const struct {
    const char *word;
    const char *why;
} refused[] = {
    {"include", "a profile must be complete in itself: includes are refused"},
    {"change_profile", "change_profile would let a container leave its profile"},
    {"profile", "profiles within the profile are refused"},
    {"hat", "hats are refused"},
    {"file", "file rules are written with their path"},
    {"all", "a rule that allows everything is refused"},
    {"abi", "abi stands before the profile"},
    {"alias", "aliases are refused"},
    {"if", "conditions are refused"},
    {"else", "conditions are refused"},
};

/* The permission letters of file rules that grant no execution. */
static const char plain_permissions[] = "rwaklm";

/* What the checks of one statement need. */
struct rule {
    const struct loader_words *words;
    size_t first; /* the first word that isn't a qualifier */
    bool denied;  /* "deny" is among the qualifiers */
    size_t number;
    const char *name;
    struct armor_error *err;
};

static int refuse(const struct rule *rule, int code, size_t word, const char *why)
{
    return armor_error_at(rule->err, code, rule->number, rule->words->items[word].column, "%s", why);
}

static bool is_plain(const struct loader_word *word, const char *text)
{
    return word->kind == LOADER_WORD_PLAIN && armor_slice_is(word->text, text);
}

/* Why TEXT can't begin a statement; NULL: no such reason. */
static const char *refusal(struct armor_slice text)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (armor_slice_is(text, refused[i].word)) {
            return refused[i].why;
        }
    }
    return NULL;
}

/* PATH, or the word after an arrow that must be one. */
static int check_path(const struct rule *rule, size_t word)
{
    return loader_word_is_path(&rule->words->items[word])
               ? 0
               : refuse(rule, -EBADMSG, word, "a path that begins with '/' or a variable is needed here");
}

/* Cut "mrix" into plain letters and how it executes: "", "ix", "px" or "x". False: other letters. */
static bool split_permissions(struct armor_slice permissions, struct armor_slice *ret_exec)
{
    size_t plain = 0;
    while (plain < permissions.length && strchr(plain_permissions, permissions.bytes[plain])) {
        plain++;
    }
    struct armor_slice exec = {permissions.bytes + plain, permissions.length - plain};
    *ret_exec = exec;
    return exec.length == 0 || armor_slice_is(exec, "ix") || armor_slice_is(exec, "px") ||
           armor_slice_is(exec, "x");
}

/* PATH PERMISSIONS, or PATH ...px -> SELF */
static int check_file(const struct rule *rule)
{
    const struct loader_words *words = rule->words;
    size_t path = rule->first;
    int r = check_path(rule, path);
    if (r < 0) {
        return r;
    }
    size_t count = words->count - path;
    if (count < 2 || words->items[path + 1].kind != LOADER_WORD_PLAIN) {
        return refuse(rule, -EBADMSG, path, "the path has no permissions after it");
    }
    struct armor_slice exec;
    if (!split_permissions(words->items[path + 1].text, &exec)) {
        return refuse(rule, -EPERM, path + 1,
                      "permissions are of r w a k l m, with ix, or px -> the profile itself, at the end");
    }
    if (armor_slice_is(exec, "x") && !rule->denied) {
        return refuse(rule, -EPERM, path + 1, "only a deny rule has a bare x");
    }
    if (!armor_slice_is(exec, "px")) {
        return count == 2 ? 0 : refuse(rule, -EBADMSG, path + 2, "nothing may follow these permissions");
    }
    if (count != 4 || !is_plain(&words->items[path + 2], "->") ||
        !is_plain(&words->items[path + 3], rule->name)) {
        return refuse(rule, -EPERM, path + 1,
                      "px must be followed by -> and the name of this profile, and no more");
    }
    return 0;
}

/*
 * The items of a list: words of [a-zA-Z0-9_-], none of which begins a statement, or key=value with the value of
 * anything but blanks, commas and quotes, or quoted.
 */
static int check_list(const struct rule *rule, size_t word)
{
    struct armor_slice list = rule->words->items[word].text;
    for (size_t at = 0; at < list.length;) {
        size_t start = at;
        while (at < list.length && !strchr(" \t,=\"", list.bytes[at])) {
            at++;
        }
        struct armor_slice item = {list.bytes + start, at - start};
        bool has_value = at < list.length && list.bytes[at] == '=';
        for (size_t i = 0; i < item.length; i++) {
            if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", item.bytes[i])) {
                return refuse(rule, -EBADMSG, word, "the list has an item that isn't a word");
            }
        }
        if (refusal(item)) {
            return refuse(rule, -EPERM, word, refusal(item));
        }
        if (has_value && item.length == 0) {
            return refuse(rule, -EBADMSG, word, "the list has a value without a name");
        }
        at += has_value;
        if (at < list.length && list.bytes[at] == '"') {
            if (!has_value) {
                return refuse(rule, -EBADMSG, word, "the list has a quoted item");
            }
            const char *end = memchr(list.bytes + at + 1, '"', list.length - at - 1);
            at = (size_t)(end - list.bytes) + 1; /* there is one: a list doesn't end inside quotes */
        } else if (has_value) {
            while (at < list.length && !strchr(" \t,\"", list.bytes[at])) {
                at++;
            }
        }
        if (at < list.length && !strchr(" \t,", list.bytes[at])) {
            return refuse(rule, -EBADMSG, word, "the list has a quote inside an item");
        }
        at += at < list.length;
    }
    return 0;
}

/* The word after "->" at WORD: the statement's kind says what it may be. */
static int check_arrow(const struct rule *rule, size_t word, enum arrow arrow)
{
    if (arrow == ARROW_NONE || word + 2 != rule->words->count) {
        return refuse(rule, -EBADMSG, word, "-> can't stand here");
    }
    if (arrow == ARROW_SELF && !is_plain(&rule->words->items[word + 1], rule->name)) {
        return refuse(rule, -EPERM, word + 1, "only the profile itself may follow -> here");
    }
    return arrow == ARROW_PATH ? check_path(rule, word + 1) : 0;
}

/* The words after the one that says what the statement is. */
static int check_words(const struct rule *rule, enum arrow arrow)
{
    for (size_t i = rule->first + 1; i < rule->words->count; i++) {
        const struct loader_word *word = &rule->words->items[i];
        int r = 0;
        switch (word->kind) {
        case LOADER_WORD_PLAIN:
            if (refusal(word->text)) {
                r = refuse(rule, -EPERM, i, refusal(word->text));
            } else if (armor_slice_is(word->text, "->")) {
                r = check_arrow(rule, i, arrow);
            }
            break;
        case LOADER_WORD_LIST: r = check_list(rule, i); break;
        case LOADER_WORD_QUOTED: break;
        }
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int check_statement(const struct rule *rule)
{
    const struct loader_word *head = &rule->words->items[rule->first];
    if (head->kind != LOADER_WORD_PLAIN) {
        return refuse(rule, -EBADMSG, rule->first, "a statement can't begin with this");
    }
    for (size_t i = 0; i < COUNT(statements); i++) {
        if (!armor_slice_is(head->text, statements[i].word)) {
            continue;
        }
        bool set = armor_slice_is(head->text, "set");
        if (set && (rule->words->count < rule->first + 2 || !is_plain(head + 1, "rlimit"))) {
            return refuse(rule, -EBADMSG, rule->first, "rlimit must follow set");
        }
        return check_words(rule, statements[i].arrow);
    }
    const char *why = refusal(head->text);
    return refuse(rule, why ? -EPERM : -EBADMSG, rule->first,
                  why ? why : "no statement begins with this word");
}

int loader_rule_comment(struct armor_slice line, size_t at, size_t line_number, struct armor_error *err)
{
    while (at < line.length && (line.bytes[at] == ' ' || line.bytes[at] == '\t')) {
        at++;
    }
    if (at == line.length) {
        return 0;
    }
    if (line.bytes[at] != '#') {
        return armor_error_at(err, -EBADMSG, line_number, at + 1, "only a comment may follow on this line");
    }
    size_t text = at;
    while (text < line.length && strchr("# \t", line.bytes[text])) {
        text++;
    }
    if (armor_slice_starts((struct armor_slice){line.bytes + text, line.length - text},
                           ARMOR_SLICE("include"))) {
        return armor_error_at(err, -EPERM, line_number, at + 1,
                              "#include is an include, not a comment: refused");
    }
    for (size_t i = at; i < line.length; i++) {
        if (((unsigned char)line.bytes[i] < ' ' && line.bytes[i] != '\t') || line.bytes[i] == 0x7f) {
            return armor_error_at(err, -EBADMSG, line_number, i + 1, "a control byte in a comment");
        }
    }
    return 0;
}

/* Say what is wrong with a nested profile or an include, before its words are looked at one by one. */
static int check_beginning(struct armor_slice line, size_t line_number, struct armor_error *err)
{
    size_t start = 0;
    while (start < line.length && (line.bytes[start] == ' ' || line.bytes[start] == '\t')) {
        start++;
    }
    size_t end = start;
    while (end < line.length &&
           ((line.bytes[end] >= 'a' && line.bytes[end] <= 'z') || line.bytes[end] == '_')) {
        end++;
    }
    const char *why = refusal((struct armor_slice){line.bytes + start, end - start});
    if (start < line.length && line.bytes[start] == '^') {
        why = refusal(ARMOR_SLICE("hat"));
    }
    return why ? armor_error_at(err, -EPERM, line_number, start + 1, "%s", why) : 0;
}

int loader_rule_check(struct armor_slice line, size_t line_number, const char *name, struct armor_error *err)
{
    int r = check_beginning(line, line_number, err);
    if (r < 0) {
        return r;
    }
    struct loader_words words;
    r = loader_words_split(line, line_number, &words, err);
    if (r < 0) {
        return r;
    }
    struct rule rule = {.words = &words, .number = line_number, .name = name, .err = err};
    while (rule.first < words.count && loader_word_is_qualifier(&words.items[rule.first])) {
        rule.denied = rule.denied || armor_slice_is(words.items[rule.first].text, "deny");
        rule.first++;
    }
    if (rule.first == words.count) {
        return armor_error_at(err, -EBADMSG, line_number, words.end, "the statement says nothing");
    }
    const struct loader_word *head = &words.items[rule.first];
    bool file = head->kind == LOADER_WORD_QUOTED || loader_word_is_path(head);
    r = file ? check_file(&rule) : check_statement(&rule);
    return r < 0 ? r : loader_rule_comment(line, words.end, line_number, err);
}
