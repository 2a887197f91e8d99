/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipeline, where it meets records from user space that pose as AppArmor's. Nothing is learned from them; that somebody tries is
 * worth knowing. Of AUDIT_USER_* records the kernel says who sent them, so a container of ours that forges is known by name.
 */
#include "pipeline_private.h"

#include "armor/fields.h"
#include "clock.h"
#include "notice.h"

enum {
    LOG_INTERVAL = 60 * 1000 * 1000, /* microseconds between two messages on one forger in the journal */
};

/* What the kernel wrote of the sender, `pid=618 uid=0 ... subj=armord-web`. */
static struct notice_sender sender_of(const struct armor_record *record)
{
    struct notice_sender sender = {0};
    struct armor_fields fields = {.body = record->sender};
    struct armor_field field;
    while (record->sender.bytes && armor_fields_next(&fields, &field, NULL) > 0) {
        if (armor_slice_is(field.key, "pid")) {
            sender.pid = field.value;
        } else if (armor_slice_is(field.key, "subj")) {
            sender.label = field.value;
        }
    }
    return sender;
}

/* VALUE without what could harm a terminal, and cut; "unknown" when it is absent. */
static const char *printable(struct armor_slice value, char buffer[static 128])
{
    size_t length = !value.bytes ? 0 : value.length < 127 ? value.length : 127;
    for (size_t i = 0; i < length; i++) {
        char byte = value.bytes[i];
        buffer[i] = byte;
        if (byte <= ' ' || byte >= 127) {
            buffer[i] = '?';
        }
    }
    buffer[length] = '\0';
    return length ? buffer : "unknown";
}

void pipeline_forged(struct pipeline *pipeline, const struct armor_record *record)
{
    struct notice_sender sender = sender_of(record);
    struct container *container = sender.label.bytes ? pipeline_container(pipeline, sender.label) : NULL;
    struct log_limit *notice_limit = container ? &container->forged_notice : &pipeline->notice_limit;
    struct log_limit *log_limit = container ? &container->forged_log : &pipeline->forged_limit;
    const char *name = container ? container->profile->name : "";
    uint64_t held = 0;

    pipeline->counters.untrusted++;
    if (container) {
        container->forged++;
    } else if (pipeline->event.class == ARMOR_CLASS_DBUS) {
        return; /* dbus-daemon asks AppArmor itself, and tells audit what it answered */
    }
    if (log_limited(notice_limit, NOTICE_INTERVAL, &held)) {
        notice_forged(pipeline->ring, name, &sender, pipeline->event.profile, held + 1, clock_now());
    }
    if (log_limited(log_limit, LOG_INTERVAL, &held)) {
        char pid[128];
        char label[128];
        const struct log_about about = {.message = LOG_MESSAGE_FORGED, .container = container ? name : NULL};
        log_write(
            LOG_WARNING, &about,
            "process %s under %s sent audit records that pose as AppArmor's (%llu since this was last said); "
            "nothing is learned from them. Look at what runs there; to take the means from a container: "
            "docker run --cap-drop AUDIT_WRITE",
            printable(sender.pid, pid), printable(sender.label, label), (unsigned long long)held + 1);
    }
}
