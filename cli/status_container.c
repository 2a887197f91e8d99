/* SPDX-License-Identifier: GPL-2.0-or-later */
/* armorctl status NAME: one container, a line for each thing that is to be said of it, and what to do next. */
#include "status.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>

enum { LINE_SIZE = 1200 }; /* bytes of what a line says; armord's sentences are shorter */

struct view {
    struct cli *cli;         /* not owned, nor is what follows */
    const json_t *container; /* as GET /v1/containers/NAME answers */
    const char *name;
    int64_t now;   /* seconds since the epoch */
    bool learning; /* it is in that mode; enforced otherwise */
};

static const json_t *part(const struct view *view, const char *key)
{
    return json_object_get(view->container, key);
}

static const char *word(const struct view *view, const char *key)
{
    return print_string_or_empty(view->container, key);
}

static long long number(const struct view *view, const char *key)
{
    return (long long)print_number(view->container, key);
}

/* Rules in STATE. */
static long long rules_in(const struct view *view, const char *state)
{
    return (long long)print_number(json_object_get(part(view, "rules"), "states"), state);
}

/* A line under LABEL; "" goes on with the one before. Nothing of it harms the terminal. */
__attribute__((format(printf, 4, 5))) static void line(const struct view *view, enum print_colour colour,
                                                       const char *label, const char *format, ...)
{
    char text[LINE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)fprintf(view->cli->out, "  %-9s ", label);
    print_coloured(view->cli, colour, text);
    (void)fputc('\n', view->cli->out);
}

/* A line of `count word` for each member of COUNTS, behind BEFORE. */
static void counts(const struct view *view, const char *label, const char *before, const json_t *counts)
{
    char text[LINE_SIZE];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", before);
    const char *between = "";
    for (void *at = json_object_iter((json_t *)counts); at && used < sizeof text;
         at = json_object_iter_next((json_t *)counts, at)) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%lld %s", between,
                                 (long long)json_integer_value(json_object_iter_value(at)),
                                 json_object_iter_key(at));
        between = ", ";
    }
    line(view, PRINT_PLAIN, label, "%s", text);
}

static void head(const struct view *view)
{
    char age[40];
    print_safe(view->cli->out, view->name);
    (void)fputs(": ", view->cli->out);
    print_coloured(view->cli, view->learning ? PRINT_WARN : PRINT_GOOD, word(view, "mode"));
    (void)fprintf(view->cli->out, ", begun %s\n", print_age(word(view, "since"), view->now, age, sizeof age));
    line(view, PRINT_PLAIN, "profile", "%s, revision %lld", word(view, "profile"), number(view, "revision"));
}

static void rules(const struct view *view)
{
    const json_t *rules = part(view, "rules");
    char total[32];
    (void)snprintf(total, sizeof total, "%lld: ", (long long)print_number(rules, "total"));
    counts(view, "rules", total, json_object_get(rules, "kinds"));
    counts(view, "", "", json_object_get(rules, "origins"));
    counts(view, "", "", json_object_get(rules, "states"));
}

static void events(const struct view *view)
{
    char age[40];
    line(view, PRINT_PLAIN, "events", "%lld; the last new rule %s", number(view, "events"),
         print_age(word(view, "last_new_rule"), view->now, age, sizeof age));
}

static void held(const struct view *view)
{
    long long waiting = rules_in(view, "quarantined");
    if (waiting > 0) {
        line(view, PRINT_WARN, "held", "%lld access%s for a decision: armorctl rules %s", waiting,
             waiting == 1 ? " waits" : "es wait", view->name);
    }
}

static void expected(const struct view *view)
{
    if (rules_in(view, "expected") > 0) {
        line(view, PRINT_PLAIN, "expected",
             "%lld of static analysis, each in the profile once something asks for it: armorctl rules %s",
             rules_in(view, "expected"), view->name);
    }
}

/* Denials that are left out, each with what it would have broken. */
static void conflicts(const struct view *view)
{
    const json_t *conflict = NULL;
    size_t i = 0;
    json_array_foreach(part(view, "conflicts"), i, conflict)
    {
        line(view, PRINT_PLAIN, "left out", "%s since it would refuse %s",
             print_string_or_empty(conflict, "denial"), print_string_or_empty(conflict, "rule"));
    }
}

/* Far more that was new within a minute than services ask for. */
static void burst(const struct view *view)
{
    const json_t *burst = part(view, "burst");
    char age[40];
    if (burst) {
        line(view, PRINT_WARN, "burst",
             "%lld rules were new within a minute, %s: more than services ask for once they run. See who "
             "asked: armorctl rules %s",
             (long long)print_number(burst, "rules"),
             print_age(print_string_or_empty(burst, "from"), view->now, age, sizeof age), view->name);
    }
}

static void skipped(const struct view *view)
{
    if (json_object_size(part(view, "skipped")) > 0) {
        counts(view, "no rule", "", part(view, "skipped"));
    }
}

/* How often the kernel was told what is known, or why it can't be. */
static void quieting(const struct view *view)
{
    const json_t *quieting = part(view, "quieting");
    const char *problem = print_string_or_empty(quieting, "problem");
    const char *last = print_string_or_empty(quieting, "last");
    char age[40];
    if (problem[0]) {
        line(view, PRINT_WARN, "quieting", "fails, so the kernel goes on reporting what is known: %s",
             problem);
    } else if (last[0]) {
        line(view, PRINT_PLAIN, "quieting", "the kernel was told what is known %s; it reports what is new",
             print_age(last, view->now, age, sizeof age));
    }
}

/* The readiness verdict, and what it asks for. */
static void verdict(const struct view *view)
{
    const json_t *readiness = part(view, "readiness");
    const char *verdict = print_string_or_empty(readiness, "verdict");
    const char *advice = print_string_or_empty(readiness, "advice");
    bool ready = json_is_true(json_object_get(readiness, "ready"));
    if (verdict[0]) {
        line(view, ready ? PRINT_GOOD : PRINT_WARN, "verdict", "%s%s%s", verdict, advice[0] ? "; do: " : "",
             advice);
    }
}

static void refused(const struct view *view)
{
    if (!view->learning) {
        line(view, PRINT_PLAIN, "refused", "%lld; %lld wait for a decision", number(view, "denials"),
             number(view, "undecided"));
    }
}

static void pinned(const struct view *view)
{
    if (number(view, "pinned") > 0) {
        line(view, PRINT_PLAIN, "pinned", "the text is revision %lld's, not rendered from the rules",
             number(view, "pinned"));
    }
}

/* The settings that it has of its own. */
static void settings(const struct view *view)
{
    json_t *settings = json_object_get(view->container, "settings");
    char text[LINE_SIZE] = "its own: ";
    size_t used = strlen(text);
    const char *between = "";
    for (void *at = json_object_iter(settings); at && used < sizeof text;
         at = json_object_iter_next(settings, at)) {
        char number[24];
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%s=%s", between, json_object_iter_key(at),
                             print_value(json_object_iter_value(at), number, sizeof number));
        between = ", ";
    }
    if (json_object_size(settings) > 0) {
        line(view, PRINT_PLAIN, "settings", "%s", text);
    }
}

/* The image that it was learned with, and the other one that runs. */
static void image(const struct view *view)
{
    if (word(view, "image")[0]) {
        line(view, PRINT_PLAIN, "image", "%s", word(view, "image"));
    }
    if (word(view, "image_seen")[0]) {
        line(view, PRINT_WARN, "",
             "it runs %s: armorctl keep %s, or armorctl complain %s to learn what that does",
             word(view, "image_seen"), view->name, view->name);
    }
}

static void returned(const struct view *view)
{
    if (word(view, "returned")[0]) {
        line(view, PRINT_WARN, "returned", "%s", word(view, "returned"));
    }
    if (word(view, "returning")[0]) {
        line(view, PRINT_WARN, "returning",
             "it is on its way to complain mode, and armord goes on trying: %s", word(view, "returning"));
    }
}

static void forged(const struct view *view)
{
    if (number(view, "forged") > 0) {
        line(view, PRINT_WARN, "forged",
             "%lld records that pose as AppArmor's, sent from in there: armorctl events %s",
             number(view, "forged"), view->name);
    }
}

static void missing(const struct view *view)
{
    const json_t *gap = NULL;
    size_t i = 0;
    json_array_foreach(part(view, "incomplete"), i, gap)
    {
        line(view, PRINT_WARN, "missing", "%s", json_string_value(gap));
    }
}

static void next(const struct view *view)
{
    const char *name = view->name;
    if (!view->learning && number(view, "denials") == 0) {
        line(view, PRINT_PLAIN, "next", "nothing: it is confined, and nothing was refused.");
    } else if (!view->learning) {
        line(view, PRINT_PLAIN, "next",
             "armorctl denials %s shows what was refused, and what would allow it: armorctl accept, or deny",
             name);
    } else if (number(view, "events") == 0) {
        line(view, PRINT_PLAIN, "next",
             "nothing was seen yet. Does it run under the profile? It should print armord-%s:", name);
        line(view, PRINT_PLAIN, "", "docker inspect --format '{{.AppArmorProfile}}' %s", name);
    } else if (json_is_true(part(view, "null_child"))) {
        line(view, PRINT_PLAIN, "next",
             "restart the container: some of its processes run where the kernel doesn't log all.");
    } else if (json_array_size(part(view, "incomplete")) > 0) {
        line(view, PRINT_PLAIN, "next",
             "what is missing may be needed. Learn anew (armorctl forget %s; armorctl learn %s), or accept "
             "the",
             name, name);
        line(view, PRINT_PLAIN, "", "risk: armorctl enforce %s --override complete", name);
    } else if (json_is_true(json_object_get(part(view, "readiness"), "ready"))) {
        line(view, PRINT_PLAIN, "next", "armorctl enforce %s", name);
    } else {
        line(view, PRINT_PLAIN, "next",
             "as the verdict says; or, taking the risk: armorctl enforce %s --override ready", name);
    }
}

/* In this order; what has nothing to say prints nothing. */
static void (*const lines[])(const struct view *view) = {
    head,    rules,   events, held,     expected, conflicts, burst,  skipped, quieting,
    verdict, refused, pinned, settings, image,    returned,  forged, missing, next,
};

void status_print_container(struct cli *cli, const json_t *container)
{
    const struct view view = {.cli = cli,
                              .container = container,
                              .name = print_string_or_empty(container, "name"),
                              .now = (int64_t)time(NULL),
                              .learning = strcmp(print_string_or_empty(container, "mode"), "learning") == 0};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        lines[i](&view);
    }
}
