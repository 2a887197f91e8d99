/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the loader said of one container, held against the store. */
#include "doctor_private.h"

static void look_disk(struct doctor *doctor, const struct container *container,
                      const struct loader_reply *reply)
{
    const char *name = container->profile->name;
    const char *label = container->profile->label;
    const struct host_profile *seen = host_profiles_find(&doctor->profiles, label);
    const char *directory = "/etc/apparmor.d";
    switch ((enum loader_match)reply->file) {
    case LOADER_MATCH_NONE:
        doctor_find(doctor, "disk-missing", name, DOCTOR_MEND_RESTORE,
                    "the next boot doesn't load the profile, and Docker then refuses to start the container",
                    "armorctl doctor --repair writes it again", "There is no file %s/%s.", directory, label);
        break;
    case LOADER_MATCH_DIFFERENT:
        doctor_find(doctor, "disk-text", name, DOCTOR_MEND_RESTORE,
                    "the next boot loads what the file says; somebody edited it, or a change broke off",
                    "armorctl doctor --repair writes it again", "%s/%s isn't the text of revision %u.",
                    directory, label, container->revision);
        break;
    case LOADER_MATCH_FOREIGN:
        doctor_find(
            doctor, "disk-foreign", name, DOCTOR_MEND_NONE,
            "armord replaces no file of somebody else's, so the profile can't be kept for the next boot",
            "move the file away, then: armorctl doctor --repair", "%s/%s isn't a file that armord wrote.",
            directory, label);
        break;
    case LOADER_MATCH_UNKNOWN:
    case LOADER_MATCH_SAME: break;
    }
    if (seen && seen->disabled) {
        doctor_find(doctor, "boot-disabled", name, DOCTOR_MEND_NONE,
                    "the next boot passes over the profile, and Docker then refuses to start the container",
                    "delete the link", "There is a link %s/disable/%s.", directory, label);
    }
    if (seen && seen->forced && container->mode == ARMOR_MODE_ENFORCED) {
        doctor_find(doctor, "boot-complain", name, DOCTOR_MEND_NONE,
                    "the next boot loads the profile in complain mode, whatever it says", "delete the link",
                    "There is a link %s/force-complain/%s.", directory, label);
    }
    if (seen && seen->draft) {
        doctor_find(doctor, "disk-draft", name, DOCTOR_MEND_RESTORE,
                    "armor-loader was ended before the file was in its place; the boot passes over it",
                    "armorctl doctor --repair removes it", "There is a file %s/.%s.new.", directory, label);
    }
}

static void look_kernel(struct doctor *doctor, const struct container *container,
                        const struct loader_reply *reply)
{
    const char *name = container->profile->name;
    const char *label = container->profile->label;
    bool enforced = container->mode == ARMOR_MODE_ENFORCED;
    enum loader_mode wanted = enforced ? LOADER_MODE_ENFORCE : LOADER_MODE_COMPLAIN;
    if (reply->mode == LOADER_MODE_NONE) {
        doctor_find(
            doctor, "kernel-missing", name, DOCTOR_MEND_RESTORE,
            "Docker refuses to start the container, and a process that ran under the profile is unconfined",
            "armorctl doctor --repair loads it again; then restart the container if it runs",
            "The kernel doesn't have %s.", label);
    } else if (reply->mode != (uint32_t)wanted) {
        doctor_find(doctor, "kernel-mode", name, DOCTOR_MEND_RESTORE,
                    enforced ? "nothing is blocked; somebody loaded it so, or a change broke off"
                             : "what wasn't learned is blocked; somebody loaded it so, or a change broke off",
                    "armorctl doctor --repair loads it again", "The kernel has %s in mode %s instead of %s.",
                    label, loader_mode_name((enum loader_mode)reply->mode), loader_mode_name(wanted));
    } else if (enforced && reply->policy == LOADER_MATCH_DIFFERENT) {
        doctor_find(
            doctor, "kernel-text", name, DOCTOR_MEND_RESTORE,
            "somebody else loaded a profile of this name, a change broke off, or apparmor_parser is another "
            "one since",
            "armorctl doctor --repair loads it again",
            "What the kernel has as %s isn't what revision %u compiles to.", label, container->revision);
    } else if (enforced && reply->policy != LOADER_MATCH_SAME) {
        doctor_find(doctor, "kernel-unread", name, DOCTOR_MEND_NONE,
                    "the kernel keeps no copy of policy: apparmor.export_binary may be off",
                    "boot with it on", "Whether the kernel has the text of revision %u as %s can't be told.",
                    container->revision, label);
    }
}

/* A process of the container that isn't under its profile, and how that comes. */
static void look_stranger(struct doctor *doctor, const struct container *container,
                          const struct loader_stranger *stranger)
{
    const char *name = container->profile->name;
    const char *label = container->profile->label;
    size_t length = strlen(label);
    bool child =
        strncmp(stranger->label, label, length) == 0 && strncmp(stranger->label + length, "//", 2) == 0;
    bool free = strcmp(stranger->label, "unconfined") == 0;
    doctor_find(
        doctor,
        child  ? "process-child"
        : free ? "process-unconfined"
               : "process-outside",
        name, DOCTOR_MEND_NONE,
        child ? "it ran a program while the profile complained that it had no rule for; such a child goes on "
                "complaining"
        : free ? "it was put there from outside, was there before the profile, or the profile was "
                 "unloaded under it"
               : "it was started with another profile, or before this one",
        child ? "restart the container" : "end the process, or restart the container",
        "Process %u (%s) of the container runs under %s.", stranger->pid, stranger->comm, stranger->label);
}

void doctor_look_container(struct doctor *doctor, const struct container *container,
                           const struct loader_reply *reply)
{
    look_kernel(doctor, container, reply);
    look_disk(doctor, container, reply);
    for (size_t i = 0; i < reply->stranger_count; i++) {
        look_stranger(doctor, container, &reply->strangers[i]);
    }
    uint32_t all = reply->outside + reply->null_processes;
    if (all > reply->stranger_count) {
        doctor_find(doctor, "process-more", container->profile->name, DOCTOR_MEND_NONE,
                    "only the first few are named", "restart the container",
                    "%u more of its processes run under something else.", all - reply->stranger_count);
    }
}
