/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Include files. See include_files.h. */
#include "include_files.h"

#include "project.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Whether a file of this name counts in a directory (libapparmor, private.c: _aa_is_blacklisted). */
static bool counts(const char *name)
{
    static const char *const endings[] = {"~",         ".rpmnew",   ".rpmsave",  ".orig",        ".rej",
                                          ".dpkg-new", ".dpkg-old", ".dpkg-bak", ".dpkg-remove", ".pacsave",
                                          ".pacnew",   ".dpkg-dist"};
    size_t length = strlen(name);
    if (name[0] == '.' || strcmp(name, "README") == 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        if (length >= ending && strcmp(name + length - ending, endings[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void forget(struct include_files *files)
{
    for (size_t i = 0; i < files->name_count; i++) {
        free(files->names[i]);
    }
    free((void *)files->names);
    files->names = NULL;
    files->name_count = 0;
    files->path[0] = '\0';
}

void include_files_done(struct include_files *files)
{
    forget(files);
}

static int by_name(const void *a, const void *b)
{
    const char *const *first = a;
    const char *const *second = b;
    return strcmp(*first, *second);
}

/* Keep the names of the files in the directory at PATH. */
static int list(struct include_files *files, const char *path)
{
    DIR *directory = opendir(path);
    if (!directory) {
        return -errno;
    }
    forget(files);
    int code = 0;
    for (const struct dirent *entry = readdir(directory); entry && code == 0; entry = readdir(directory)) {
        struct stat status;
        char whole[ARMOR_PATH_MAX];
        int length = snprintf(whole, sizeof whole, "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof whole || !counts(entry->d_name) ||
            stat(whole, &status) < 0 || !S_ISREG(status.st_mode)) {
            continue;
        }
        char **grown = realloc((void *)files->names, (files->name_count + 1) * sizeof *grown);
        char *copy = strdup(entry->d_name);
        files->names = grown ? grown : files->names;
        code = grown && copy ? 0 : -ENOMEM;
        if (code == 0) {
            files->names[files->name_count++] = copy;
        } else {
            free(copy);
        }
    }
    (void)closedir(directory);
    if (files->name_count > 0) {
        qsort((void *)files->names, files->name_count, sizeof *files->names, by_name);
    }
    (void)snprintf(files->path, sizeof files->path, "%s", path);
    return code;
}

static int load_file(const char *path, struct armor_text *text, struct armor_text *name,
                     struct armor_error *err)
{
    int code = project_read(path, ARMOR_READ_TEXT_MAX, text, err);
    armor_text_string(name, path);
    return code < 0 ? code : 1;
}

/* File NUMBER of what is at WHOLE. */
static int load_at(struct include_files *files, const char *whole, size_t number, struct armor_text *text,
                   struct armor_text *name, struct armor_error *err)
{
    struct stat status;
    if (stat(whole, &status) < 0) {
        return errno == ENOTDIR ? -ENOENT : -errno;
    }
    if (!S_ISDIR(status.st_mode)) {
        return number == 0 ? load_file(whole, text, name, err) : 0;
    }
    int code = number == 0 || strcmp(files->path, whole) != 0 ? list(files, whole) : 0;
    if (code < 0 || number >= files->name_count) {
        return code;
    }
    char file[2 * ARMOR_PATH_MAX];
    (void)snprintf(file, sizeof file, "%s/%s", whole, files->names[number]);
    return load_file(file, text, name, err);
}

int include_files_load(void *userdata, const char *path, bool search, size_t number, struct armor_text *text,
                       struct armor_text *name, struct armor_error *err)
{
    struct include_files *files = userdata;
    int code = -ENOENT;
    if (!search || path[0] == '/') {
        code = load_at(files, path, number, text, name, err);
    }
    for (size_t i = 0; code == -ENOENT && search && path[0] != '/' && i < files->folder_count; i++) {
        char whole[ARMOR_PATH_MAX];
        int length = snprintf(whole, sizeof whole, "%s/%s", files->folders[i], path);
        if (length > 0 && (size_t)length < sizeof whole) {
            code = load_at(files, whole, number, text, name, err);
        }
    }
    return code;
}
