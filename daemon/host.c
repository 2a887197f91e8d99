/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host: two directories and a few links. See host.h. */
#include "host.h"

#include "armor/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct host_roots host_roots_system = {
    .loaded = "/sys/kernel/security/apparmor/policy/profiles",
    .directory = "/etc/apparmor.d",
    .enabled = "/sys/module/apparmor/parameters/enabled",
    .units = "/etc/systemd/system",
};

static void close_directory(DIR **directory)
{
    if (*directory) {
        (void)closedir(*directory);
    }
}

/* The first SIZE - 1 bytes of DIRECTORY/PATH, up to a newline. Returns their count or negative. */
static ssize_t read_line(int directory, const char *path, char *buffer, size_t size)
{
    int fd = openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t n = read(fd, buffer, size - 1);
    n = n < 0 ? -errno : n;
    (void)close(fd);
    buffer[n > 0 ? n : 0] = '\0';
    buffer[strcspn(buffer, "\n")] = '\0';
    return n;
}

const struct host_profile *host_profiles_find(const struct host_profiles *profiles, const char *name)
{
    for (size_t i = 0; i < profiles->count; i++) {
        if (strcmp(profiles->entries[i].name, name) == 0) {
            return &profiles->entries[i];
        }
    }
    return NULL;
}

/* The entry of NAME, made where there is none. NULL: it isn't a managed name, there is no room, or *RET_CODE says why not. */
static struct host_profile *entry_of(struct host_profiles *profiles, const char *name, int *ret_code)
{
    if (!loader_name_valid(name) && strcmp(name, LOADER_CANDIDATE) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < profiles->count; i++) {
        if (strcmp(profiles->entries[i].name, name) == 0) {
            return &profiles->entries[i];
        }
    }
    if (profiles->count == (size_t)2 * ARMOR_CONTAINERS_MAX) {
        return NULL;
    }
    struct host_profile *grown =
        realloc(profiles->entries, (profiles->count + 1) * sizeof *profiles->entries);
    if (!grown) {
        *ret_code = -ENOMEM;
        return NULL;
    }
    profiles->entries = grown;
    struct host_profile *entry = &grown[profiles->count++];
    *entry = (struct host_profile){0};
    (void)snprintf(entry->name, sizeof entry->name, "%s", name);
    return entry;
}

static int read_loaded(const struct host_roots *roots, struct host_profiles *profiles,
                       struct armor_error *err)
{
    DIR *directory ARMOR_CLEANUP(close_directory) = opendir(roots->loaded);
    int code = 0;
    if (!directory) {
        return armor_error_set(err, -errno, "can't read %s: %s", roots->loaded, strerror(errno));
    }
    for (const struct dirent *item; code == 0 && (item = readdir(directory));) {
        char path[NAME_MAX + 8];
        char name[LOADER_NAME_SIZE];
        if (strncmp(item->d_name, LOADER_PROFILE_PREFIX, strlen(LOADER_PROFILE_PREFIX)) != 0) {
            continue;
        }
        (void)snprintf(path, sizeof path, "%s/name", item->d_name);
        ssize_t n = read_line(dirfd(directory), path, name, sizeof name);
        struct host_profile *entry = n > 0 ? entry_of(profiles, name, &code) : NULL;
        if (entry) {
            (void)snprintf(path, sizeof path, "%s/mode", item->d_name);
            n = read_line(dirfd(directory), path, entry->mode, sizeof entry->mode);
        }
        if (n < 0 && n != -ENOENT) { /* that one was replaced while we looked */
            code = (int)n;
        }
    }
    return code < 0 ? armor_error_set(err, code, "can't read %s: %s", roots->loaded, strerror(-code)) : 0;
}

static bool is_link(int directory, const char *folder, const char *name)
{
    char path[NAME_MAX + 32];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return faccessat(directory, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* FILE of the directory: a profile's, or ".NAME.new", its draft. */
static void take_file(int directory, const char *file, struct host_profiles *profiles, int *ret_code)
{
    const char *suffix = ".new";
    size_t length = strlen(file);
    bool draft = file[0] == '.';
    char name[NAME_MAX + 1];
    char head[sizeof LOADER_MARKER];
    (void)snprintf(name, sizeof name, "%s", file + draft);
    if (draft) {
        if (length < strlen(suffix) + 1 || strcmp(file + length - strlen(suffix), suffix) != 0) {
            return;
        }
        name[length - strlen(suffix) - 1] = '\0';
    } else if (strncmp(name, LOADER_PROFILE_PREFIX, strlen(LOADER_PROFILE_PREFIX)) != 0 ||
               read_line(directory, file, head, sizeof head) < 0 || strcmp(head, LOADER_MARKER) != 0) {
        return;
    }
    struct host_profile *entry = entry_of(profiles, name, ret_code);
    if (entry) {
        entry->draft = entry->draft || draft;
        entry->file = entry->file || !draft;
        entry->disabled = is_link(directory, "disable", name);
        entry->forced = is_link(directory, "force-complain", name);
    }
}

static int read_files(const struct host_roots *roots, struct host_profiles *profiles, struct armor_error *err)
{
    DIR *directory ARMOR_CLEANUP(close_directory) = opendir(roots->directory);
    int code = 0;
    if (!directory) {
        return armor_error_set(err, -errno, "can't read %s: %s", roots->directory, strerror(errno));
    }
    for (const struct dirent *item; code == 0 && (item = readdir(directory));) {
        take_file(dirfd(directory), item->d_name, profiles, &code);
    }
    return code < 0 ? armor_error_set(err, code, "can't read %s: %s", roots->directory, strerror(-code)) : 0;
}

int host_profiles_read(const struct host_roots *roots, struct host_profiles *ret_profiles,
                       struct armor_error *err)
{
    struct host_profiles profiles = {0};
    int r = read_loaded(roots, &profiles, err);
    r = r < 0 ? r : read_files(roots, &profiles, err);
    if (r < 0) {
        host_profiles_done(&profiles);
        return r;
    }
    *ret_profiles = profiles;
    return 0;
}

void host_profiles_done(struct host_profiles *profiles)
{
    free(profiles->entries);
    *profiles = (struct host_profiles){0};
}

bool host_enabled(const struct host_roots *roots)
{
    char word[8] = "";
    return read_line(AT_FDCWD, roots->enabled, word, sizeof word) > 0 && word[0] == 'Y';
}

int host_boots(const struct host_roots *roots, const char **ret_why)
{
    char path[256];
    char target[64];
    glob_t wants = {0};
    (void)snprintf(path, sizeof path, "%s/apparmor.service", roots->units);
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n > 0 && strcmp((target[n] = '\0', target), "/dev/null") == 0) {
        *ret_why = "apparmor.service is masked";
        return 0;
    }
    (void)snprintf(path, sizeof path, "%s/*.wants/apparmor.service", roots->units);
    int r = glob(path, GLOB_NOSORT, NULL, &wants);
    globfree(&wants);
    *ret_why = "apparmor.service isn't enabled";
    return r == 0;
}
