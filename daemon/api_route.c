/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes: from the request line to a handler. */
#include "api_private.h"

#define MAY(query) (1U << API_QUERY_##query)

/* Each path fits one pattern at most, which may be here for each of the methods. */
static const struct route routes[] = {
    {"GET", "/v1/status", get_status, 0, false},
    {"GET", "/v1/containers", get_containers, 0, false},
    {"GET", "/v1/containers/*", get_container, 0, false},
    {"GET", "/v1/containers/*/profile", get_profile, MAY(MODE), false},
    {"GET", "/v1/containers/*/rules", get_rules, 0, false},
    {"GET", "/v1/containers/*/revisions", get_revisions, 0, false},
    {"GET", "/v1/containers/*/revisions/#", get_revision, 0, false},
    {"GET", "/v1/containers/*/denials", get_denials, 0, false},
    {"GET", "/v1/containers/*/explain", get_explain, MAY(RULE) | MAY(PATH) | MAY(ACCESS), false},
    {"GET", "/v1/containers/*/diff", get_diff, MAY(FROM) | MAY(TO), false},
    {"GET", "/v1/containers/*/settings", get_settings, 0, false},
    {"GET", "/v1/events", get_events, MAY(CONTAINER) | MAY(FOLLOW), false},
    {"GET", "/v1/doctor", get_doctor, 0, false},
    {"GET", "/metrics", get_metrics, 0, false},
    {"POST", "/v1/repair", post_repair, 0, true},
    {"POST", "/v1/containers/*/learn", post_learn, 0, true},
    {"POST", "/v1/containers/*/enforce", post_enforce, 0, true},
    {"POST", "/v1/containers/*/complain", post_complain, 0, true},
    {"POST", "/v1/containers/*/accept", post_accept, 0, true},
    {"POST", "/v1/containers/*/deny", post_deny, 0, true},
    {"POST", "/v1/containers/*/rollback", post_rollback, 0, true},
    {"POST", "/v1/containers/*/started", post_started, 0, true},
    {"POST", "/v1/containers/*/keep", post_keep, 0, true},
    {"POST", "/v1/containers/*/settings", post_settings, 0, true},
    {"POST", "/v1/containers/*/forget", post_forget, 0, true},
};

static const char *const query_names[API_QUERY_COUNT] = {
    [API_QUERY_MODE] = "mode",     [API_QUERY_CONTAINER] = "container",
    [API_QUERY_FOLLOW] = "follow", [API_QUERY_RULE] = "rule",
    [API_QUERY_PATH] = "path",     [API_QUERY_ACCESS] = "access",
    [API_QUERY_FROM] = "from",     [API_QUERY_TO] = "to",
};

/* What a path holds where its pattern has a hole. */
struct holes {
    struct armor_slice name;   /* of "*" */
    struct armor_slice number; /* of "#" */
};

/* Take the next segment of *PATH, which begins with a slash. */
static struct armor_slice next_segment(const char **path)
{
    const char *begin = *path + 1;
    size_t length = strcspn(begin, "/");
    *path = begin + length;
    return (struct armor_slice){begin, length};
}

static bool fits(const char *pattern, const char *path, struct holes *ret_holes)
{
    struct holes holes = {0};
    while (*pattern == '/' && *path == '/') {
        struct armor_slice wanted = next_segment(&pattern);
        struct armor_slice found = next_segment(&path);
        if (armor_slice_is(wanted, "*")) {
            holes.name = found;
        } else if (armor_slice_is(wanted, "#")) {
            holes.number = found;
        } else if (!armor_slice_equal(wanted, found)) {
            return false;
        }
    }
    *ret_holes = holes;
    return !*pattern && !*path;
}

/* Read the holes into REQUEST. Returns false after refusing. */
static bool take_holes(struct request *request, const struct holes *holes)
{
    if (holes->name.bytes) {
        if (!armor_name_valid(holes->name)) {
            request_refuse(request, PROBLEM_NAME_INVALID, NULL,
                           "A container's name has 1 to %d of [a-zA-Z0-9_.-], the first a letter or digit.",
                           ARMOR_NAME_MAX);
            return false;
        }
        memcpy(request->name, holes->name.bytes, holes->name.length);
    }
    for (size_t i = 0; i < holes->number.length; i++) {
        unsigned digit = (unsigned)(unsigned char)holes->number.bytes[i] - '0';
        if (digit > 9 || request->number > (UINT32_MAX - digit) / 10) {
            request->number = 0;
            break;
        }
        request->number = request->number * 10 + digit;
    }
    if (holes->number.bytes && request->number == 0) {
        request_refuse(request, PROBLEM_PATH_UNKNOWN, "GET .../revisions lists those that are kept.",
                       "A revision has a number from 1.");
        return false;
    }
    return true;
}

/* One `key=value` of the query; ends the walk at the first that can't be. */
static enum MHD_Result take_query(void *userdata, enum MHD_ValueKind kind, const char *key, size_t key_size,
                                  const char *value, size_t value_size)
{
    struct request *request = userdata;
    (void)kind;
    for (int i = 0; i < API_QUERY_COUNT; i++) {
        bool known = (request->route->queries & (1U << i)) &&
                     armor_slice_is((struct armor_slice){key, key_size}, query_names[i]);
        if (known && !request->queries[i] && value && strlen(value) == value_size) {
            request->queries[i] = value;
            return MHD_YES;
        }
    }
    request_refuse(request, PROBLEM_REQUEST_INVALID, "See the interface's documentation for the keys.",
                   "The query has a key that isn't known here, comes twice, or has no sound value.");
    return MHD_NO;
}

static bool may_enter(struct request *request)
{
    if (!request->route->changes || request->client->may_change) {
        return true;
    }
    bool wrong_door = request->client->door != API_DOOR_CONTROL;
    request_refuse(request, PROBLEM_FORBIDDEN,
                   wrong_door ? "Use the control socket, armord.sock."
                              : "Become root or a member of the control socket's group.",
                   wrong_door ? "This socket only reads." : "User %u may not change anything.",
                   (unsigned)request->client->uid);
    return false;
}

void route_request(struct request *request, const char *method, const char *path)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    struct holes holes;
    bool reads = false;
    bool changes = false;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!fits(routes[i].pattern, path, &holes)) {
            continue;
        }
        request->route = &routes[i];
        if (strcmp(routes[i].method, wanted) == 0) {
            if (take_holes(request, &holes) && may_enter(request)) {
                (void)MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, take_query,
                                                  request);
            }
            return;
        }
        changes |= routes[i].changes;
        reads |= !routes[i].changes;
    }
    if (request->route) {
        request->allowed = reads && changes ? "GET, HEAD, POST" : reads ? "GET, HEAD" : "POST";
        request_refuse(request, PROBLEM_METHOD_NOT_ALLOWED, NULL, "This resource takes %s only.",
                       request->allowed);
        return;
    }
    request_refuse(request, PROBLEM_PATH_UNKNOWN, "The interface's documentation lists all paths.",
                   "There is nothing at this path.");
}
