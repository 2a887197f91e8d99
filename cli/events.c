/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl events: the messages that armord keeps for followers, and with --follow those to come. */
#include "client.h"
#include "hook.h"
#include "print.h"

#include "armor/time.h"

#include <stdlib.h>
#include <time.h>

/*
 * A hook is run for what happened at most so many seconds before the command began: rather twice for a message, around a restart of
 * armord or of the command, than never.
 */
enum { HOOK_GRACE = 15 };

/* What the stream's messages go to. */
struct events {
    struct cli *cli;
    const char *command;         /* of --run; NULL: none */
    char begin[ARMOR_TIME_SIZE]; /* as messages have their time: what is older is no news for it */
    int code;                    /* CLI_DONE, or why the command ended the stream */
};

/* The members of DATA that a line begins with, and those that are nobody's news. */
static bool is_shown_first(const char *key)
{
    return strcmp(key, "time") == 0 || strcmp(key, "container") == 0;
}

static void print_line(struct cli *cli, const char *topic, const json_t *data)
{
    const char *time = json_string_value(json_object_get(data, "time"));
    const char *container = json_string_value(json_object_get(data, "container"));
    print_coloured(cli, PRINT_DIM, time ? time : "-");
    (void)fputc(' ', cli->out);
    bool good = strcmp(topic, "rule") == 0 || strcmp(topic, "mode") == 0;
    print_coloured(cli, good ? PRINT_GOOD : PRINT_WARN, topic);
    (void)fputc(' ', cli->out);
    print_safe(cli->out, container && container[0] ? container : "-");
    const char *key = NULL;
    json_t *value = NULL;
    void *at = NULL;
    json_object_foreach_safe((json_t *)data, at, key, value)
    {
        if (is_shown_first(key)) {
            continue;
        }
        char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        (void)fprintf(cli->out, " %s=", key);
        print_safe(cli->out, json_is_string(value) ? json_string_value(value) : text);
        free(text);
    }
    (void)fputc('\n', cli->out);
}

/* Accesses and rules come by the thousand; the other messages are what somebody may want to be called for. */
static bool is_called_for(const char *topic)
{
    static const char *const topics[] = {"mode", "loss", "security", "image"};
    size_t i = 0;
    while (i < sizeof topics / sizeof topics[0] && strcmp(topic, topics[i]) != 0) {
        i++;
    }
    return i < sizeof topics / sizeof topics[0];
}

static void call(struct events *events, const char *topic, json_t *data)
{
    const char *time = json_string_value(json_object_get(data, "time"));
    const char *container = json_string_value(json_object_get(data, "container"));
    bool old = time && strcmp(time, events->begin) < 0; /* all of one form, in UTC */
    if (!old && is_called_for(topic)) {
        events->code = hook_run(events->cli, events->command, topic, container ? container : "", data);
    }
}

static bool take(const struct client_message *message, void *userdata)
{
    struct events *events = userdata;
    struct cli *cli = events->cli;
    char topic[32];
    (void)snprintf(topic, sizeof topic, "%.*s", (int)message->topic.length,
                   message->topic.bytes ? message->topic.bytes : "");
    json_auto_t *data = json_loadb(message->data.bytes, message->data.length, 0, NULL);
    if (!json_is_object(data)) {
        (void)cli_refuse(cli, CLI_REFUSED, NULL, "A message isn't JSON; it was left out.");
        return true;
    }
    if (cli->json) {
        if (message->id.length > 0) {
            (void)json_object_set_new(data, "id", json_integer(strtoll(message->id.bytes, NULL, 10)));
        }
        (void)json_object_set_new(data, "event", json_string(topic));
        (void)print_json_line(cli, data);
    } else if (strcmp(topic, "gap") == 0) {
        (void)fprintf(cli->out, "... %lld messages are no longer kept ...\n",
                      (long long)print_number(data, "missed"));
    } else {
        print_line(cli, topic, data);
    }
    if (events->command) {
        call(events, topic, data);
    }
    return fflush(cli->out) == 0 && events->code == CLI_DONE;
}

int verb_events(struct cli *cli)
{
    const char *name = cli_argument(cli, 0);
    bool follow = cli_given(cli, CLI_OPTION_FOLLOW);
    struct events events = {.cli = cli, .command = cli_value(cli, CLI_OPTION_RUN)};
    (void)armor_time_format(((int64_t)time(NULL) - HOOK_GRACE) * 1000000, events.begin);
    char path[192];
    if (events.command && (!follow || events.command[0] != '/')) {
        return cli_refuse(cli, CLI_USAGE, NULL,
                          follow ? "--run takes the whole path of a program." : "--run goes with --follow.");
    }
    (void)snprintf(path, sizeof path, "/v1/events%s%s%s%s", name || !follow ? "?" : "",
                   name ? "container=" : "", name ? name : "",
                   follow ? ""
                   : name ? "&follow=0"
                          : "follow=0");
    int code = client_follow(cli, path, take, &events);
    return code != CLI_DONE ? code : events.code;
}
