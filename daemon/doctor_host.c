/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be said of host, store and source without asking the loader; and the profiles that no container has. */
#include "doctor_private.h"

#include "intake.h"
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

enum {
    ROOM_MIN = 32
}; /* MiB that a file system should have free: a profile's text and what SQLite writes beside it */

static const struct host_roots *roots_of(const struct doctor *doctor)
{
    return doctor->manager->host ? doctor->manager->host : &host_roots_system;
}

static void look_apparmor(struct doctor *doctor)
{
    if (!host_enabled(roots_of(doctor))) {
        doctor_find(doctor, "apparmor-off", "kernel", DOCTOR_MEND_NONE,
                    "nothing is confined, and nothing can be learned",
                    "boot with apparmor=1 security=apparmor", "AppArmor is off in this kernel.");
    }
}

static void look_boot(struct doctor *doctor)
{
    const char *why = "";
    if (!host_boots(roots_of(doctor), &why)) {
        doctor_find(doctor, "boot-skipped", "boot", DOCTOR_MEND_NONE,
                    "no profile is loaded at boot, and Docker then refuses to start the containers",
                    "systemctl unmask apparmor.service; systemctl enable apparmor.service",
                    "The next boot loads no profile: %s.", why);
    }
}

static void look_source(struct doctor *doctor)
{
    const struct intake_state *state = doctor->manager->intake ? intake_state(doctor->manager->intake) : NULL;
    if (state && (state->test == INTAKE_TEST_FAILED || strcmp(state->name, "none") == 0)) {
        doctor_find(doctor, "source-blind", "source", DOCTOR_MEND_NONE, state->reason,
                    state->advice[0] ? state->advice : "see the section Sources of armord(8)",
                    "The kernel's records don't reach armord by the source %s.", state->name);
    }
}

static void look_store(struct doctor *doctor)
{
    const struct manager *manager = doctor->manager;
    const struct store_damage *damage = &manager->damage;
    struct armor_error err = {0};
    if (store_check(manager->store, &err) < 0) {
        doctor_find(
            doctor, "store-unsound", "store", DOCTOR_MEND_NONE,
            "what is learned isn't kept, and no container can be changed; what is enforced stays so",
            "mend the cause; a damaged database: stop armord, move it aside, restore a backup, start armord",
            "%s: %s.", manager->settings.database, err.text);
    }
    if (damage->containers || damage->rules) {
        doctor_find(
            doctor, "store-damaged", "store", DOCTOR_MEND_NONE,
            "rows were damaged; profiles that are loaded or on disk stay as they are",
            "restore a backup, or learn these containers anew: armorctl status says which are incomplete",
            "When armord started it had to leave out %llu containers and %llu rules.",
            (unsigned long long)damage->containers, (unsigned long long)damage->rules);
    }
    if (damage->settings) {
        doctor_find(doctor, "settings-damaged", "store", DOCTOR_MEND_NONE,
                    "rows were damaged, or a newer armord wrote them; those containers inherit what they say",
                    "armorctl settings NAME says of which a value is damaged: set it again",
                    "When armord started it had to leave out %llu settings of containers.",
                    (unsigned long long)damage->settings);
    }
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        const struct container *container = registry_at(manager->containers, i);
        if (container->unsaved && container->id != 0) {
            doctor_find(doctor, "store-behind", container->profile->name, DOCTOR_MEND_NONE,
                        "the database couldn't be written; it is tried again every few seconds",
                        "see that there is room, and `journalctl -u armord`",
                        "Some of what was learned is in memory only.");
        }
    }
}

static void look_room(struct doctor *doctor)
{
    char folder[SETTINGS_PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", doctor->manager->settings.database);
    char *slash = strrchr(folder, '/');
    if (slash) {
        slash[slash == folder] = '\0';
    }
    const char *const paths[] = {slash ? folder : ".", roots_of(doctor)->directory};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct statvfs room;
        if (statvfs(paths[i], &room) < 0) {
            continue; /* who needs it says so */
        }
        uint64_t free = (uint64_t)room.f_bavail * room.f_frsize >> 20;
        if (free < ROOM_MIN || (room.f_files > 0 && room.f_favail < 16)) {
            doctor_find(doctor, "disk-full", "disk", DOCTOR_MEND_NONE,
                        "what is learned can't be kept, or profiles can't be written", "make room",
                        "%s is on a file system with %llu MiB and %llu files free.", paths[i],
                        (unsigned long long)free, (unsigned long long)room.f_favail);
        }
    }
}

static void look_intents(struct doctor *doctor)
{
    const struct manager *manager = doctor->manager;
    struct armor_error err = {0};
    struct intent *intents = NULL;
    size_t count = 0;
    if (store_intents(manager->store, &intents, &count, &err) < 0) {
        return; /* look_store says so */
    }
    for (size_t i = 0; i < count; i++) {
        const struct container *container =
            registry_find(manager->containers, armor_slice_of(intents[i].name));
        if (!container || !container->changing) {
            doctor_find(doctor, "change-broken", intents[i].name,
                        container ? DOCTOR_MEND_RESTORE : DOCTOR_MEND_NONE,
                        "armord or the loader went down; it is taken back as soon as that can be",
                        "see `journalctl -u armord`, and armorctl doctor --repair",
                        "The command %s broke off, and kernel and disk may have what it wanted.",
                        intents[i].verb);
        }
    }
    free(intents);
}

static void read_profiles(struct doctor *doctor)
{
    struct armor_error err = {0};
    host_profiles_done(&doctor->profiles);
    doctor->profiles_seen = host_profiles_read(roots_of(doctor), &doctor->profiles, &err) == 0;
    if (!doctor->profiles_seen) {
        doctor_find(doctor, "profiles-unread", "kernel", DOCTOR_MEND_NONE,
                    "profiles that no container has can't be found", "see that AppArmor is on: aa-enabled",
                    "The lists of profiles can't be read: %s.", err.text);
    }
}

static void (*const checks[])(struct doctor *doctor) = {
    look_apparmor, look_boot, look_source, look_store, look_room, look_intents, read_profiles,
};

void doctor_look_host(struct doctor *doctor)
{
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        checks[i](doctor);
    }
}

static void look_stray(struct doctor *doctor, const struct host_profile *profile)
{
    const struct manager *manager = doctor->manager;
    /* A store that lost containers, or is new, isn't what tells that nobody needs a profile. */
    bool sure = registry_count(manager->containers) > 0 && manager->damage.containers == 0;
    const char *where = profile->mode[0] && profile->file ? "The kernel and /etc/apparmor.d have"
                        : profile->mode[0]                ? "The kernel has"
                                                          : "/etc/apparmor.d has";
    if (!profile->mode[0] && !profile->file) {
        doctor_find(doctor, "stray-draft", profile->name, DOCTOR_MEND_REMOVE,
                    "armor-loader was ended before the file was in its place; the boot passes over it",
                    "armorctl doctor --repair removes it", "/etc/apparmor.d has a file .%s.new.",
                    profile->name);
        return;
    }
    doctor_find(
        doctor, "stray-profile", profile->name, sure ? DOCTOR_MEND_REMOVE : DOCTOR_MEND_NONE,
        sure ? "the container was forgotten or never stored; one that is started with it would run under "
               "rules "
               "that nobody looks after"
             : "armord's database is new or damaged, so a container may well need it, and it stays",
        sure ? "armorctl doctor --repair removes it, unless a process runs under it; to keep it, learn the "
               "container first"
             : "restore the database, or learn the container anew: armorctl learn NAME",
        "%s %s%s%s, and armord knows no such container.", where, profile->name,
        profile->mode[0] ? " in mode " : "", profile->mode);
}

void doctor_look_strays(struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->profiles.count; i++) {
        const struct host_profile *profile = &doctor->profiles.entries[i];
        const char *name = profile->name + strlen(LOADER_PROFILE_PREFIX);
        if (strcmp(profile->name, LOADER_CANDIDATE) == 0) {
            if (!doctor->manager->jobs) { /* otherwise it is one that is being asked */
                doctor_find(
                    doctor, "stray-candidate", profile->name, DOCTOR_MEND_REMOVE,
                    "armor-loader was ended while the kernel was asked about it; nothing can run under it",
                    "armorctl doctor --repair removes it", "The kernel has %s.", profile->name);
            }
        } else if (!registry_find(doctor->manager->containers, armor_slice_of(name))) {
            look_stray(doctor, profile);
        }
    }
}
