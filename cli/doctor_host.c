/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's side of doctor: parser, users, sockets, file systems, and, without armord, the names in kernel and directory. */
#include "doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX    "armord-"
#define LOADED    "/sys/kernel/security/apparmor/policy/profiles"
#define DIRECTORY "/etc/apparmor.d"
#define MARKER    "# armord:"

void doctor_add(struct doctor_host *host, const char *code, const char *subject, const char *why,
                const char *next, const char *what)
{
    (void)json_array_append_new(host->findings,
                                json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "code", code, "subject", subject,
                                          "what", what, "why", why, "next", next, "repairable", 0));
}

/* Run ARGUMENTS, the first of which is the program's path; what it writes, cut, into TEXT. Returns 0, or negative where it fails. */
static int run(char *const arguments[], char *text, size_t size)
{
    char *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    int pipes[2];
    pid_t pid = 0;
    int status = 0;
    if (pipe2(pipes, O_CLOEXEC) < 0) {
        return -errno;
    }
    int code = posix_spawn_file_actions_init(&actions);
    if (code == 0) {
        code = posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
        code =
            code ? code : posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        code = code ? code : posix_spawn(&pid, arguments[0], &actions, NULL, arguments, environment);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)close(pipes[1]);
    size_t length = 0;
    for (ssize_t n = 1; code == 0 && n > 0 && length<size - 1; length += n> 0 ? (size_t)n : 0) {
        n = read(pipes[0], text + length, size - 1 - length);
    }
    (void)close(pipes[0]);
    text[length] = '\0';
    if (code == 0 && (waitpid(pid, &status, 0) < 0 || status != 0)) {
        code = ENOEXEC;
    }
    return -code;
}

/* The first of PLACES, ended by NULL, that is there; NULL: none. */
static const char *first_of(const char *const *places)
{
    while (*places && access(*places, X_OK) < 0) {
        places++;
    }
    return *places;
}

static void look_parser(struct doctor_host *host)
{
    static const char *const places[] = {"/sbin/apparmor_parser", "/usr/sbin/apparmor_parser", NULL};
    const char *parser = first_of(places);
    if (!parser) {
        doctor_add(host, "parser-missing", "parser",
                   "no profile can be compiled, so none can be changed, or loaded at boot",
                   "install the package apparmor", "apparmor_parser isn't installed.");
        return;
    }
    char *const arguments[] = {(char *)parser, "--version", NULL};
    int code = run(arguments, host->parser, sizeof host->parser);
    host->parser[strcspn(host->parser, "\n")] = '\0';
    if (code < 0 || !host->parser[0]) {
        host->parser[0] = '\0';
        doctor_add(host, "parser-broken", "parser", "no profile can be compiled, so none can be changed",
                   "install the package apparmor again", "apparmor_parser doesn't run.");
    }
}

static void look_users(struct doctor_host *host)
{
    static const struct {
        const char *name;
        bool group;
        const char *why;
    } wanted[] = {
        {"armord", false, "armord can't start"},
        {"armord-parser", false, "armor-loader has nobody to run apparmor_parser as, and changes no profile"},
        {"armord-admin", true, "only root can change anything"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        bool there = wanted[i].group ? getgrnam(wanted[i].name) != NULL : getpwnam(wanted[i].name) != NULL;
        if (!there) {
            char what[96];
            (void)snprintf(what, sizeof what, "There is no %s %s.", wanted[i].group ? "group" : "user",
                           wanted[i].name);
            doctor_add(host, "user-missing", wanted[i].name, wanted[i].why, "systemd-sysusers", what);
        }
    }
}

static void look_sockets(struct doctor_host *host)
{
    static const struct {
        const char *path;
        const char *user;
        const char *group;
        mode_t mode;
        const char *unit;
    } sockets[] = {
        {"/run/armord/armord.sock", "root", "armord-admin", 0660, "armord.socket"},
        {"/run/armord/read.sock", "root", "armord", 0660, "armord-read.socket"},
        {"/run/armord/loader.sock", "armord", "root", 0600, "armor-loader.socket"},
    };
    for (size_t i = 0; host->default_paths && i < sizeof sockets / sizeof sockets[0]; i++) {
        const struct passwd *user = getpwnam(sockets[i].user);
        const struct group *group = getgrnam(sockets[i].group);
        struct stat status;
        char what[160];
        char next[96];
        (void)snprintf(next, sizeof next, "systemctl restart %s", sockets[i].unit);
        if (stat(sockets[i].path, &status) < 0) {
            (void)snprintf(what, sizeof what, "There is no socket %s: %s.", sockets[i].path, strerror(errno));
            doctor_add(host, "socket-missing", sockets[i].unit, "nobody can talk through it", next, what);
        } else if (!S_ISSOCK(status.st_mode) || (status.st_mode & 0777) != sockets[i].mode ||
                   (user && status.st_uid != user->pw_uid) || (group && status.st_gid != group->gr_gid)) {
            (void)snprintf(what, sizeof what, "%s has mode %o, user %u, group %u instead of %o, %s, %s.",
                           sockets[i].path, (unsigned)status.st_mode & 0777U, (unsigned)status.st_uid,
                           (unsigned)status.st_gid, (unsigned)sockets[i].mode, sockets[i].user,
                           sockets[i].group);
            doctor_add(host, "socket-mode", sockets[i].unit,
                       "others than those who should may talk through it, or fewer", next, what);
        }
    }
}

static void look_directory(struct doctor_host *host)
{
    struct statvfs status;
    if (statvfs(DIRECTORY, &status) < 0) {
        doctor_add(host, "directory-missing", "disk", "no profile is kept for the next boot",
                   "install the package apparmor", "There is no " DIRECTORY ".");
    } else if (status.f_flag & ST_RDONLY) {
        doctor_add(host, "disk-readonly", "disk", "no profile can be changed; what is enforced stays so",
                   "mount it for writing", DIRECTORY " is on a file system that is mounted read-only.");
    }
}

/* Whether the kernel has the profile NAME: its directory there is NAME.N. */
static bool is_loaded(const char *name)
{
    DIR *directory = opendir(LOADED);
    bool found = false;
    for (const struct dirent *entry; directory && !found && (entry = readdir(directory));) {
        size_t length = strlen(name);
        const char *dot = strrchr(entry->d_name, '.');
        found = dot && (size_t)(dot - entry->d_name) == length && strncmp(entry->d_name, name, length) == 0;
    }
    if (directory) {
        (void)closedir(directory);
    }
    return found;
}

static bool is_ours(int directory, const char *file)
{
    char head[sizeof MARKER - 1];
    int fd = openat(directory, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool ours = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
                memcmp(head, MARKER, sizeof head) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return ours;
}

/* armord isn't there to say more: what boot has loaded, by name. */
static void look_profiles(struct doctor_host *host)
{
    DIR *directory = host->alone ? opendir(DIRECTORY) : NULL;
    if (host->alone && access(LOADED, F_OK) < 0) {
        doctor_add(host, "apparmor-off", "kernel", "nothing is confined, and nothing can be learned",
                   "boot with apparmor=1 security=apparmor", "AppArmor is off in this kernel.");
    }
    for (const struct dirent *entry; directory && (entry = readdir(directory));) {
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 && is_ours(dirfd(directory), entry->d_name) &&
            !is_loaded(entry->d_name)) {
            char what[NAME_MAX + 64];
            (void)snprintf(what, sizeof what, "The kernel doesn't have %s, whose file is in " DIRECTORY ".",
                           entry->d_name);
            doctor_add(host, "kernel-missing", entry->d_name, "Docker refuses to start the container",
                       "apparmor_parser -r " DIRECTORY
                       "/FILE, or start armord and run: armorctl doctor --repair",
                       what);
        }
    }
    if (directory) {
        (void)closedir(directory);
    }
}

bool doctor_fails(struct doctor_host *host)
{
    static const char *const systemctl[] = {"/usr/bin/systemctl", "/bin/systemctl", NULL};
    static const char *const journalctl[] = {"/usr/bin/journalctl", "/bin/journalctl", NULL};
    const char *program = host->default_paths ? first_of(systemctl) : NULL;
    char *const show[] = {(char *)program, "show", "--property=SubState", "--value", "armord.service", NULL};
    char state[32] = "";
    if (!program || run(show, state, sizeof state) < 0 ||
        (strcmp(state, "auto-restart\n") != 0 && strcmp(state, "failed\n") != 0)) {
        return false;
    }
    char why[400] = "";
    program = first_of(journalctl);
    char *const ask[] = {(char *)program,
                         "--unit=armord.service",
                         "--identifier=armord",
                         "--priority=err",
                         "--lines=1",
                         "--output=cat",
                         "--quiet",
                         NULL};
    if (!program || run(ask, why, sizeof why) < 0 || !why[0]) {
        (void)snprintf(why, sizeof why, "its journal says why");
    }
    why[strcspn(why, "\n")] = '\0';
    doctor_add(
        host, "daemon-fails", "armord", why,
        "mend that; `journalctl -u armord` has all of it, and docs/trouble.md what to do about a damaged "
        "database. What is "
        "enforced stays so",
        "armord ends as soon as it is started.");
    return true;
}

void doctor_look(struct doctor_host *host)
{
    static void (*const checks[])(struct doctor_host * host) = {look_parser, look_users, look_sockets,
                                                                look_directory, look_profiles};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        checks[i](host);
    }
}
