/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notices: one line of JSON each. See notice.h. */
#include "notice.h"

#include "armor/json.h"
#include "armor/time.h"

#include <errno.h>
#include <stdlib.h>

/* Add `container` and `time`, and hand the line out as a string to free; NULL: no memory. OBJECT is consumed. */
static char *line_of(json_t *object, const char *name, int64_t usec)
{
    char time[ARMOR_TIME_SIZE];
    char *line = NULL;
    bool whole =
        object && json_object_set_new(object, "time", json_string(armor_time_format(usec, time))) == 0;
    if (whole && name[0]) {
        whole = json_object_set_new(object, "container", json_string(name)) == 0;
    }
    if (whole) {
        line = json_dumps(object, JSON_COMPACT);
    }
    json_decref(object);
    return line;
}

static void push(struct ring *ring, enum ring_topic topic, const char *name, json_t *object, int64_t usec)
{
    char *line = line_of(object, name, usec);
    if (line) {
        ring_push(ring, topic, name, line);
        free(line);
    }
}

int notice_access(struct ring *ring, struct container *container, const struct armor_event *event,
                  bool denied)
{
    const char *name = container->profile->name;
    char *line = line_of(armor_event_to_json(event), name, event->time.value);
    if (!line) {
        return -ENOMEM;
    }
    ring_push(ring, RING_ACCESS, name, line);
    int r = denied ? denials_take(&container->denials, name, container->seed, event, line) : 0;
    free(line);
    return r;
}

void notice_rule(struct ring *ring, const struct container *container, const struct armor_rule *rule)
{
    push(ring, RING_RULE, container->profile->name, armor_rule_to_json(container->profile, rule),
         rule->last_usec);
}

void notice_mode(struct ring *ring, const char *name, const char *mode, const char *author,
                 const struct container *returned, int64_t now_usec)
{
    json_t *object = json_pack("{s:s, s:s}", "mode", mode, "author", author);
    if (object && returned &&
        (json_object_set_new(object, "reason", json_string(returned->returned)) < 0 ||
         json_object_set_new(object, "rules", denials_rules_to_json(&returned->denials)) < 0)) {
        json_decref(object);
        object = NULL;
    }
    push(ring, RING_MODE, name, object, now_usec);
}

void notice_image(struct ring *ring, const struct container *container, const char *image, const char *was,
                  const char *what, int64_t now_usec)
{
    push(ring, RING_IMAGE, container->profile->name,
         json_pack("{s:s, s:s, s:s}", "image", image, "was", was, "what", what), now_usec);
}

void notice_loss(struct ring *ring, const char *name, const char *note, uint64_t count, int64_t now_usec)
{
    json_t *object = json_pack("{s:s, s:s}", "kind", "lost", "detail", note);
    if (object && count > 0 && json_object_set_new(object, "count", json_integer((json_int_t)count)) < 0) {
        json_decref(object);
        object = NULL;
    }
    push(ring, RING_LOSS, name, object, now_usec);
}

void notice_forged(struct ring *ring, const char *name, const struct notice_sender *sender,
                   struct armor_slice profile, uint64_t count, int64_t now_usec)
{
    const struct {
        const char *key;
        struct armor_slice value;
    } words[] = {{"pid", sender->pid}, {"label", sender->label}, {"profile", profile}};
    json_t *object = json_pack("{s:s, s:I}", "kind", "forged", "count", (json_int_t)count);
    bool whole = object != NULL;
    for (size_t i = 0; whole && i < sizeof words / sizeof words[0]; i++) {
        whole = !words[i].value.bytes || armor_json_set_bytes(object, words[i].key, words[i].value) == 0;
    }
    if (!whole) {
        json_decref(object);
        return;
    }
    push(ring, RING_SECURITY, name, object, now_usec);
}
