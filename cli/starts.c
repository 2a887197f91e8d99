/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * armorctl starts: which containers run under armord's profiles, and from which image, as the engine says; told to armord. With --follow each start
 * as it happens. So armord knows of runs to the second and of another image at once, and needn't open the engine's socket, which is as good as root.
 */
#include "client.h"
#include "print.h"
#include "runtime.h"

#include "armor/label.h"

#include <errno.h>
#include <jansson.h>
#include <time.h>
#include <unistd.h>

/* Only starts, since a time in seconds; the filter is {"type":["container"],"event":["start"]}. */
#define EVENTS_PATH                                                                                          \
    "/events?since=%lld&filters=%%7B%%22type%%22%%3A%%5B%%22container%%22%%5D%%2C"                           \
    "%%22event%%22%%3A%%5B%%22start%%22%%5D%%7D"

enum {
    ANSWER_BYTES = 8 * 1024 * 1024, /* of the list of containers, or of one */
    TRIES = 20,                     /* while another change of the container is under way */
    TRY_USEC = 500 * 1000,
};

struct starts {
    struct cli *cli;
    const struct runtime *runtime;
    int code; /* of the last thing that failed, or CLI_DONE */
    size_t told;
};

/* GET PATH as JSON; NULL after saying why not. A container that is gone already is nobody's fault: NULL, and CLI_DONE. */
static json_t *get(struct starts *starts, const char *path)
{
    ARMOR_CLEANUP(armor_text_done) struct armor_text text = ARMOR_TEXT_INIT(ANSWER_BYTES);
    struct armor_error err = {0};
    int status = runtime_get(starts->runtime, path, &text, &err);
    json_t *json = status == 200 ? json_loadb(text.bytes ? text.bytes : "", text.length, 0, NULL) : NULL;
    if (status < 0) {
        starts->code = cli_refuse(starts->cli, CLI_REFUSED, NULL, "%s.", err.text);
    } else if (!json && status != 404) {
        starts->code = cli_refuse(starts->cli, CLI_REFUSED, NULL,
                                  "The engine's answer (status %d) can't be read.", status);
    }
    return json;
}

/* Tell armord of the container NAME. One that it doesn't know is no failure: its profile may be somebody else's. */
static void tell(struct starts *starts, const char *name, const char *image)
{
    struct cli *cli = starts->cli;
    char path[160];
    json_auto_t *body = image ? json_pack("{s:s}", "image", image) : json_object();
    (void)snprintf(path, sizeof path, "/v1/containers/%s/started", name);
    for (int i = 0; i < TRIES; i++) {
        ARMOR_CLEANUP(client_answer_done) struct client_answer answer = {0};
        int code = client_ask(cli, "POST", path, body, &answer);
        const char *problem = json_string_value(json_object_get(answer.json, "code"));
        bool busy = problem && strcmp(problem, "busy") == 0 && i + 1 < TRIES;
        if (busy) {
            (void)usleep(TRY_USEC);
            continue;
        }
        if (code != CLI_DONE) {
            starts->code = code;
        } else if (answer.status == 404) {
            (void)cli_refuse(cli, CLI_DONE, NULL, "armord doesn't know %s: `armorctl learn %s`.", name, name);
        } else if (answer.status / 100 != 2) {
            starts->code = client_explain(cli, &answer);
        } else {
            starts->told++;
            if (cli->json) {
                (void)print_json_line(cli, answer.json);
            } else {
                (void)fprintf(cli->out, "%s runs, from %s\n", name,
                              image ? image : "an image that isn't known");
            }
            (void)fflush(cli->out);
        }
        return;
    }
}

/* The engine's container ID, if it runs under a profile of armord's. */
static void look(struct starts *starts, const char *id)
{
    char path[128];
    if (!id || strlen(id) > 64 || id[strspn(id, "0123456789abcdef")]) {
        return; /* no engine calls a container so */
    }
    (void)snprintf(path, sizeof path, "/containers/%s/json", id);
    json_auto_t *container = get(starts, path);
    const char *profile = json_string_value(json_object_get(container, "AppArmorProfile"));
    const size_t prefix = sizeof ARMOR_PROFILE_PREFIX - 1;
    if (profile && strncmp(profile, ARMOR_PROFILE_PREFIX, prefix) == 0 &&
        armor_name_valid(armor_slice_of(profile + prefix))) {
        tell(starts, profile + prefix, json_string_value(json_object_get(container, "Image")));
    }
}

static bool take(struct armor_slice line, void *userdata)
{
    struct starts *starts = userdata;
    json_auto_t *event = json_loadb(line.bytes ? line.bytes : "", line.length, 0, NULL);
    const json_t *actor = json_object_get(event, "Actor");
    const char *id = json_string_value(json_object_get(actor, "ID"));
    starts->code = CLI_DONE; /* what failed for one container has been said */
    look(starts, id ? id : json_string_value(json_object_get(event, "id")));
    return starts->code != CLI_UNREACHABLE && starts->code != CLI_FORBIDDEN;
}

int verb_starts(struct cli *cli)
{
    struct runtime runtime;
    struct armor_error err = {0};
    struct starts starts = {.cli = cli, .runtime = &runtime};
    long long since = (long long)time(NULL);
    if (runtime_open(cli, &runtime, &err) < 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "%s.", err.text);
    }
    json_auto_t *list = get(&starts, "/containers/json");
    const json_t *container = NULL;
    size_t i = 0;
    json_array_foreach(list, i, container)
    {
        look(&starts, json_string_value(json_object_get(container, "Id")));
    }
    if (!cli_given(cli, CLI_OPTION_FOLLOW) || !list || starts.code == CLI_UNREACHABLE ||
        starts.code == CLI_FORBIDDEN) {
        if (list && starts.told == 0 && starts.code == CLI_DONE && !cli->json) {
            (void)fprintf(cli->out, "No running container is under a profile of armord's.\n");
        }
        return starts.code;
    }
    char path[256];
    (void)snprintf(path, sizeof path, EVENTS_PATH, since);
    if (runtime_follow(&runtime, path, take, &starts, &err) < 0) {
        return cli_refuse(cli, CLI_REFUSED, NULL, "%s.", err.text);
    }
    return starts.code != CLI_DONE
               ? starts.code
               : cli_refuse(cli, CLI_REFUSED, NULL, "The engine ended its stream of events.");
}
