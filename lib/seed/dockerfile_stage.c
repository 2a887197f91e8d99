/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stages: which ones make the target, from the image that isn't in this file down. See dockerfile_reader.h. */
#include "seed/dockerfile_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "armor/intern.h"
#include "armor/limits.h"

/* Set by the builder for FROM, differently on each machine. */
static const char *const platform_arguments[] = {"BUILDPLATFORM", "BUILDOS",         "BUILDOSVERSION",
                                                 "BUILDARCH",     "BUILDVARIANT",    "TARGETPLATFORM",
                                                 "TARGETOS",      "TARGETOSVERSION", "TARGETARCH",
                                                 "TARGETVARIANT"};

struct stage {
    const struct dockerfile_instruction *from;
    size_t first, end; /* its instructions, without FROM */
    const char *name;  /* NULL: none */
    const char *base;  /* NULL: not to be told */
    size_t parent;     /* index of the stage that it is made of; SIZE_MAX: none in this file */
};

struct stages {
    struct stage *list; /* owned */
    size_t count, room;
};

static bool valid_name(const char *name)
{
    bool letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');
    return letter &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] == '\0';
}

/* The stage of that name before BEFORE, the nearest first; SIZE_MAX: none. */
static size_t find_stage(const struct stages *stages, const char *name, size_t before)
{
    for (size_t i = before; i-- > 0;) {
        if (stages->list[i].name && strcasecmp(stages->list[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* The stage that the caller wants: a name or a number. SIZE_MAX: none. */
static size_t find_target(const struct stages *stages, const char *target)
{
    if (!target) {
        return stages->count - 1;
    }
    size_t index = find_stage(stages, target, stages->count);
    if (index == SIZE_MAX && *target && target[strspn(target, "0123456789")] == '\0') {
        unsigned long number = strtoul(target, NULL, 10);
        return number < stages->count ? number : SIZE_MAX;
    }
    return index;
}

static int add_stage(struct dockerfile_reader *reader, struct stages *stages,
                     const struct dockerfile_instruction *from, size_t first)
{
    const struct dockerfile_word *words = dockerfile_arguments(reader->file, from);
    bool named = from->argument_count == 3 && strcasecmp(words[1].text, "as") == 0;
    if (from->argument_count != 1 && !named) {
        return dockerfile_error(reader->file, from, words[0].offset, reader->err, -EBADMSG,
                                "FROM takes an image, or an image AS a name");
    }
    if (named && !valid_name(words[2].text)) {
        return dockerfile_error(reader->file, from, words[2].offset, reader->err, -EBADMSG,
                                "\"%.60s\" can't name a stage", words[2].text);
    }
    void *list = stages->list;
    int r = dockerfile_reserve(&list, sizeof *stages->list, stages->count, &stages->room);
    if (r < 0) {
        return r;
    }
    stages->list = list;
    struct stage *stage = &stages->list[stages->count];
    *stage = (struct stage){.from = from, .first = first, .end = first, .name = named ? words[2].text : NULL};
    stage->parent = SIZE_MAX;
    r = dockerfile_reader_expand(reader, &reader->globals, from, &words[0], false, &stage->base);
    if (r == 0 && stage->base) {
        if (!*stage->base) {
            return dockerfile_error(reader->file, from, words[0].offset, reader->err, -EBADMSG,
                                    "FROM of \"%.60s\", which is empty", words[0].text);
        }
        stage->parent = find_stage(stages, stage->base, stages->count);
    }
    stages->count += r == 0;
    return r;
}

static int split_stages(struct dockerfile_reader *reader, struct stages *stages)
{
    for (size_t i = 0; i < reader->file->instruction_count; i++) {
        const struct dockerfile_instruction *instruction = &reader->file->instructions[i];
        int r = 0;
        if (instruction->keyword == DOCKERFILE_FROM && !instruction->onbuild) {
            r = add_stage(reader, stages, instruction, i + 1);
        } else if (stages->count) {
            stages->list[stages->count - 1].end = i + 1;
        } else if (instruction->keyword == DOCKERFILE_ARG && !instruction->onbuild) {
            r = dockerfile_read_instruction(reader, instruction);
        } else {
            r = dockerfile_error(reader->file, instruction, 0, reader->err, -EBADMSG,
                                 "%s before any FROM; only ARG may stand there",
                                 dockerfile_keyword_name(instruction->keyword));
        }
        if (r < 0) {
            return r;
        }
    }
    if (stages->count == 0) {
        return armor_error_set(reader->err, -EBADMSG, "no FROM, so there is no stage to run");
    }
    return 0;
}

/* The instructions of STAGE: its own, or those that it has for the images built on it. */
static int read_stage(struct dockerfile_reader *reader, const struct stage *stage, bool onbuild)
{
    for (size_t i = stage->first; i < stage->end; i++) {
        const struct dockerfile_instruction *instruction = &reader->file->instructions[i];
        if (instruction->onbuild != onbuild) {
            continue;
        }
        int r = dockerfile_read_instruction(reader, instruction);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

static bool has_any(const char *text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(text, parts[i])) {
            return true;
        }
    }
    return false;
}

/* Images of Windows aren't for AppArmor. */
static int refuse_windows(struct dockerfile_reader *reader, const struct stage *stage)
{
    static const char *const images[] = {"nanoserver",        "servercore",       "microsoft.com/windows",
                                         "microsoft/windows", "dotnet/framework", "windows/server"};
    const struct dockerfile_word *word = dockerfile_arguments(reader->file, stage->from);
    const char *image = stage->base ? stage->base : word->text;
    bool windows = has_any(image, images, sizeof images / sizeof images[0]);
    for (size_t i = 0; i < stage->from->flag_count; i++) {
        windows = windows ||
                  strncmp(dockerfile_flags(reader->file, stage->from)[i].text, "--platform=windows", 18) == 0;
    }
    windows = windows || (reader->file->escape == '`' && !stage->base);
    if (windows) {
        return dockerfile_error(reader->file, stage->from, word->offset, reader->err, -EOPNOTSUPP,
                                "\"%.80s\" is an image for Windows, where there is no AppArmor", image);
    }
    return 0;
}

static int read_chain(struct dockerfile_reader *reader, const struct stages *stages, size_t target)
{
    size_t *chain = calloc(stages->count, sizeof *chain);
    if (!chain) {
        return -ENOMEM;
    }
    size_t length = 0;
    for (size_t at = target; at != SIZE_MAX;
         at = stages->list[at].parent) { /* a parent comes before its child */
        chain[length++] = at;
    }
    const struct stage *base = &stages->list[chain[length - 1]];
    reader->from = base->from;
    reader->base = base->base;
    reader->scratch = base->base && strcmp(base->base, "scratch") == 0;
    reader->scope.closed = reader->scratch;
    int r = refuse_windows(reader, base);
    if (reader->scratch) {
        reader->workdir = "/";
    }
    for (size_t i = length; r >= 0 && i-- > 0;) {
        reader->stage = stages->list[chain[i]].from;
        if (i + 1 < length) {
            r = read_stage(reader, &stages->list[chain[i + 1]], true);
        }
        r = r < 0 ? r : read_stage(reader, &stages->list[chain[i]], false);
    }
    free(chain);
    return r;
}

int dockerfile_read_stages(struct dockerfile_reader *reader)
{
    struct stages stages = {0};
    reader->globals.text = reader->file->text;
    reader->globals.closed = true;
    reader->scope.text = reader->file->text;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < sizeof platform_arguments / sizeof platform_arguments[0]; i++) {
        r = dockerfile_scope_set(&reader->globals, armor_slice_of(platform_arguments[i]), NULL, false, true);
    }
    r = r < 0 ? r : split_stages(reader, &stages);
    if (r >= 0) {
        size_t target = find_target(&stages, reader->options->target);
        r = target == SIZE_MAX ? armor_error_set(reader->err, -ENOENT, "no stage is called \"%.80s\"",
                                                 reader->options->target)
                               : read_chain(reader, &stages, target);
    }
    free(stages.list);
    return r;
}
