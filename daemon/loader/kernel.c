/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AppArmor's files in securityfs. See kernel.h. */
#include "kernel.h"

#include "reads_as.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/apparmor.h>
#include <unistd.h>

/* What the kernel means by it when it refuses policy. */
static const struct {
    int code;
    const char *meaning;
} refusals[] = {
    {EACCES, "the loader needs CAP_MAC_ADMIN and uid 0"},
    {EPERM, "the loader needs CAP_MAC_ADMIN, and policy may have been locked since boot"},
    {EPROTO,
     "the kernel can't make sense of the compiled policy: kernel and apparmor_parser don't fit together"},
    {EPROTONOSUPPORT,
     "the kernel doesn't know this version of compiled policy: apparmor_parser is too new for it"},
    {EROFS, "its directory is read-only: see ReadWritePaths= of armor-loader.service"},
    {ENOMEM, "out of memory"},
};

static void close_directory(DIR **directory)
{
    if (*directory) {
        (void)closedir(*directory);
    }
}

static void close_file(FILE **file)
{
    if (*file) {
        (void)fclose(*file);
    }
}

static void free_line(char **line)
{
    free(*line);
}

static void unref_interface(aa_kernel_interface **interface)
{
    aa_kernel_interface_unref(*interface);
}

static void unref_features(aa_features **features)
{
    aa_features_unref(*features);
}

static int refused(int code, const char *what, struct armor_error *err)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (refusals[i].code == -code) {
            return armor_error_set(err, code, "the kernel refused to %s the profile: %s (%s)", what,
                                   strerror(-code), refusals[i].meaning);
        }
    }
    return armor_error_set(err, code, "the kernel refused to %s the profile: %s", what, strerror(-code));
}

int loader_kernel_present(const struct loader_roots *roots, struct armor_error *err)
{
    if (access(roots->apparmorfs, F_OK) == 0) {
        return 0;
    }
    return armor_error_set(
        err, -EOPNOTSUPP,
        "this kernel runs without AppArmor (no %s): boot with apparmor=1 and apparmor in lsm=, or "
        "mount securityfs on /sys/kernel/security",
        roots->apparmorfs);
}

static int open_interface(const struct loader_roots *roots, aa_kernel_interface **ret_interface,
                          struct armor_error *err)
{
    int r = loader_kernel_present(roots, err);
    if (r < 0) {
        return r;
    }
    int directory = open(roots->apparmorfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return armor_error_set(err, -errno, "can't open %s: %s", roots->apparmorfs, strerror(errno));
    }
    aa_features *features ARMOR_CLEANUP(unref_features) = NULL;
    r = aa_features_new(&features, directory, "features") < 0 ? -errno : 0;
    (void)close(directory);
    if (r < 0) {
        return armor_error_set(err, r, "can't read %s/features: %s", roots->apparmorfs, strerror(-r));
    }
    if (aa_kernel_interface_new(ret_interface, features, roots->apparmorfs) < 0) {
        return armor_error_set(err, -errno, "can't open the kernel's policy interface in %s: %s",
                               roots->apparmorfs, strerror(errno));
    }
    return 0;
}

int loader_kernel_load(const struct loader_roots *roots, struct armor_slice blob, struct armor_error *err)
{
    aa_kernel_interface *interface ARMOR_CLEANUP(unref_interface) = NULL;
    int r = open_interface(roots, &interface, err);
    if (r < 0) {
        return r;
    }
    /* libapparmor writes a buffer in one go; a policy in two writes is refused by the kernel anyway. */
    if (aa_kernel_interface_replace_policy(interface, blob.bytes, blob.length) < 0) {
        return refused(-errno, "load", err);
    }
    return 0;
}

int loader_kernel_remove(const struct loader_roots *roots, const char *name, struct armor_error *err)
{
    aa_kernel_interface *interface ARMOR_CLEANUP(unref_interface) = NULL;
    int r = open_interface(roots, &interface, err);
    if (r < 0) {
        return r;
    }
    if (aa_kernel_interface_remove_policy(interface, name) < 0) {
        return errno == ENOENT ? 0 : refused(-errno, "remove", err);
    }
    return 1;
}

static enum loader_mode mode_of(struct armor_slice word)
{
    if (armor_slice_is(word, "complain")) {
        return LOADER_MODE_COMPLAIN;
    }
    return armor_slice_is(word, "enforce") ? LOADER_MODE_ENFORCE : LOADER_MODE_OTHER;
}

/* One line of the list: "armord-web (complain)", "armord-web//null-/bin/sh (complain)". */
static void take_line(struct armor_slice line, struct armor_slice name, struct loader_loaded *loaded)
{
    if (!armor_slice_starts(line, name)) {
        return;
    }
    struct armor_slice rest = {line.bytes + name.length, line.length - name.length};
    if (armor_slice_starts(rest, ARMOR_SLICE("//null-"))) {
        loaded->null_children++;
    } else if (armor_slice_starts(rest, ARMOR_SLICE(" (")) && rest.bytes[rest.length - 1] == ')') {
        loaded->mode = mode_of((struct armor_slice){rest.bytes + 2, rest.length - 3});
    }
}

int loader_kernel_find(const struct loader_roots *roots, const char *name, struct loader_loaded *ret_loaded,
                       struct armor_error *err)
{
    int r = loader_kernel_present(roots, err);
    if (r < 0) {
        return r;
    }
    char path[256];
    (void)snprintf(path, sizeof path, "%s/profiles", roots->apparmorfs);
    FILE *list ARMOR_CLEANUP(close_file) = fopen(path, "re");
    if (!list) {
        return armor_error_set(err, -errno, "can't read the kernel's list of profiles, %s: %s", path,
                               strerror(errno));
    }
    struct loader_loaded loaded = {.mode = LOADER_MODE_NONE};
    char *line ARMOR_CLEANUP(free_line) = NULL;
    size_t capacity = 0;
    errno = 0;
    for (ssize_t n; (n = getline(&line, &capacity, list)) > 0;) {
        size_t length = (size_t)n - (line[n - 1] == '\n');
        take_line((struct armor_slice){line, length}, armor_slice_of(name), &loaded);
    }
    if (!feof(list)) {
        return armor_error_set(err, errno ? -errno : -EIO, "can't read the kernel's list of profiles, %s: %s",
                               path, strerror(errno ? errno : EIO));
    }
    *ret_loaded = loaded;
    return 0;
}

/* Open ENTRY/FILE in the directory of loaded profiles. */
static int open_in(int directory, const char *entry, const char *file)
{
    char path[NAME_MAX + 16];
    int n = snprintf(path, sizeof path, "%s/%s", entry, file);
    if (n < 0 || (size_t)n >= sizeof path) {
        return -ENAMETOOLONG;
    }
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Whether the directory ENTRY is the profile NAME: it is called NAME.N, but names may hold dots. */
static int entry_is(int directory, const char *entry, const char *name)
{
    if (!armor_slice_starts(armor_slice_of(entry), armor_slice_of(name))) {
        return 0;
    }
    int fd = open_in(directory, entry, "name");
    if (fd < 0) {
        return fd == -ENOENT ? 0 : fd; /* replaced while we looked */
    }
    int r = loader_reads_as(fd, armor_slice_of(name), true);
    (void)close(fd);
    return r;
}

int loader_kernel_compare(const struct loader_roots *roots, const char *name, struct armor_slice blob,
                          struct armor_error *err)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/policy/profiles", roots->apparmorfs);
    DIR *profiles ARMOR_CLEANUP(close_directory) = opendir(path);
    if (!profiles) {
        return armor_error_set(err, -errno, "can't read %s: %s", path, strerror(errno));
    }
    for (const struct dirent *entry; (entry = readdir(profiles));) {
        int r = entry_is(dirfd(profiles), entry->d_name, name);
        if (r < 0) {
            return armor_error_set(err, r, "can't read %s/%s/name: %s", path, entry->d_name, strerror(-r));
        }
        if (r == 0) {
            continue;
        }
        int fd = open_in(dirfd(profiles), entry->d_name, "raw_data");
        if (fd < 0) {
            return armor_error_set(
                err, fd,
                "the kernel keeps no copy of the policy to compare with (%s/%s/raw_data: %s); is "
                "apparmor.export_binary off?",
                path, entry->d_name, strerror(-fd));
        }
        r = loader_reads_as(fd, blob, true);
        (void)close(fd);
        if (r < 0) {
            return armor_error_set(err, r, "can't read %s/%s/raw_data: %s", path, entry->d_name,
                                   strerror(-r));
        }
        return r == 1 ? 0
                      : armor_error_set(err, -EBADMSG,
                                        "the policy in the kernel isn't what was loaded: somebody else "
                                        "loaded a profile of this name at the same time");
    }
    return armor_error_set(err, -ENOENT, "the kernel has no profile of this name in %s", path);
}
