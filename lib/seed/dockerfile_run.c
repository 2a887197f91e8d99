/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RUN: what it does at build time isn't allowed at run time for that; but modes, owners and links that it gives to files tell what to
 * expect. One small function for each program that says such a thing, in a table.
 */
#include "seed/dockerfile_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "armor/intern.h"
#include "armor/limits.h"
#include "seed/dockerfile_run.h"

/* Names that the shell's program itself sets are no longer what the Dockerfile says. */
static const char *look_up(void *context, struct armor_slice name)
{
    struct dockerfile_run *run = context;
    const char *word = armor_intern_find(run->reader->file->text, name);
    for (size_t i = 0; i < run->assigned_count; i++) {
        if (run->assigned[i] == word) {
            return NULL;
        }
    }
    const struct dockerfile_variable *variable = dockerfile_scope_find(&run->reader->scope, name);
    return variable && !variable->unknown && !run->assigned_full ? variable->value : NULL;
}

/* Take NAME=value words at the start. Returns the index of the first word that isn't one. */
static size_t skip_assignments(struct dockerfile_run *run, const struct shell_command *command)
{
    size_t index = 0;
    for (; index < command->count; index++) {
        const char *word = shell_text(command, index);
        size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        if (length == 0 || word[length] != '=') {
            break;
        }
        const char *name = armor_intern_find(run->reader->file->text, (struct armor_slice){word, length});
        if (name && run->assigned_count < ASSIGNED_MAX) {
            run->assigned[run->assigned_count++] = name;
        } else if (name) {
            run->assigned_full = true;
        }
    }
    return index;
}

size_t dockerfile_run_offset(const struct dockerfile_run *run, const struct shell_command *command,
                             size_t index)
{
    return run->in_line ? run->base + command->words[index].offset : 0;
}

int dockerfile_run_unclear(struct dockerfile_run *run, const struct shell_command *command, size_t index)
{
    if (run->noted) {
        return 0;
    }
    run->noted = true;
    return dockerfile_advise(
        run->reader, "not-understood", run->instruction, dockerfile_run_offset(run, command, index),
        "what %.40s is told here depends on what only the shell knows, so nothing is made of it",
        shell_text(command, run->program));
}

int dockerfile_run_fact(struct dockerfile_run *run, const struct shell_command *command, size_t index,
                        enum dockerfile_fact_kind kind, const char *detail, bool tree)
{
    const struct shell_word *word = &command->words[index];
    const char *text = shell_text(command, index);
    bool simple = !word->glob || text[strcspn(text, "[]{}\\,^")] == '\0';
    if (!word->known || !simple || !*text || (*text != '/' && !run->directory) || *text == '~') {
        return dockerfile_run_unclear(run, command, index);
    }
    struct dockerfile_fact fact = {.kind = kind,
                                   .detail = detail,
                                   .tree = tree,
                                   .glob = word->glob,
                                   .instruction = run->instruction,
                                   .offset = dockerfile_run_offset(run, command, index)};
    int r = dockerfile_reader_path(run->reader, run->directory ? run->directory : "/", text, &fact.path);
    return r < 0 ? dockerfile_reader_fail(run->reader, run->instruction, fact.offset, r)
                 : dockerfile_fact_add(run->reader, &fact);
}

static const char *program_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_shell(const char *name)
{
    static const char *const shells[] = {"sh", "bash", "dash", "ash", "zsh", "ksh"};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(name, shells[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool fetches(const char *name)
{
    return strcmp(name, "curl") == 0 || strcmp(name, "wget") == 0;
}

/* Whether the source of word INDEX begins a substitution that fetches: `$(curl`, `<(curl`. */
static bool word_fetches(const struct dockerfile_run *run, const struct shell_command *command, size_t index)
{
    static const char *const forms[] = {"$(curl ", "$(wget ", "`curl ", "`wget "};
    size_t at = command->words[index].offset;
    at += at < run->text.length && run->text.bytes[at] == '"';
    struct armor_slice rest = {run->text.bytes + at, run->text.length - at};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (armor_slice_starts(rest, armor_slice_of(forms[i]))) {
            return true;
        }
    }
    return false;
}

static int check_pipe(struct dockerfile_run *run, const struct shell_command *command, const char *name)
{
    bool piped = command->link == SHELL_PIPED && run->fetching;
    bool shell = is_shell(name);
    for (size_t i = run->program + 1; shell && i < command->count; i++) {
        piped = piped || (!command->words[i].known && word_fetches(run, command, i));
    }
    run->fetching = fetches(name) || (command->link == SHELL_PIPED && run->fetching);
    if (!piped || !shell) {
        return 0;
    }
    return dockerfile_advise(
        run->reader, "pipe-to-shell", run->instruction, dockerfile_run_offset(run, command, run->program),
        "what the network gives is run at once by %.20s, without anybody having looked at it", name);
}

/* `cd`: later paths of the program are relative to it; not behind a subshell's end. */
static int change_directory(struct dockerfile_run *run, const struct shell_command *command)
{
    size_t index = run->program + 1;
    const char *path = index < command->count ? shell_text(command, index) : "~";
    bool known = index < command->count && command->words[index].known && !command->words[index].glob &&
                 command->certain && (*path == '/' || run->directory) && *path != '-' && *path != '~';
    const char *clean = NULL;
    int r = 0;
    if (known) {
        r = dockerfile_reader_path(run->reader, run->directory ? run->directory : "/", path, &clean);
    }
    run->directory = clean;
    return r == -ENOMEM ? r : 0; /* one too long isn't known */
}

/* Follow COMMAND into its subshell or out of one: `cd` in a subshell ends with it. */
static void enter_group(struct dockerfile_run *run, const struct shell_command *command)
{
    if (command->depth == run->depth && command->group != run->group && run->depth > 0) {
        run->directory = run->depth <= DEPTH_MAX ? run->outside[run->depth - 1] : NULL;
    }
    for (; run->depth < command->depth; run->depth++) {
        if (run->depth < DEPTH_MAX) {
            run->outside[run->depth] = run->directory;
        }
    }
    if (run->depth > command->depth) {
        run->depth = command->depth;
        run->directory = run->depth < DEPTH_MAX ? run->outside[run->depth] : NULL;
    }
    run->group = command->group;
}

static int visit(void *context, const struct shell_command *command)
{
    struct dockerfile_run *run = context;
    enter_group(run, command);
    run->program = skip_assignments(run, command);
    static const char *const wrappers[] = {"exec", "command", "env", "nice", "then"};
    for (size_t i = 0; run->program < command->count && i < sizeof wrappers / sizeof wrappers[0]; i++) {
        run->program += strcmp(shell_text(command, run->program), wrappers[i]) == 0;
    }
    if (run->program >= command->count) {
        return 0;
    }
    const char *name = program_name(shell_text(command, run->program));
    if (strcmp(name, "sudo") == 0) {
        int r = dockerfile_advise(
            run->reader, "sudo", run->instruction, dockerfile_run_offset(run, command, run->program),
            "sudo does nothing at build time, where RUN is root already, and stays in the image "
            "as a way to root");
        if (r < 0 || ++run->program >= command->count) {
            return r;
        }
        name = program_name(shell_text(command, run->program));
    }
    if (strcmp(name, "cd") == 0) {
        return change_directory(run, command);
    }
    int r = check_pipe(run, command, name);
    return r < 0 ? r : dockerfile_run_command(run, command, name);
}

/* The program of a JSON form: one command, of which each word is known. */
static int read_exec(struct dockerfile_run *run)
{
    const struct dockerfile *file = run->reader->file;
    const struct dockerfile_word *words = dockerfile_arguments(file, run->instruction);
    size_t count = run->instruction->argument_count;
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    struct shell_word *own = calloc(count ? count : 1, sizeof *own);
    if (!own) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        own[i] = (struct shell_word){.text = text.length, .offset = words[i].offset, .known = true};
        armor_text_string(&text, words[i].text);
        armor_text_slice(&text, (struct armor_slice){"", 1});
    }
    struct shell_command command = {.words = own, .count = count, .text = text.bytes, .certain = true};
    run->in_line = true;
    int r = text.error ? text.error : count ? visit(run, &command) : 0;
    free(own);
    return r;
}

static int read_program(struct dockerfile_run *run)
{
    int r = shell_read(run->text, look_up, visit, run);
    if (r == 0) {
        r = dockerfile_advise(
            run->reader, "not-understood", run->instruction, 0,
            "the shell's program couldn't be read to its end: a quote or a brace stays open");
    }
    return r < 0 ? dockerfile_reader_fail(run->reader, run->instruction, 0, r) : 0;
}

/* RUN <<EOF: the heredoc is the program, unless its first line names another interpreter than a shell. */
static int read_script(struct dockerfile_run *run, const struct dockerfile_heredoc *heredoc)
{
    run->text = heredoc->content;
    run->in_line = false;
    struct armor_slice first = heredoc->content;
    const char *newline = first.length ? memchr(first.bytes, '\n', first.length) : NULL;
    first.length = newline ? (size_t)(newline - first.bytes) : first.length;
    if (armor_slice_starts(first, ARMOR_SLICE("#!")) && !memmem(first.bytes, first.length, "sh", 2)) {
        return dockerfile_advise(run->reader, "not-understood", run->instruction, 0,
                                 "the program of this RUN isn't a shell's, so nothing is made of it");
    }
    return read_program(run);
}

int dockerfile_read_run(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    struct dockerfile_run run = {.reader = reader, .instruction = instruction, .directory = reader->workdir};
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    if (instruction->json) {
        return read_exec(&run);
    }
    bool script = instruction->heredoc_count == 1 && strncmp(words[0].text, "<<", 2) == 0 &&
                  words[0].text[strcspn(words[0].text, " \t;&|>")] == '\0';
    if (script) {
        return read_script(&run, &reader->file->heredocs[instruction->heredoc]);
    }
    run.text = armor_slice_of(words[0].text);
    run.base = words[0].offset;
    run.in_line = true;
    return read_program(&run);
}
