/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service of the merged model says of its container: a table of fields, one function for each kind. See armor/compose.h. */
#include "compose_fields.h"
#include "compose_merge.h"
#include "compose_parts.h"

#include <errno.h>

struct armor_seed_source compose_source(const struct tree_node *node)
{
    return (struct armor_seed_source){.file = node->file, .line = node->line, .column = node->column};
}

/* Each word of NODE, one or a list of them, to TAKE. */
static int each_word(struct reading *reading, const struct tree_node *node,
                     int (*take)(struct container *, const struct armor_seed_source *, struct armor_slice))
{
    bool list = node->kind == TREE_SEQUENCE;
    int code = 0;
    for (size_t i = 0; i < (list ? node->count : 1) && code == 0; i++) {
        const struct tree_node *item = list ? node->items[i].value : node;
        struct armor_seed_source source = compose_source(item);
        if (!tree_text(item)) {
            return tree_refuse(reading->err, item, -EBADMSG, "a word is expected here, not %s",
                               tree_kind_name(item));
        }
        code = take(&reading->container, &source, armor_slice_of(tree_text(item)));
    }
    return code;
}

static int cap_add(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    return each_word(reading, node, container_cap_add);
}

static int cap_drop(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    return each_word(reading, node, container_cap_drop);
}

static int security_opt(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    return each_word(reading, node, container_security);
}

static int image(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    return each_word(reading, node, container_image);
}

static int user(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    return each_word(reading, node, container_user);
}

static int stop_signal(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    return each_word(reading, node, container_stop_signal);
}

static int space(struct reading *reading, const struct tree_node *node, const char *key)
{
    struct armor_seed_source source = compose_source(node);
    const char *mode = tree_text(node);
    return mode ? container_namespace(&reading->container, &source, key, armor_slice_of(mode)) : 0;
}

static int privileged(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    struct armor_seed_source source = compose_source(node);
    return tree_true(node) ? container_advise(&reading->container, &source, ADVICE_PRIVILEGED, NULL) : 0;
}

static int read_only(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    reading->container.read_only = tree_true(node);
    reading->container.read_only_source = compose_source(node);
    return 0;
}

static int init(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    struct armor_seed_source source = compose_source(node);
    return tree_true(node) ? container_init(&reading->container, &source) : 0;
}

static int ports(struct reading *reading, const struct tree_node *node, const char *key)
{
    bool published = strcmp(key, "ports") == 0;
    if (node->kind != TREE_SEQUENCE) {
        return tree_refuse(reading->err, node, -EBADMSG, "%s is a list, not %s", key, tree_kind_name(node));
    }
    int code = 0;
    for (size_t i = 0; i < node->count && code == 0; i++) {
        const struct tree_node *item = node->items[i].value;
        struct armor_seed_source source = compose_source(item);
        struct compose_port port = {0};
        if (published) {
            code = compose_port_read(item, &port, reading->err);
        } else if (!tree_text(item) || !compose_port_range(armor_slice_of(tree_text(item)), &port)) {
            return tree_refuse(reading->err, item, -EBADMSG,
                               "PORT[/PROTOCOL] is expected here, a number of 1 to 65535");
        }
        code = code < 0 ? code
                        : container_port(&reading->container, &source, port.first, port.last, port.protocol);
    }
    return code;
}

static int environment(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    struct tree_node *pairs = NULL;
    int code = compose_pairs(reading->arena, (struct tree_node *)node, '=', &pairs, reading->err);
    for (size_t i = 0; code == 0 && i < pairs->count; i++) {
        const char *value = tree_text(pairs->items[i].value);
        struct armor_seed_source source = compose_source(pairs->items[i].value);
        code = container_variable(&reading->container, &source, armor_slice_of(pairs->items[i].key),
                                  armor_slice_of(value ? value : ""));
    }
    return code;
}

/* An image's working directory is looked into by most shells; what lies in it isn't known here. */
static int working_dir(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    struct armor_seed_source source = compose_source(node);
    struct armor_slice target = armor_slice_of(tree_text(node));
    struct armor_seed_rule rule = {.grant = ARMOR_SEED_EXPECTED,
                                   .source = source,
                                   .reason = "working_dir: relative names are looked for here"};
    ARMOR_CLEANUP(armor_text_done) struct armor_text clean = ARMOR_TEXT_INIT(ARMOR_PATH_MAX);
    if (!target.bytes || target.bytes[0] != '/') {
        return 0;
    }
    armor_seed_path(&clean, ARMOR_SLICE("/"), target);
    struct armor_slice path = {clean.bytes, clean.length};
    int code = clean.error ? clean.error
                           : armor_seed_add_tree(reading->container.seed, &rule, path, ARMOR_FILE_READ);
    return code < 0 ? code : 0;
}

static int memory(struct reading *reading, const struct tree_node *node, const char *key)
{
    struct armor_seed_source source = compose_source(node);
    reading->container.memory_said = true;
    return container_advise(&reading->container, &source, ADVICE_NO_APPARMOR_FORM, key);
}

static int pids(struct reading *reading, const struct tree_node *node, const char *key)
{
    struct armor_seed_source source = compose_source(node);
    reading->container.pids_said = true;
    return container_advise(&reading->container, &source, ADVICE_NO_APPARMOR_FORM, key);
}

static int deploy(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)key;
    const struct tree_node *resources = tree_get(node, "resources");
    const struct tree_node *limits = tree_get(resources, "limits");
    reading->container.memory_said = reading->container.memory_said || tree_get(limits, "memory");
    reading->container.pids_said = reading->container.pids_said || tree_get(limits, "pids");
    if (!resources) {
        return 0;
    }
    const struct tree_node *devices = tree_get(tree_get(resources, "reservations"), "devices");
    int code = devices ? compose_gpus(reading, devices, "devices") : 0;
    if (code < 0) {
        return code;
    }
    struct armor_seed_source source = compose_source(resources);
    return container_advise(&reading->container, &source, ADVICE_NO_APPARMOR_FORM, "deploy.resources");
}

static int no_form(struct reading *reading, const struct tree_node *node, const char *key)
{
    struct armor_seed_source source = compose_source(node);
    return container_advise(&reading->container, &source, ADVICE_NO_APPARMOR_FORM, key);
}

static int device_numbers(struct reading *reading, const struct tree_node *node, const char *key)
{
    struct armor_seed_source source = compose_source(node);
    return container_advise(&reading->container, &source, ADVICE_DEVICE_NUMBERS, key);
}

static int volumes_from(struct reading *reading, const struct tree_node *node, const char *key)
{
    struct armor_seed_source source = compose_source(node);
    return container_advise(&reading->container, &source, ADVICE_VOLUMES_FROM, key);
}

static int nothing(struct reading *reading, const struct tree_node *node, const char *key)
{
    (void)reading;
    (void)node;
    (void)key;
    return 0;
}

/* The fields of a service, in the order in which they are taken: the image is there first, and what is dropped counts for the ports. */
static const struct {
    const char *key;
    int (*take)(struct reading *reading, const struct tree_node *node, const char *key);
} fields[] = {
    {"build", compose_build},
    {"cap_add", cap_add},
    {"cap_drop", cap_drop},
    {"privileged", privileged},
    {"security_opt", security_opt},
    {"network_mode", space},
    {"pid", space},
    {"ipc", space},
    {"uts", space},
    {"cgroup", space},
    {"userns_mode", space},
    {"image", image},
    {"user", user},
    {"init", init},
    {"entrypoint", compose_command},
    {"command", compose_command},
    {"healthcheck", compose_healthcheck},
    {"working_dir", working_dir},
    {"stop_signal", stop_signal},
    {"ports", ports},
    {"expose", ports},
    {"volumes", compose_volumes},
    {"tmpfs", compose_tmpfs},
    {"configs", compose_givens},
    {"secrets", compose_givens},
    {"devices", compose_devices},
    {"gpus", compose_gpus},
    {"device_cgroup_rules", device_numbers},
    {"volumes_from", volumes_from},
    {"shm_size", compose_shm},
    {"environment", environment},
    {"extra_hosts", compose_hosts},
    {"dns", compose_hosts},
    {"hostname", compose_hosts},
    {"read_only", read_only},
    {"mem_limit", memory},
    {"pids_limit", pids},
    {"deploy", deploy},
    {"ulimits", no_form},
    {"cgroup_parent", no_form},
    {"sysctls", no_form},
    {"cpus", no_form},
    {"cpuset", no_form},
    {"cpu_shares", no_form},
    {"cpu_quota", no_form},
    {"blkio_config", no_form},
    {"annotations", nothing},
    {"attach", nothing},
    {"container_name", nothing},
    {"cpu_count", nothing},
    {"cpu_percent", nothing},
    {"cpu_period", nothing},
    {"cpu_rt_period", nothing},
    {"cpu_rt_runtime", nothing},
    {"credential_spec", nothing},
    {"depends_on", nothing},
    {"develop", nothing},
    {"dns_opt", nothing},
    {"dns_search", nothing},
    {"domainname", nothing},
    {"env_file", nothing},
    {"extends", nothing},
    {"external_links", nothing},
    {"group_add", nothing},
    {"isolation", nothing},
    {"label_file", nothing},
    {"labels", nothing},
    {"links", nothing},
    {"logging", nothing},
    {"mac_address", nothing},
    {"mem_reservation", nothing},
    {"mem_swappiness", nothing},
    {"memswap_limit", nothing},
    {"models", nothing},
    {"networks", nothing},
    {"oom_kill_disable", nothing},
    {"oom_score_adj", nothing},
    {"platform", nothing},
    {"post_start", nothing},
    {"pre_stop", nothing},
    {"profiles", nothing},
    {"provider", nothing},
    {"pull_policy", nothing},
    {"pull_refresh_after", nothing},
    {"restart", nothing},
    {"runtime", nothing},
    {"scale", nothing},
    {"stdin_open", nothing},
    {"stop_grace_period", nothing},
    {"storage_opt", nothing},
    {"tty", nothing},
    {"use_api_socket", nothing},
    {"volume_driver", nothing},
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

static int advise_unknown(struct reading *reading, const struct tree_node *service)
{
    int code = 0;
    for (size_t i = 0; i < service->count && code == 0; i++) {
        const char *key = service->items[i].key;
        size_t field = 0;
        while (field < FIELD_COUNT && strcmp(fields[field].key, key) != 0) {
            field++;
        }
        bool own = strncmp(key, "x-", 2) == 0 || service->items[i].value->tag == TREE_TAG_RESET;
        struct armor_seed_source source = compose_source(service->items[i].value);
        code = field == FIELD_COUNT && !own
                   ? container_advise(&reading->container, &source, ADVICE_UNKNOWN_KEY, key)
                   : 0;
    }
    return code;
}

/* Each variable without a value, where it stands. */
static int advise_unset(struct reading *reading, const struct tree_node *node)
{
    struct armor_seed_source source = compose_source(node);
    int code =
        node->unset ? container_advise(&reading->container, &source, ADVICE_UNSET_VARIABLE, node->unset) : 0;
    for (size_t i = 0; i < node->count && code == 0; i++) {
        code = advise_unset(reading, node->items[i].value);
    }
    return code;
}

static int read_service(struct reading *reading, const struct tree_node *service)
{
    int code = 0;
    for (size_t i = 0; i < FIELD_COUNT && code == 0; i++) {
        const struct tree_node *node = tree_get(service, fields[i].key);
        code = node ? fields[i].take(reading, node, fields[i].key) : 0;
    }
    code = code < 0 ? code : compose_hosts(reading, NULL, NULL);
    code = code < 0 ? code : advise_unknown(reading, service);
    code = code < 0 ? code : advise_unset(reading, service);
    return code < 0 ? code : container_end(&reading->container);
}

int armor_compose_seed(const struct armor_compose *compose, const char *service, struct armor_seed *seed,
                       struct armor_error *err)
{
    struct container_text texts[ARMOR_COMPOSE_FILES_MAX];
    static const struct tree_node nothing_said = {.kind = TREE_MAPPING};
    const struct tree_node *services = tree_get(compose->root, "services");
    const struct tree_node *node = NULL;
    for (size_t i = 0; i < services->count; i++) {
        node = strcmp(services->items[i].key, service) == 0 ? services->items[i].value : node;
    }
    for (size_t i = 0; i < compose->file_count; i++) {
        texts[i] = (struct container_text){compose->files[i].path, compose->files[i].text};
    }
    ARMOR_CLEANUP(seed_arena_done) struct seed_arena arena = SEED_ARENA_INIT(ARMOR_COMPOSE_TREE_MAX);
    struct reading reading = {.compose = compose,
                              .arena = &arena,
                              .err = err,
                              .container = {.seed = seed, .texts = texts, .text_count = compose->file_count}};
    if (!node) {
        return armor_error_set(err, -ENOENT, "there is no service '%.100s'", service);
    }
    reading.container.source = compose_source(node);
    int code = read_service(&reading, node->kind == TREE_MAPPING ? node : &nothing_said);
    if (code == -E2BIG) {
        (void)armor_error_set(err, code,
                              "the service '%.60s' says more than a seed may hold (%d rules, %d findings)",
                              service, ARMOR_SEED_RULES_MAX, ARMOR_SEED_FINDINGS_MAX);
    }
    return code;
}
