/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ENTRYPOINT, CMD and HEALTHCHECK: which programs are run, as far as the file tells where they are. */
#include "seed/dockerfile_reader.h"

#include <errno.h>
#include <stdio.h>

#include "armor/glob.h"
#include "armor/limits.h"
#include "seed/dockerfile_rules.h"
#include "seed/shell_words.h"

enum { LINKS_MAX = 8 }; /* of links to links */

/* What docker sets when nobody does. */
static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* One command line being looked at. */
struct line {
    struct dockerfile_reader *reader;
    const struct dockerfile_instruction *instruction;
    size_t offset;    /* of the word at hand */
    const char *what; /* "CMD runs it" */
};

static int expect_exec(const struct line *line, struct armor_slice pattern)
{
    struct armor_access access = {.kind = ARMOR_RULE_EXEC, .name = pattern};
    return dockerfile_rule(line->reader, line->instruction, line->offset, &access, ARMOR_SEED_EXPECTED, "%s",
                           line->what);
}

/* PATH, which is absolute and clean; where the build made links, what they lead to, as AppArmor sees the file itself. */
static int expect_path(const struct line *line, const char *path)
{
    for (int i = 0; i < LINKS_MAX; i++) {
        const struct dockerfile_fact *link = dockerfile_fact_find(line->reader, DOCKERFILE_LINKED, path);
        path = link ? link->detail : path;
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT((size_t)ARMOR_PATH_MAX * 2);
    armor_glob_escape(&pattern, armor_slice_of(path));
    return pattern.error ? pattern.error
                         : expect_exec(line, (struct armor_slice){pattern.bytes, pattern.length});
}

/* The value of PATH in the image. */
static const char *search_path(const struct dockerfile_reader *reader)
{
    const struct dockerfile_variable *path = dockerfile_scope_find(&reader->scope, ARMOR_SLICE("PATH"));
    return path && path->value && !path->unknown ? path->value : default_path;
}

/* A program without a slash: the file that this Dockerfile puts into a directory of PATH, or any of these directories. */
static int expect_name(const struct line *line, const char *name)
{
    static const enum dockerfile_fact_kind places[] = {DOCKERFILE_COPIED, DOCKERFILE_EXECUTABLE,
                                                       DOCKERFILE_LINKED};
    ARMOR_CLEANUP(armor_text_done) struct armor_text pattern = ARMOR_TEXT_INIT((size_t)ARMOR_PATH_MAX * 2);
    const char *path = search_path(line->reader);
    size_t directories = 0;
    armor_text_string(&pattern, "/{");
    while (*path) {
        struct armor_slice directory = {path, strcspn(path, ":")};
        path += directory.length;
        path += *path == ':';
        if (directory.length < 2 || directory.bytes[0] != '/') {
            continue;
        }
        char file[ARMOR_PATH_MAX];
        int length = snprintf(file, sizeof file, "%.*s/%s", (int)directory.length, directory.bytes, name);
        for (size_t i = 0; length < (int)sizeof file && i < sizeof places / sizeof places[0]; i++) {
            const struct dockerfile_fact *fact = dockerfile_fact_find(line->reader, places[i], file);
            if (fact && !fact->tree && !fact->glob) {
                return expect_path(line, file);
            }
        }
        if (directories++) {
            armor_text_char(&pattern, ',');
        }
        armor_glob_escape(&pattern, (struct armor_slice){directory.bytes + 1, directory.length - 1});
    }
    armor_text_string(&pattern, "}/");
    armor_glob_escape(&pattern, armor_slice_of(name));
    if (pattern.error || directories < 2) {
        return pattern.error;
    }
    return expect_exec(line, (struct armor_slice){pattern.bytes, pattern.length});
}

static int expect_program(const struct line *line, const char *program)
{
    if (!strchr(program, '/')) {
        return expect_name(line, program);
    }
    const char *clean = NULL;
    if (*program != '/' && !line->reader->workdir) {
        return dockerfile_advise(
            line->reader, "not-understood", line->instruction, line->offset,
            "\"%.60s\" is below the base image's working directory, which isn't known here", program);
    }
    int r = dockerfile_reader_path(line->reader, line->reader->workdir ? line->reader->workdir : "/", program,
                                   &clean);
    return r < 0 ? r : expect_path(line, clean);
}

/* ENV reaches the shell at run time. */
static const char *look_up(void *context, struct armor_slice name)
{
    const struct line *line = context;
    const struct dockerfile_variable *variable = dockerfile_scope_find(&line->reader->scope, name);
    return variable && variable->env && !variable->unknown ? variable->value : NULL;
}

/* Words that the shell runs itself, and those behind which the program stands. */
static bool is_builtin(const char *word)
{
    static const char *const builtins[] = {"cd",     "echo",  "export", "set",   "exit",    "test",   "[",
                                           "[[",     "true",  "false",  ":",     ".",       "source", "read",
                                           "trap",   "umask", "unset",  "wait",  "printf",  "ulimit", "local",
                                           "return", "shift", "eval",   "break", "continue"};
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (strcmp(word, builtins[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int visit(void *context, const struct shell_command *command)
{
    struct line *line = context;
    size_t index = 0;
    for (; index < command->count; index++) {
        const char *word = shell_text(command, index);
        bool assigns = strchr(word, '=') && strchr(word, '=') != word;
        if (!assigns && strcmp(word, "exec") != 0 && strcmp(word, "command") != 0) {
            break;
        }
    }
    if (index == command->count || is_builtin(shell_text(command, index))) {
        return 0;
    }
    struct line own = *line;
    own.offset = line->offset + command->words[index].offset;
    if (!command->words[index].known || command->words[index].glob || !*shell_text(command, index)) {
        return dockerfile_advise(line->reader, "not-understood", line->instruction, own.offset,
                                 "which program is run here depends on what only the shell knows");
    }
    return expect_program(&own, shell_text(command, index));
}

static int expect_script(const struct line *line, const char *script)
{
    struct line own = *line;
    int r = shell_read(armor_slice_of(script), look_up, visit, &own);
    return r == 0 ? dockerfile_advise(
                        line->reader, "not-understood", line->instruction, line->offset,
                        "the shell's program couldn't be read to its end: a quote or a brace stays open")
                  : r;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Programs that run what their arguments name: the first one that is no option. */
static bool is_wrapper(const char *name)
{
    static const char *const wrappers[] = {"tini", "dumb-init", "catatonit", "tini-static",
                                           "exec", "env",       "nohup"};
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        if (strcmp(base_name(name), wrappers[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A command line in JSON: COUNT of WORDS. */
static int expect_words(struct line *line, const struct dockerfile_word *words, size_t count)
{
    size_t at = 0;
    int r = 0;
    bool wraps = true;
    while (r >= 0 && wraps && at < count && *words[at].text) {
        line->offset = words[at].offset;
        r = expect_program(line, words[at].text);
        wraps = is_wrapper(words[at].text);
        const char *name = base_name(words[at].text);
        bool shell = strcmp(name, "sh") == 0 || strcmp(name, "bash") == 0 || strcmp(name, "ash") == 0;
        at++;
        if (r >= 0 && shell && at + 1 < count && words[at].text[0] == '-' && strchr(words[at].text, 'c')) {
            return expect_script(line, words[at + 1].text);
        }
        while (at < count && words[at].text[0] == '-') {
            at++;
        }
    }
    return r;
}

/* INSTRUCTION's command line, without SKIP words before it. */
static int expect_line(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction,
                       size_t skip, const char *what)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction) + skip;
    size_t count = instruction->argument_count - skip;
    struct line line = {.reader = reader, .instruction = instruction, .what = what};
    if (count == 0) {
        return 0;
    }
    if (instruction->json) {
        return expect_words(&line, words, count);
    }
    line.offset = words[0].offset;
    const char *shell = reader->shell ? dockerfile_arguments(reader->file, reader->shell)->text : "/bin/sh";
    struct line of_shell = line;
    of_shell.what = "a command that isn't a JSON array is run by the shell";
    int r = expect_program(&of_shell, shell);
    return r < 0 ? r : expect_script(&line, words[0].text);
}

int dockerfile_add_programs(struct dockerfile_reader *reader)
{
    int r = 0;
    if (reader->entrypoint) {
        r = expect_line(reader, reader->entrypoint, 0, "ENTRYPOINT runs it");
    }
    bool unused = reader->entrypoint && !reader->entrypoint->json; /* the shell takes no arguments of CMD */
    if (r >= 0 && reader->cmd && !unused) {
        const struct dockerfile_word *word = dockerfile_arguments(reader->file, reader->cmd);
        bool option = reader->cmd->argument_count && word->text[0] == '-';
        if (!option) {
            r = expect_line(reader, reader->cmd, 0,
                            reader->entrypoint ? "CMD gives it to ENTRYPOINT, which may run it"
                                               : "CMD runs it");
        }
    }
    if (r >= 0 && reader->healthcheck && reader->healthcheck->argument_count > 1) {
        r = expect_line(reader, reader->healthcheck, 1, "HEALTHCHECK runs it");
    }
    return r < 0 ? armor_error_set(reader->err, r, r == -ENOMEM ? "out of memory" : "a path too long") : 0;
}
