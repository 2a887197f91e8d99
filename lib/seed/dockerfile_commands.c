/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* chmod, chown, install, ln, mkdir, setcap, useradd: what they say of files and accounts. See dockerfile_run.h. */
#include "seed/dockerfile_run.h"

#include <stdio.h>
#include <stdlib.h>

enum { OPERANDS_MAX = 1024 };

/* The words of a command, sorted: what isn't an option, and the options that matter. */
struct operands {
    size_t index[OPERANDS_MAX]; /* of words that are no options */
    size_t count;
    bool recursive;                             /* -R */
    bool directory;                             /* -d */
    bool symbolic;                              /* -s */
    const char *mode, *owner, *number, *target; /* -m, -o, -u, -t; NULL: not given, or not to be told */
};

/* Mode bits of a chmod. */
struct mode {
    bool setuid, setgid, executable, writable, sticky;
};

static struct mode parse_mode(const char *text)
{
    struct mode mode = {0};
    if (*text >= '0' && *text <= '7') {
        unsigned long bits = strtoul(text, NULL, 8);
        return (struct mode){(bits & 04000) != 0, (bits & 02000) != 0, (bits & 0111) != 0, (bits & 0002) != 0,
                             (bits & 01000) != 0};
    }
    while (*text) { /* clauses: who, then + or = and permissions */
        size_t who = strspn(text, "ugoa");
        bool all = who == 0 || memchr(text, 'a', who);
        bool user = all || memchr(text, 'u', who);
        bool group = all || memchr(text, 'g', who);
        bool others = who && (memchr(text, 'a', who) || memchr(text, 'o', who));
        const char *at = text + who;
        while (*at && strchr("+-=", *at)) {
            size_t length = strcspn(at + 1, "+-=,");
            bool adds = *at != '-';
            mode.setuid = mode.setuid || (adds && user && memchr(at + 1, 's', length));
            mode.setgid = mode.setgid || (adds && group && memchr(at + 1, 's', length));
            mode.executable = mode.executable || (adds && memchr(at + 1, 'x', length));
            mode.writable = mode.writable || (adds && others && memchr(at + 1, 'w', length));
            mode.sticky = mode.sticky || (adds && memchr(at + 1, 't', length));
            at += 1 + length;
        }
        text = at + strcspn(at, ",");
        text += *text == ',';
    }
    return mode;
}

/* Options that take the next word, of all the programs here. */
static const char **option_value(struct operands *operands, char letter)
{
    switch (letter) {
    case 'm': return &operands->mode;
    case 'o': return &operands->owner;
    case 'u': return &operands->number;
    case 't': return &operands->target;
    default: return NULL;
    }
}

/* `--mode=755`, or `--mode` with NEXT. Returns whether it took NEXT, which is NULL where there is no word. */
static bool long_option(struct operands *operands, const char *word, const char *next)
{
    static const struct {
        const char *name;
        char letter; /* of the short form */
    } options[] = {
        {"--mode", 'm'}, {"--owner", 'o'}, {"--group", 'g'}, {"--uid", 'u'}, {"--target-directory", 't'}};
    operands->recursive = operands->recursive || strcmp(word, "--recursive") == 0;
    operands->directory = operands->directory || strcmp(word, "--directory") == 0;
    operands->symbolic = operands->symbolic || strcmp(word, "--symbolic") == 0;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        size_t length = strlen(options[i].name);
        if (strncmp(word, options[i].name, length) != 0 || (word[length] != '=' && word[length] != '\0')) {
            continue;
        }
        const char **value = option_value(operands, options[i].letter);
        bool takes = word[length] == '\0' && next;
        if (value) {
            *value = takes ? next : word[length] ? word + length + 1 : NULL;
        }
        return takes;
    }
    return false;
}

/* Sort COMMAND's words. VALUED: letters of options that take a value, which may be the next word. */
static void sort_words(const struct dockerfile_run *run, const struct shell_command *command,
                       const char *valued, struct operands *ret)
{
    *ret = (struct operands){0};
    bool over = false;
    for (size_t i = run->program + 1; i < command->count; i++) {
        const char *word = shell_text(command, i);
        if (over || word[0] != '-' || !word[1]) {
            if (ret->count < OPERANDS_MAX) {
                ret->index[ret->count++] = i;
            }
            continue;
        }
        over = strcmp(word, "--") == 0;
        if (word[1] == '-') {
            i += long_option(ret, word, i + 1 < command->count ? shell_text(command, i + 1) : NULL);
            continue;
        }
        for (const char *letter = word + 1; *letter; letter++) {
            if (strchr(valued, *letter)) {
                const char **value = option_value(ret, *letter);
                bool next = !letter[1] && i + 1 < command->count;
                i += next;
                if (value && (letter[1] || next)) {
                    *value = command->words[i].known ? (next ? shell_text(command, i) : letter + 1) : NULL;
                }
                break;
            }
            ret->recursive = ret->recursive || *letter == 'R';
            ret->directory = ret->directory || *letter == 'd';
            ret->symbolic = ret->symbolic || *letter == 's';
        }
    }
}

/* Word INDEX got MODE. */
static int give_mode(struct dockerfile_run *run, const struct shell_command *command, size_t index,
                     struct mode mode, bool recursive)
{
    size_t offset = dockerfile_run_offset(run, command, index);
    const char *path = command->words[index].known ? shell_text(command, index) : "what a variable names";
    int r = 0;
    if (mode.setuid || (mode.setgid && !dockerfile_fact_find(run->reader, DOCKERFILE_DIRECTORY, path))) {
        r = dockerfile_advise(run->reader, mode.setuid ? "setuid-binary" : "setgid-file", run->instruction,
                              offset, "%.100s gets the %s bit, so that whoever runs it gains its %s's rights",
                              path, mode.setuid ? "setuid" : "setgid", mode.setuid ? "owner" : "group");
    }
    if (r >= 0 && mode.writable && !mode.sticky) {
        r = dockerfile_advise(run->reader, "world-writable", run->instruction, offset,
                              "%.100s is made writable for everybody in the container", path);
        r = r < 0 ? r : dockerfile_run_fact(run, command, index, DOCKERFILE_WRITABLE, NULL, recursive);
    }
    if (r >= 0 && mode.executable && !mode.sticky &&
        !recursive) { /* directories need x to be entered, which is no exec */
        r = dockerfile_run_fact(run, command, index, DOCKERFILE_EXECUTABLE, NULL, false);
    }
    return r;
}

static int run_chmod(struct dockerfile_run *run, const struct shell_command *command)
{
    size_t at = run->program + 1;
    bool recursive = false;
    for (; at < command->count; at++) { /* a mode may begin with `-` too: `-x` */
        const char *word = shell_text(command, at);
        if (word[0] != '-' || word[1] == '\0' ||
            (word[1] != '-' && word[1 + strspn(word + 1, "Rvcf")] != '\0')) {
            break;
        }
        recursive = recursive || (word[1] != '-' && strchr(word, 'R')) || strcmp(word, "--recursive") == 0;
    }
    if (at >= command->count) {
        return 0;
    }
    if (!command->words[at].known) {
        return dockerfile_run_unclear(run, command, at);
    }
    struct mode mode = parse_mode(shell_text(command, at));
    int r = 0;
    for (size_t i = at + 1; r >= 0 && i < command->count; i++) {
        r = give_mode(run, command, i, mode, recursive);
    }
    return r;
}

static int run_chown(struct dockerfile_run *run, const struct shell_command *command)
{
    struct operands operands;
    sort_words(run, command, "", &operands);
    if (operands.count < 2) {
        return 0;
    }
    if (!command->words[operands.index[0]].known) {
        return dockerfile_run_unclear(run, command, operands.index[0]);
    }
    char owner[64];
    (void)snprintf(owner, sizeof owner, "%.63s", shell_text(command, operands.index[0]));
    owner[strcspn(owner, ":.")] = '\0';
    int r = 0;
    for (size_t i = 1; r >= 0 && *owner && i < operands.count; i++) {
        r = dockerfile_run_fact(run, command, operands.index[i], DOCKERFILE_OWNED, owner, operands.recursive);
    }
    return r;
}

static int run_install(struct dockerfile_run *run, const struct shell_command *command)
{
    struct operands operands;
    sort_words(run, command, "mogtS", &operands);
    struct mode mode = operands.mode ? parse_mode(operands.mode) : (struct mode){.executable = true};
    if (operands.directory) { /* -d: each operand is a directory */
        int r = 0;
        for (size_t i = 0; r >= 0 && i < operands.count; i++) {
            r = dockerfile_run_fact(run, command, operands.index[i], DOCKERFILE_DIRECTORY, NULL, false);
            if (r >= 0 && operands.owner) {
                r = dockerfile_run_fact(run, command, operands.index[i], DOCKERFILE_OWNED, operands.owner,
                                        true);
            }
        }
        return r;
    }
    if (operands.count != 2 || operands.target) {
        return 0; /* several files, whose places are the sources' names */
    }
    int r = give_mode(run, command, operands.index[1], mode, false);
    if (r >= 0 && operands.owner) {
        r = dockerfile_run_fact(run, command, operands.index[1], DOCKERFILE_OWNED, operands.owner, false);
    }
    return r;
}

static int run_ln(struct dockerfile_run *run, const struct shell_command *command)
{
    struct operands operands;
    sort_words(run, command, "tS", &operands);
    if (!operands.symbolic || operands.target || operands.count != 2) {
        return 0;
    }
    const char *target = shell_text(command, operands.index[0]);
    if (!command->words[operands.index[0]].known) {
        return dockerfile_run_unclear(run, command, operands.index[0]);
    }
    return *target == '/'
               ? dockerfile_run_fact(run, command, operands.index[1], DOCKERFILE_LINKED, target, false)
               : 0; /* relative to a place that a link may lead to */
}

static int run_mkdir(struct dockerfile_run *run, const struct shell_command *command)
{
    struct operands operands;
    sort_words(run, command, "m", &operands);
    int r = 0;
    for (size_t i = 0; r >= 0 && i < operands.count; i++) {
        size_t index = operands.index[i];
        if (command->words[index].known &&
            !command->words[index].glob) { /* one that isn't known matters to nobody */
            r = dockerfile_run_fact(run, command, index, DOCKERFILE_DIRECTORY, NULL, false);
        }
        if (r >= 0 && operands.mode) {
            struct mode mode = parse_mode(operands.mode);
            mode.executable = mode.setgid = false;
            r = give_mode(run, command, index, mode, false);
        }
    }
    return r;
}

/* cap_net_raw,cap_net_admin+ep FILE ... */
static int run_setcap(struct dockerfile_run *run, const struct shell_command *command)
{
    struct operands operands;
    sort_words(run, command, "n", &operands);
    if (operands.count < 2) {
        return 0;
    }
    if (!command->words[operands.index[0]].known) {
        return dockerfile_run_unclear(run, command, operands.index[0]);
    }
    const char *names = shell_text(command, operands.index[0]);
    int r = 0;
    while (r >= 0 && strncmp(names, "cap_", 4) == 0) {
        char name[32];
        size_t length = strcspn(names, ",=+- ");
        (void)snprintf(name, sizeof name, "%.*s", length < 36 ? (int)length - 4 : 31, names + 4);
        r = dockerfile_run_fact(run, command, operands.index[1], DOCKERFILE_CAPABLE, name, false);
        names += length;
        names += *names == ',';
    }
    return r;
}

static int run_useradd(struct dockerfile_run *run, const struct shell_command *command)
{
    struct operands operands;
    bool busybox =
        strcmp(shell_text(command, run->program), "adduser") == 0; /* -S and -D have no value there */
    sort_words(run, command, busybox ? "ughGsk" : "ubcdegGskKp", &operands);
    if (operands.count == 0 || !operands.number) {
        return 0;
    }
    size_t index = operands.index[operands.count - 1];
    if (!command->words[index].known) {
        return 0;
    }
    struct dockerfile_fact fact = {.kind = DOCKERFILE_ACCOUNT,
                                   .path = shell_text(command, index),
                                   .detail = operands.number,
                                   .instruction = run->instruction,
                                   .offset = dockerfile_run_offset(run, command, index)};
    return dockerfile_fact_add(run->reader, &fact);
}

static const struct {
    const char *name;
    int (*run)(struct dockerfile_run *run, const struct shell_command *command);
} programs[] = {
    {"adduser", run_useradd}, {"chmod", run_chmod}, {"chown", run_chown},   {"install", run_install},
    {"ln", run_ln},           {"mkdir", run_mkdir}, {"setcap", run_setcap}, {"useradd", run_useradd},
};

int dockerfile_run_command(struct dockerfile_run *run, const struct shell_command *command, const char *name)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        if (strcmp(name, programs[i].name) == 0) {
            return programs[i].run(run, command);
        }
    }
    return 0;
}
