/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a Compose project, and nothing else. See project.h. */
#include "project.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int read_all(int fd, size_t limit, struct armor_text *text, struct armor_error *err)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        return armor_error_set(err, -EISDIR, "cannot be read: it is a directory");
    }
    for (;;) {
        char buffer[16384];
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            int code = got < 0 ? -errno : text->error;
            return code < 0 ? armor_error_set(err, code, "cannot be read: %s", strerror(-code)) : 0;
        }
        if (text->length + (size_t)got > limit) {
            return armor_error_set(err, -E2BIG, "has over %zu bytes", limit);
        }
        armor_text_slice(text, (struct armor_slice){buffer, (size_t)got});
    }
}

static int read_fd(int fd, size_t limit, struct armor_text *text, struct armor_error *err)
{
    if (fd < 0) {
        int code = -errno;
        if (code == -EXDEV || code == -ELOOP) {
            return armor_error_set(err, -EPERM, "leads out of the project's folder, and isn't read");
        }
        return armor_error_set(err, code, "cannot be opened: %s", strerror(-code));
    }
    int code = read_all(fd, limit, text, err);
    (void)close(fd);
    return code;
}

int project_read(const char *path, size_t limit, struct armor_text *text, struct armor_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    armor_error_source(err, standard ? "standard input" : path);
    if (standard) {
        return read_all(STDIN_FILENO, limit, text, err);
    }
    return read_fd(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), limit, text, err);
}

/* Open PATH below the folder, never out of it, whatever links there are. */
static int open_beneath(const struct project *project, const char *path)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, project->folder_fd, path, &how, sizeof how);
}

int project_load(void *userdata, const char *path, struct armor_text *text, struct armor_error *err)
{
    const struct project *project = userdata;
    for (size_t i = 0; i < project->named_count; i++) {
        if (strcmp(project->named[i], path) == 0) {
            return project_read(path, ARMOR_SOURCE_MAX, text, err);
        }
    }
    size_t length = strlen(project->folder);
    const char *below = path;
    bool root = strcmp(project->folder, "/") == 0;
    if (length > 0) {
        bool inside = strncmp(path, project->folder, length) == 0 && (root || path[length] == '/');
        below = inside ? path + length + !root : NULL;
    }
    if (!below || below[0] == '/' || below[0] == '\0') {
        return armor_error_set(err, -EPERM, "is out of the project's folder, and isn't read");
    }
    return read_fd(open_beneath(project, below), ARMOR_SOURCE_MAX, text, err);
}

static int add_environment(struct armor_variables *variables)
{
    for (char **entry = environ; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        struct armor_slice name = {*entry, equals ? (size_t)(equals - *entry) : 0};
        int code = equals ? armor_variables_add(variables, name, armor_slice_of(equals + 1)) : 0;
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

int project_open(struct project *project, const char *const *named, size_t count, struct armor_error *err)
{
    *project = (struct project){.named = named, .named_count = count, .folder_fd = -1};
    const char *slash = strrchr(named[0], '/');
    size_t length = slash ? (size_t)(slash - named[0]) + (slash == named[0]) : 0;
    if (length >= sizeof project->folder) {
        return armor_error_set(err, -ENAMETOOLONG, "the path is over %d bytes", ARMOR_PATH_MAX);
    }
    (void)snprintf(project->folder, sizeof project->folder, "%.*s", (int)length, named[0]);
    project->folder_fd = open(length ? project->folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (project->folder_fd < 0) {
        int code = -errno;
        armor_error_source(err, named[0]);
        return armor_error_set(err, code, "cannot be opened: %s", strerror(-code));
    }
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ARMOR_SOURCE_MAX);
    char path[ARMOR_PATH_MAX + 8];
    (void)snprintf(path, sizeof path, "%s%s.env", project->folder, slash && slash != named[0] ? "/" : "");
    int code = armor_variables_new(&project->variables);
    code = code < 0 ? code : add_environment(project->variables);
    if (code == 0) {
        struct armor_error inner = {0};
        int found = read_fd(open_beneath(project, ".env"), ARMOR_SOURCE_MAX, &text, &inner);
        code = found == 0         ? armor_dotenv_read((struct armor_slice){text.bytes, text.length}, path,
                                                      project->variables, err)
               : found == -ENOENT ? 0
                                  : found;
        if (found < 0 && code < 0) {
            armor_error_source(err, path);
            return armor_error_set(err, code, "%s", inner.text);
        }
    }
    return code < 0 ? armor_error_set(err, code, "The variables can't be kept: %s.", strerror(-code)) : 0;
}

void project_close(struct project *project)
{
    armor_variables_free(project->variables);
    project->variables = NULL;
    if (project->folder_fd >= 0) {
        (void)close(project->folder_fd);
    }
    project->folder_fd = -1;
}
