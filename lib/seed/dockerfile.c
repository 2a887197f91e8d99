/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dockerfile: text to instructions, to facts, to a seed. See armor/dockerfile.h. */
#include "armor/dockerfile.h"

#include <errno.h>
#include <stdlib.h>

#include "armor/intern.h"
#include "armor/limits.h"
#include "seed/dockerfile_reader.h"

int dockerfile_reader_fail(const struct dockerfile_reader *reader,
                           const struct dockerfile_instruction *instruction, size_t offset, int code)
{
    const char *text = code == -ENOMEM  ? "out of memory"
                       : code == -E2BIG ? "too much for one file"
                                        : "bad value";
    return dockerfile_error(reader->file, instruction, offset, reader->err, code, "%s", text);
}

int dockerfile_reader_expand(struct dockerfile_reader *reader, struct dockerfile_scope *scope,
                             const struct dockerfile_instruction *instruction,
                             const struct dockerfile_word *word, bool note, const char **ret_value)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text value = ARMOR_TEXT_INIT(ARMOR_DOCKERFILE_VALUE_MAX);
    struct armor_error cause = {0};
    bool known = false;
    const char *text = NULL;
    int r =
        dockerfile_expand(scope, armor_slice_of(word->text), reader->file->escape, &value, &known, &cause);
    if (r < 0) {
        return dockerfile_error(reader->file, instruction, word->offset, reader->err, r, "%s in \"%.60s\"",
                                cause.text, word->text);
    }
    if (known) {
        r = armor_intern_add(reader->file->text,
                             (struct armor_slice){value.bytes ? value.bytes : "", value.length}, &text);
    } else if (note) {
        r = dockerfile_advise(
            reader, "unresolved-variable", instruction, word->offset,
            "\"%.80s\" depends on a variable that only the base image or the builder knows, so "
            "nothing is made of it",
            word->text);
    }
    if (r < 0) {
        return dockerfile_reader_fail(reader, instruction, word->offset, r);
    }
    *ret_value = text;
    return 0;
}

int dockerfile_reader_path(struct dockerfile_reader *reader, const char *base, const char *path,
                           const char **ret_path)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text clean = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    armor_seed_path(&clean, armor_slice_of(base), armor_slice_of(path));
    if (clean.error) {
        return clean.error;
    }
    int r = armor_intern_add(reader->file->text, (struct armor_slice){clean.bytes, clean.length}, ret_path);
    return r < 0 ? r : 0;
}

int dockerfile_fact_add(struct dockerfile_reader *reader, const struct dockerfile_fact *fact)
{
    struct dockerfile_fact own = *fact;
    int r = armor_intern_add(reader->file->text, armor_slice_of(fact->path), &own.path);
    if (r >= 0 && fact->detail) {
        r = armor_intern_add(reader->file->text, armor_slice_of(fact->detail), &own.detail);
    }
    void *facts = reader->facts;
    if (r >= 0) {
        r = reader->fact_count == ARMOR_SEED_RULES_MAX
                ? -E2BIG
                : dockerfile_reserve(&facts, sizeof own, reader->fact_count, &reader->fact_room);
    }
    if (r < 0) {
        return dockerfile_reader_fail(reader, fact->instruction, fact->offset, r);
    }
    reader->facts = facts;
    reader->facts[reader->fact_count++] = own;
    return 0;
}

const struct dockerfile_fact *dockerfile_fact_find(const struct dockerfile_reader *reader,
                                                   enum dockerfile_fact_kind kind, const char *path)
{
    for (size_t i = reader->fact_count; i-- > 0;) {
        if (reader->facts[i].kind == kind && strcmp(reader->facts[i].path, path) == 0) {
            return &reader->facts[i];
        }
    }
    return NULL;
}

bool dockerfile_runs_as(const struct dockerfile_reader *reader, const char *owner)
{
    if (!reader->user) {
        return false;
    }
    if (strcmp(reader->user, owner) == 0) {
        return true;
    }
    const struct dockerfile_fact *user = dockerfile_fact_find(reader, DOCKERFILE_ACCOUNT, reader->user);
    const struct dockerfile_fact *other = dockerfile_fact_find(reader, DOCKERFILE_ACCOUNT, owner);
    return (user && strcmp(user->detail, owner) == 0) || (other && strcmp(other->detail, reader->user) == 0);
}

static bool is_template(const char *file)
{
    static const char ending[] = ".template";
    size_t length = file ? strlen(file) : 0;
    return length >= sizeof ending - 1 && strcmp(file + length - (sizeof ending - 1), ending) == 0;
}

int armor_dockerfile_read(struct armor_slice text, const struct armor_dockerfile_options *options,
                          struct armor_seed *seed, struct armor_error *err)
{
    static const struct armor_dockerfile_options none = {0};
    struct armor_error own = {0};
    struct dockerfile file = {0};
    struct dockerfile_reader reader = {.file = &file, .options = options ? options : &none, .seed = seed};
    reader.err = err ? err : &own;
    armor_error_source(reader.err, reader.options->file);
    if (is_template(reader.options->file)) {
        return armor_error_set(reader.err, -EOPNOTSUPP,
                               "a template isn't a Dockerfile; give the one that is made from it");
    }
    int r = dockerfile_parse(text, &file, reader.err);
    r = r < 0 ? r : dockerfile_read_stages(&reader);
    r = r < 0 ? r : dockerfile_add_rules(&reader);
    r = r < 0 ? r : dockerfile_add_programs(&reader);
    r = r < 0 ? r : dockerfile_add_advice(&reader);
    if (r < 0) {
        (void)armor_error_set(reader.err, r, r == -ENOMEM ? "out of memory" : "too much for one seed");
    }
    free(reader.facts);
    dockerfile_scope_done(&reader.globals);
    dockerfile_scope_done(&reader.scope);
    dockerfile_done(&file);
    return r;
}
