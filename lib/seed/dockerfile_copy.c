/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * COPY and ADD as facts. Without the build context, whether a source is a file or a directory isn't known: what its name and
 * the destination's form tell is used, and where they don't, the wider of the two is only expected, never in shared directories.
 */
#include "seed/dockerfile_reader.h"

#include <errno.h>
#include <stdio.h>

#include "armor/intern.h"

/* Directories that others put files into too: all below them is never one image's data. */
static const char *const shared[] = {"/",         "/bin",           "/boot",          "/dev",
                                     "/etc",      "/home",          "/lib",           "/lib64",
                                     "/media",    "/mnt",           "/opt",           "/proc",
                                     "/root",     "/run",           "/sbin",          "/srv",
                                     "/sys",      "/tmp",           "/usr",           "/usr/bin",
                                     "/usr/lib",  "/usr/local",     "/usr/local/bin", "/usr/local/lib",
                                     "/usr/sbin", "/usr/share",     "/var",           "/usr/local/etc",
                                     "/var/lib",  "/usr/local/sbin"};

static bool is_shared(const char *path)
{
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        if (strcmp(path, shared[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The last part of PATH. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_remote(const char *source)
{
    return strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0 ||
           strncmp(source, "git@", 4) == 0 || strncmp(source, "git://", 6) == 0;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text);
    size_t tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0;
}

/* ADD unpacks these when they are local. */
static bool is_archive(const char *source)
{
    static const char *const endings[] = {".tar",    ".tar.gz", ".tgz",    ".tar.bz2",
                                          ".tar.xz", ".txz",    ".tar.zst"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (ends_with(source, endings[i])) {
            return true;
        }
    }
    return false;
}

/* A directory by its form: "src/", ".", "..", "a/.". */
static bool is_directory_form(const char *path)
{
    const char *last = base_name(path);
    return !*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
}

/* A name with an ending, which directories seldom have: "nginx.conf", "entrypoint.sh"; not ".config". */
static bool is_file_form(const char *source)
{
    const char *last = base_name(source);
    const char *dot = strrchr(last, '.');
    return dot && dot != last && dot[1] != '\0' && strcmp(last, "..") != 0;
}

/* The value of the flag NAME, or NULL. */
static const struct dockerfile_word *find_flag(const struct dockerfile_reader *reader,
                                               const struct dockerfile_instruction *instruction,
                                               const char *name)
{
    for (size_t i = 0; i < instruction->flag_count; i++) {
        const struct dockerfile_word *flag = &dockerfile_flags(reader->file, instruction)[i];
        size_t length = strlen(name);
        if (strncmp(flag->text + 2, name, length) == 0 && flag->text[2 + length] == '=') {
            return flag;
        }
    }
    return NULL;
}

static bool makes_executable(const char *mode)
{
    if (*mode >= '0' && *mode <= '7') {
        size_t length = strlen(mode);
        for (size_t i = length > 3 ? length - 3 : 0; i < length; i++) {
            if ((mode[i] - '0') & 1) {
                return true;
            }
        }
        return false;
    }
    return strchr(mode, '+') && strchr(mode, 'x');
}

/* What all sources of one instruction share. */
struct copy {
    const struct dockerfile_instruction *instruction;
    const char *target; /* clean */
    const char *owner;  /* NULL: root */
    bool into;          /* the target is a directory that the sources come into */
    bool executable;
};

static int add_copied(struct dockerfile_reader *reader, const struct copy *copy, size_t offset,
                      const char *path, bool tree)
{
    struct dockerfile_fact fact = {.kind = DOCKERFILE_COPIED,
                                   .path = path,
                                   .detail = copy->owner,
                                   .tree = tree,
                                   .instruction = copy->instruction,
                                   .offset = offset};
    int r = dockerfile_fact_add(reader, &fact);
    if (r == 0 && copy->executable && !tree) {
        fact.kind = DOCKERFILE_EXECUTABLE;
        fact.detail = NULL;
        r = dockerfile_fact_add(reader, &fact);
    }
    return r;
}

static int add_tree(struct dockerfile_reader *reader, const struct copy *copy, size_t offset,
                    const char *source)
{
    if (!is_shared(copy->target)) {
        return add_copied(reader, copy, offset, copy->target, true);
    }
    return dockerfile_advise(reader, "copy-not-known", copy->instruction, offset,
                             "which files \"%.60s\" brings into %s can't be told without the build context",
                             source, copy->target);
}

static int add_source(struct dockerfile_reader *reader, const struct copy *copy, size_t offset,
                      const char *source)
{
    bool add = copy->instruction->keyword == DOCKERFILE_ADD;
    bool remote = add && is_remote(source);
    bool pattern = source[strcspn(source, "*?[")] != '\0';
    if (remote && !find_flag(reader, copy->instruction, "checksum")) {
        int r =
            dockerfile_advise(reader, "add-remote", copy->instruction, offset,
                              "ADD takes \"%.80s\" from the network, and whatever is there at the next build",
                              source);
        if (r < 0) {
            return r;
        }
    }
    if (pattern || is_directory_form(source) || (add && !remote && is_archive(source)) ||
        ends_with(source, ".git")) {
        return add_tree(reader, copy, offset, source);
    }
    bool file = is_file_form(source) || remote || (!copy->into && is_file_form(copy->target));
    const char *path = copy->target;
    if (copy->into) {
        char name[256];
        const char *last = base_name(source);
        size_t length = remote ? strcspn(last, "?#") : strlen(last);
        if (length == 0 || length >= sizeof name) {
            return add_tree(reader, copy, offset, source);
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)length, last);
        int r = dockerfile_reader_path(reader, copy->target, name, &path);
        if (r < 0) {
            return dockerfile_reader_fail(reader, copy->instruction, offset, r);
        }
    }
    int r = add_copied(reader, copy, offset, path, false);
    return r < 0 || file ? r : add_tree(reader, copy, offset, source);
}

/* Where the sources go. *RET_COPY's target stays NULL when that can't be told. */
static int read_target(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction,
                       struct copy *ret_copy)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    const struct dockerfile_word *last = &words[instruction->argument_count - 1];
    const char *value = NULL;
    int r = dockerfile_reader_expand(reader, &reader->scope, instruction, last, true, &value);
    if (r < 0 || !value) {
        return r;
    }
    if (*value != '/' && !reader->workdir) {
        return dockerfile_advise(
            reader, "unresolved-variable", instruction, last->offset,
            "\"%.60s\" is below the base image's working directory, which isn't known here", value);
    }
    r = dockerfile_reader_path(reader, reader->workdir ? reader->workdir : "/", value, &ret_copy->target);
    if (r < 0) {
        return dockerfile_reader_fail(reader, instruction, last->offset, r);
    }
    ret_copy->into = is_directory_form(value) || instruction->argument_count > 2 ||
                     dockerfile_fact_find(reader, DOCKERFILE_DIRECTORY, ret_copy->target);
    return 0;
}

int dockerfile_read_copy(struct dockerfile_reader *reader, const struct dockerfile_instruction *instruction)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, instruction);
    if (instruction->argument_count < 2) {
        return dockerfile_error(reader->file, instruction, 0, reader->err, -EBADMSG,
                                "%s takes sources and a destination",
                                dockerfile_keyword_name(instruction->keyword));
    }
    struct copy copy = {.instruction = instruction};
    const struct dockerfile_word *chmod = find_flag(reader, instruction, "chmod");
    const struct dockerfile_word *chown = find_flag(reader, instruction, "chown");
    copy.executable = chmod && makes_executable(strchr(chmod->text, '=') + 1);
    int r = read_target(reader, instruction, &copy);
    if (r == 0 && chown) {
        struct dockerfile_word owner = {strchr(chown->text, '=') + 1, chown->offset};
        r = dockerfile_reader_expand(reader, &reader->scope, instruction, &owner, true, &copy.owner);
    }
    if (r == 0 && copy.owner) { /* without the group */
        struct armor_slice name = {copy.owner, strcspn(copy.owner, ":")};
        r = armor_intern_add(reader->file->text, name, &copy.owner);
    }
    for (size_t i = 0; r >= 0 && copy.target && i + 1 < instruction->argument_count; i++) {
        const char *source = NULL;
        bool heredoc = strncmp(words[i].text, "<<", 2) == 0 && i < instruction->heredoc_count;
        if (heredoc) {
            source = reader->file->heredocs[instruction->heredoc + i].name.bytes;
        } else {
            r = dockerfile_reader_expand(reader, &reader->scope, instruction, &words[i], false, &source);
        }
        if (r >= 0 && heredoc) { /* surely a file */
            const char *path = copy.target;
            r = copy.into ? dockerfile_reader_path(reader, copy.target, source, &path) : 0;
            r = r < 0 ? dockerfile_reader_fail(reader, instruction, words[i].offset, r)
                      : add_copied(reader, &copy, words[i].offset, path, false);
        } else if (r >= 0) { /* a source that isn't known may be anything */
            r = add_source(reader, &copy, words[i].offset, source ? source : ".");
        }
    }
    return r;
}
