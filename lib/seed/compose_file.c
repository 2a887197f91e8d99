/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One file of a Compose project: its path, its text, its documents with their variables replaced. See compose_project.h. */
#include "compose_merge.h"
#include "compose_project.h"

#include <errno.h>

/* Append the parts of PATH to CLEAN; ".." takes one away, or stays where there is none. */
static void append_parts(struct armor_text *clean, const char *path, bool absolute)
{
    while (*path) {
        size_t length = strcspn(path, "/");
        struct armor_slice part = {path, length};
        path += length + (path[length] == '/');
        if (length == 0 || armor_slice_is(part, ".")) {
            continue;
        }
        struct armor_slice done = {clean->bytes ? clean->bytes : "", clean->length};
        size_t start = done.length;
        while (start > 0 && done.bytes[start - 1] != '/') {
            start--;
        }
        struct armor_slice last = {done.bytes + start, done.length - start};
        if (armor_slice_is(part, "..") && done.length > 0 && !armor_slice_is(last, "..")) {
            clean->length = start > 1 ? start - 1 : (absolute ? 1 : 0);
            clean->bytes[clean->length] = '\0';
            continue;
        }
        if (done.length > 0 && done.bytes[done.length - 1] != '/') {
            armor_text_char(clean, '/');
        }
        armor_text_slice(clean, part);
    }
}

int compose_join_in(const struct armor_compose *compose, struct seed_arena *arena, const char *directory,
                    const char *path, const char **ret_path)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text clean = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    ARMOR_CLEANUP(armor_text_done) struct armor_text whole = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    size_t length = strlen(compose->folder);
    bool absolute = path[0] == '/';
    if (absolute) {
        armor_text_char(&clean, '/');
    } else {
        bool inside = strncmp(directory, compose->folder, length) == 0;
        bool slash = length > 0 && compose->folder[length - 1] != '/';
        armor_text_string(&whole, inside ? compose->folder : "");
        armor_text_string(&whole, inside && slash ? "/" : "");
        append_parts(&clean, inside ? directory + length : directory, false);
    }
    append_parts(&clean, path, absolute);
    armor_text_slice(&whole, (struct armor_slice){clean.bytes, clean.length});
    int code = clean.error ? clean.error : whole.error;
    return code < 0 ? code
                    : seed_arena_copy(arena, (struct armor_slice){whole.bytes, whole.length}, ret_path);
}

int compose_join(struct armor_compose *compose, const char *directory, const char *path,
                 const char **ret_path)
{
    return compose_join_in(compose, &compose->arena, directory, path, ret_path);
}

int compose_directory(struct armor_compose *compose, const char *path, const char **ret_directory)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    length += slash == path; /* the root */
    return seed_arena_copy(&compose->arena, (struct armor_slice){path, length}, ret_directory);
}

static int interpolate(struct armor_compose *compose, struct tree_node *node,
                       const struct armor_variables *variables, struct armor_error *err)
{
    if (node->interpolated) {
        return 0;
    }
    node->interpolated = true;
    int code = 0;
    for (size_t i = 0; i < node->count && code == 0; i++) {
        code = interpolate(compose, node->items[i].value, variables, err);
    }
    if (code < 0 || !node->text || !strchr(node->text, '$')) {
        return code;
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text result = ARMOR_TEXT_INIT(ARMOR_VALUE_MAX);
    struct armor_slice unset = {0};
    struct armor_error inner = {0};
    code = armor_interpolate(armor_slice_of(node->text), variables, &result, &unset, &inner);
    if (code == -EBADMSG) {
        return tree_refuse(err, node, code, "%s", inner.text);
    }
    code = code < 0 || !unset.bytes ? code : seed_arena_copy(&compose->arena, unset, &node->unset);
    struct armor_slice text = {result.bytes, result.length};
    return code < 0 ? code : seed_arena_copy(&compose->arena, text, &node->text);
}

static int merge_documents(struct armor_compose *compose, struct compose_file *file, struct armor_error *err)
{
    struct tree_node *documents[ARMOR_YAML_DOCUMENTS_MAX];
    int count = tree_parse(&compose->arena, file->path, file->text, documents, err);
    int code = count < 0 ? count : 0;
    for (int i = 0; i < count && code == 0; i++) {
        if (documents[i]->kind == TREE_NULL) {
            continue;
        }
        if (documents[i]->kind != TREE_MAPPING) {
            return tree_refuse(err, documents[i], -EBADMSG, "a Compose file is a mapping, not %s",
                               tree_kind_name(documents[i]));
        }
        code = interpolate(compose, documents[i], file->variables, err);
        if (code == 0) {
            code = file->document
                       ? compose_merge(&compose->arena, file->document, documents[i], &file->document, err)
                       : 0;
            file->document = file->document ? file->document : documents[i];
        }
    }
    return code;
}

int compose_file_read(struct armor_compose *compose, const char *path,
                      const struct armor_variables *variables, struct compose_file **ret_file,
                      struct armor_error *err)
{
    for (size_t i = 0; i < compose->file_count; i++) {
        struct compose_file *file = &compose->files[i];
        if (strcmp(file->path, path) == 0 && file->variables == variables) {
            *ret_file = file;
            return 0;
        }
    }
    if (compose->file_count == ARMOR_COMPOSE_FILES_MAX) {
        return armor_error_set(err, -E2BIG, "a project may have %d files", ARMOR_COMPOSE_FILES_MAX);
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    struct compose_file file = {.path = path, .variables = variables};
    int code = compose->given.load(compose->given.userdata, path, &text, err);
    if (code < 0) {
        armor_error_source(err, path);
        return code;
    }
    code = text.error ? text.error
                      : seed_arena_copy(&compose->arena, (struct armor_slice){text.bytes, text.length},
                                        &file.text.bytes);
    file.text.length = text.length;
    code = code < 0 ? code : merge_documents(compose, &file, err);
    if (code == 0) {
        *ret_file = &compose->files[compose->file_count++];
        **ret_file = file;
    }
    return code;
}
