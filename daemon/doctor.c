/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Doctor: one look, step by step on the event loop; then repairs, and another look. See doctor.h. */
#include "doctor_private.h"

#include "promote.h"
#include "store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void doctor_find(struct doctor *doctor, const char *code, const char *subject, enum doctor_mend mend,
                 const char *why, const char *next, const char *what, ...)
{
    struct doctor_result *result = &doctor->result;
    struct doctor_finding *grown =
        result->count < DOCTOR_FINDINGS_MAX
            ? realloc(result->findings, (result->count + 1) * sizeof *result->findings)
            : NULL;
    if (!grown) {
        result->left_out++;
        return;
    }
    result->findings = grown;
    struct doctor_finding *finding = &grown[result->count++];
    *finding = (struct doctor_finding){.code = code, .mend = mend};
    (void)snprintf(finding->subject, sizeof finding->subject, "%s", subject);
    (void)snprintf(finding->why, sizeof finding->why, "%s", why);
    (void)snprintf(finding->next, sizeof finding->next, "%s", next);
    va_list args;
    va_start(args, what);
    (void)vsnprintf(finding->what, sizeof finding->what, what, args);
    va_end(args);
}

static void doctor_free(struct doctor *doctor)
{
    (void)sd_event_source_disable_unref(doctor->begin);
    host_profiles_done(&doctor->profiles);
    free(doctor->result.findings);
    free(doctor->result.repairs);
    free(doctor);
}

static void look(struct doctor *doctor);
static void mend_next(struct doctor *doctor);

static void finish(struct doctor *doctor)
{
    doctor->manager->doctor = NULL;
    doctor->done(&doctor->result, doctor->userdata);
    doctor_free(doctor);
}

/* --- repairs --- */

static void mended(struct doctor *doctor, const char *problem)
{
    struct doctor_repair *repair = &doctor->result.repairs[doctor->repair_next++];
    repair->done = problem == NULL;
    (void)snprintf(repair->detail, sizeof repair->detail, "%s", problem ? problem : "");
    const struct log_about about = {.message = LOG_MESSAGE_REPAIRED};
    log_write(problem ? LOG_WARNING : LOG_NOTICE, &about, "doctor: %s %s%s%s", repair->subject,
              repair->mend == DOCTOR_MEND_REMOVE ? "is removed" : "is loaded again from the store",
              problem ? " not: " : "", problem ? problem : "");
    mend_next(doctor);
}

static void on_restored(const struct promote_result *result, void *userdata)
{
    mended(userdata, result->failure == PROMOTE_OK ? NULL : result->detail);
}

static void on_removed(int code, const struct loader_reply *reply, const struct armor_error *err,
                       void *userdata)
{
    bool gone = code >= 0 || (reply && code == -ENOENT);
    mended(userdata, gone ? NULL : reply ? reply->text : err->text);
}

static void mend_next(struct doctor *doctor)
{
    if (doctor->repair_next == doctor->result.repair_count) {
        look(doctor);
        return;
    }
    const struct doctor_repair *repair = &doctor->result.repairs[doctor->repair_next];
    const char *name = repair->subject + strlen(LOADER_PROFILE_PREFIX);
    if (repair->mend == DOCTOR_MEND_RESTORE) {
        const struct container *container =
            registry_find(doctor->manager->containers, armor_slice_of(repair->subject));
        bool returning = container && container->returning[0]; /* gone on with, and not taken back */
        struct promote_request request = {.verb = returning ? PROMOTE_COMPLAIN : PROMOTE_RESTORE,
                                          .author = "armord (doctor)"};
        (void)snprintf(request.name, sizeof request.name, "%.*s", ARMOR_NAME_MAX, repair->subject);
        promote_start(doctor->manager, &request, on_restored, doctor);
    } else if (registry_find(doctor->manager->containers, armor_slice_of(name))) {
        mended(doctor, "the container is learned anew meanwhile");
    } else {
        const struct loader_call call = {.operation = LOADER_REMOVE, .name = repair->subject};
        loader_client_call(doctor->manager->loader, &call, on_removed, doctor);
    }
}

static bool is_planned(const struct doctor_result *result, const struct doctor_finding *finding)
{
    for (size_t i = 0; i < result->repair_count; i++) {
        if (result->repairs[i].mend == finding->mend &&
            strcmp(result->repairs[i].subject, finding->subject) == 0) {
            return true;
        }
    }
    return false;
}

/* One repair for each subject, whatever was found of it. */
static void plan(struct doctor *doctor)
{
    struct doctor_result *result = &doctor->result;
    result->repairs = calloc(result->count ? result->count : 1, sizeof *result->repairs);
    for (size_t i = 0; result->repairs && i < result->count; i++) {
        const struct doctor_finding *finding = &result->findings[i];
        if (finding->mend != DOCTOR_MEND_NONE && !is_planned(result, finding)) {
            struct doctor_repair *repair = &result->repairs[result->repair_count++];
            repair->mend = finding->mend;
            (void)snprintf(repair->subject, sizeof repair->subject, "%s", finding->subject);
        }
    }
}

/* --- a look --- */

static void end_look(struct doctor *doctor)
{
    doctor_look_strays(doctor);
    if (!doctor->repair) {
        finish(doctor);
        return;
    }
    doctor->repair = false;
    plan(doctor);
    mend_next(doctor);
}

/* Without the loader nothing more can be told, or mended. */
static void end_without_loader(struct doctor *doctor, const struct armor_error *err)
{
    doctor_find(doctor, "loader-away", "loader", DOCTOR_MEND_NONE,
                "no profile can be looked at or changed; what is enforced stays so",
                "systemctl status armor-loader.socket armor-loader.service",
                "armor-loader doesn't answer: %s.", err->text);
    doctor->repair = false;
    end_look(doctor);
}

static struct container *container_after(const struct manager *manager, const char *name)
{
    for (size_t i = 0; i < registry_count(manager->containers); i++) {
        struct container *container = registry_at(manager->containers, i);
        if (strcmp(container->profile->name, name) > 0) {
            return container;
        }
    }
    return NULL;
}

static void look_next(struct doctor *doctor);

static void on_compared(int code, const struct loader_reply *reply, const struct armor_error *err,
                        void *userdata)
{
    struct doctor *doctor = userdata;
    const struct container *container =
        registry_find(doctor->manager->containers, armor_slice_of(doctor->name));
    bool same = container && !container->changing && container->revision == doctor->revision;
    if (!reply) {
        end_without_loader(doctor, err);
        return;
    }
    if (code < 0) {
        doctor_find(
            doctor, "loader-fails", doctor->name, DOCTOR_MEND_NONE,
            "whether kernel and disk have what they should can't be told, and the container can't be changed",
            "see `journalctl -u armor-loader`, that the package apparmor is installed, and aa-enabled",
            "armor-loader can't look at it: %s.", reply->text);
    } else if (same) { /* otherwise a command changed it meanwhile, and looked itself */
        doctor->result.containers++;
        doctor_look_container(doctor, container, reply);
    }
    look_next(doctor);
}

/* Ask the loader about CONTAINER. Returns false when there is nothing to ask. */
static bool ask(struct doctor *doctor, const struct container *container)
{
    struct armor_error err = {0};
    char *text = NULL;
    if (container->changing || container->id == 0) {
        return false;
    }
    if (store_revision_text(doctor->manager->store, container, container->revision, &text, &err) < 0) {
        doctor_find(
            doctor, "store-text", container->profile->name, DOCTOR_MEND_NONE,
            "the database lost it, so kernel and disk can't be held against it; they stay as they are",
            "restore a backup, or have a new one made of the rules: armorctl enforce or complain",
            "The text of revision %u can't be read: %s.", container->revision, err.text);
        return false;
    }
    bool learning = container->mode == ARMOR_MODE_LEARNING;
    const struct loader_call call = {.operation = LOADER_COMPARE,
                                     .mode = learning ? LOADER_MODE_COMPLAIN : LOADER_MODE_ENFORCE,
                                     .name = container->profile->label,
                                     .text = armor_slice_of(text)};
    doctor->revision = container->revision;
    loader_client_call(doctor->manager->loader, &call, on_compared, doctor);
    free(text);
    return true;
}

static void look_next(struct doctor *doctor)
{
    const struct container *container;
    while ((container = container_after(doctor->manager, doctor->name))) {
        (void)snprintf(doctor->name, sizeof doctor->name, "%s", container->profile->name);
        if (ask(doctor, container)) {
            return;
        }
    }
    end_look(doctor);
}

static void on_audit(int code, const struct loader_reply *reply, const struct armor_error *err,
                     void *userdata)
{
    struct doctor *doctor = userdata;
    if (!reply) {
        end_without_loader(doctor, err);
        return;
    }
    if (code < 0) {
        doctor_find(doctor, "audit-unread", "audit", DOCTOR_MEND_NONE,
                    "nobody knows whether records are lost", "see `journalctl -u armor-loader`",
                    "The kernel's audit counters can't be read: %s.", reply->text);
    } else if (reply->audit_backlog_limit > 0 &&
               (uint64_t)reply->audit_backlog * 4 > (uint64_t)reply->audit_backlog_limit * 3) {
        doctor_find(
            doctor, "audit-backlog", "audit", DOCTOR_MEND_NONE,
            "when it is full the kernel drops records, and containers that learn are marked incomplete",
            "raise audit-backlog-limit in armord.yaml, or see whether auditd keeps up",
            "%u records wait in the kernel, which keeps %u.", reply->audit_backlog,
            reply->audit_backlog_limit);
    }
    look_next(doctor);
}

static void look(struct doctor *doctor)
{
    static const struct loader_call call = {.operation = LOADER_AUDIT_STATUS};
    struct doctor_result *result = &doctor->result;
    free(result->findings);
    result->findings = NULL;
    result->count = result->left_out = result->containers = 0;
    doctor->name[0] = '\0';
    doctor_look_host(doctor);
    loader_client_call(doctor->manager->loader, &call, on_audit, doctor);
}

static int on_begin(sd_event_source *source, void *userdata)
{
    struct doctor *doctor = userdata;
    (void)source;
    doctor->begin = sd_event_source_disable_unref(doctor->begin);
    look(doctor);
    return 0;
}

int doctor_start(struct manager *manager, bool repair, doctor_done done, void *userdata)
{
    if (manager->doctor) {
        return -EBUSY;
    }
    struct doctor *doctor = calloc(1, sizeof *doctor);
    if (!doctor || sd_event_add_defer(manager->event, &doctor->begin, on_begin, doctor) < 0) {
        free(doctor);
        return -ENOMEM;
    }
    doctor->manager = manager;
    doctor->repair = repair;
    doctor->done = done;
    doctor->userdata = userdata;
    manager->doctor = doctor;
    return 0;
}

void doctor_cancel(struct manager *manager)
{
    if (manager->doctor) {
        doctor_free(manager->doctor);
        manager->doctor = NULL;
    }
}
