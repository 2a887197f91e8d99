/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The items of a service's lists. See compose_parts.h. */
#include "compose_parts.h"

#include <errno.h>

enum { PORT_MAX = 65535, SECTIONS_MAX = 3 };

/* Split TEXT at colons that are no drive letter's, into at most SECTIONS_MAX. Returns how many; 0: too many, or an empty one. */
static size_t split(struct armor_slice text, struct armor_slice ret_sections[SECTIONS_MAX])
{
    size_t count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= text.length; i++) {
        bool colon = i < text.length && text.bytes[i] == ':';
        bool drive = colon && i == start + 1 && i + 1 < text.length && text.bytes[i + 1] == '\\';
        if (i < text.length && (!colon || drive)) {
            continue;
        }
        if (i == start || count == SECTIONS_MAX) {
            return 0;
        }
        ret_sections[count++] = (struct armor_slice){text.bytes + start, i - start};
        start = i + 1;
    }
    return count;
}

bool compose_has_word(struct armor_slice text, const char *word)
{
    size_t length = strlen(word);
    for (size_t at = 0; at + length <= text.length;) {
        const char *comma = memchr(text.bytes + at, ',', text.length - at);
        size_t end = comma ? (size_t)(comma - text.bytes) : text.length;
        if (end - at == length && memcmp(text.bytes + at, word, length) == 0) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

static struct armor_slice word_of(const struct tree_node *node, const char *key)
{
    return armor_slice_of(tree_text(tree_get(node, key)));
}

static bool is_path(struct armor_slice source)
{
    bool drive = source.length > 2 && source.bytes[1] == ':' && source.bytes[2] == '\\';
    return source.length > 0 && (strchr("./~\\", source.bytes[0]) || drive);
}

static int long_mount(const struct tree_node *node, struct compose_mount *mount, struct armor_error *err)
{
    mount->type = word_of(node, "type");
    mount->source = word_of(node, "source");
    mount->target = word_of(node, "target");
    mount->read_only = tree_true(tree_get(node, "read_only"));
    if (!mount->target.bytes) {
        return tree_refuse(err, node, -EBADMSG, "a mount needs a target");
    }
    if (!mount->type.bytes) {
        mount->type = is_path(mount->source) ? ARMOR_SLICE("bind") : ARMOR_SLICE("volume");
    }
    mount->named_only = !armor_slice_is(mount->type, "bind");
    return 0;
}

int compose_mount_read(const struct tree_node *node, struct compose_mount *ret_mount, struct armor_error *err)
{
    struct compose_mount mount = {0};
    if (node->kind == TREE_MAPPING) {
        int code = long_mount(node, &mount, err);
        if (code == 0) {
            *ret_mount = mount;
        }
        return code;
    }
    const char *text = tree_text(node);
    struct armor_slice sections[SECTIONS_MAX];
    size_t count = text ? split(armor_slice_of(text), sections) : 0;
    if (count == 0) {
        return tree_refuse(err, node, -EBADMSG,
                           "'%.100s' is no volume: SOURCE:TARGET[:OPTIONS], no part empty",
                           text ? text : tree_kind_name(node));
    }
    if (count > 1) {
        mount.source = sections[0];
    }
    mount.target = sections[count > 1];
    mount.read_only =
        count > 2 && (compose_has_word(sections[2], "ro") || compose_has_word(sections[2], "readonly"));
    mount.type = is_path(mount.source) ? ARMOR_SLICE("bind") : ARMOR_SLICE("volume");
    mount.named_only = armor_slice_is(mount.type, "volume");
    *ret_mount = mount;
    return 0;
}

/* A decimal number of 1 to 65535 at the start of TEXT; the length of its digits, 0 for none. */
static size_t port_number(struct armor_slice text, unsigned *ret_port)
{
    unsigned port = 0;
    size_t length = 0;
    while (length < text.length && length < 6 && text.bytes[length] >= '0' && text.bytes[length] <= '9') {
        port = port * 10 + (unsigned)(text.bytes[length++] - '0');
    }
    *ret_port = port;
    return port > 0 && port <= PORT_MAX ? length : 0;
}

bool compose_port_range(struct armor_slice text, struct compose_port *ret_port)
{
    const char *slash = text.length ? memchr(text.bytes, '/', text.length) : NULL;
    struct armor_slice range = {text.bytes, slash ? (size_t)(slash - text.bytes) : text.length};
    unsigned first = 0;
    size_t length = port_number(range, &first);
    unsigned last = first;
    if (length > 0 && length < range.length && range.bytes[length] == '-') {
        struct armor_slice rest = {range.bytes + length + 1, range.length - length - 1};
        size_t more = port_number(rest, &last);
        length = more ? length + 1 + more : 0;
    }
    if (length == 0 || length != range.length || last < first) {
        return false;
    }
    ret_port->first = first;
    ret_port->last = last;
    ret_port->protocol =
        slash ? (struct armor_slice){slash + 1, text.length - range.length - 1} : ARMOR_SLICE("tcp");
    return ret_port->protocol.length > 0;
}

/* The last colon of TEXT that isn't within brackets; text.length: none. */
static size_t last_colon(struct armor_slice text)
{
    for (size_t i = text.length; i-- > 0 && text.bytes[i] != ']';) {
        if (text.bytes[i] == ':') {
            return i;
        }
    }
    return text.length;
}

static bool short_port(struct armor_slice text, struct compose_port *port)
{
    size_t colon = last_colon(text);
    struct armor_slice target = text;
    if (colon < text.length) {
        target = (struct armor_slice){text.bytes + colon + 1, text.length - colon - 1};
        struct armor_slice host = {text.bytes, colon};
        size_t second = last_colon(host);
        port->published = host;
        if (second < host.length) {
            port->address = (struct armor_slice){host.bytes, second};
            port->published = (struct armor_slice){host.bytes + second + 1, host.length - second - 1};
        }
        struct compose_port published = {0};
        bool any = port->published.length == 0;
        if (!any && !compose_port_range(port->published, &published)) {
            return false;
        }
    }
    return compose_port_range(target, port);
}

int compose_port_read(const struct tree_node *node, struct compose_port *ret_port, struct armor_error *err)
{
    struct compose_port port = {0};
    bool sound = false;
    const char *text = tree_text(node);
    if (text) {
        sound = short_port(armor_slice_of(text), &port);
    } else if (node->kind == TREE_MAPPING) {
        struct armor_slice protocol = word_of(node, "protocol");
        port.address = word_of(node, "host_ip");
        port.published = word_of(node, "published");
        sound = compose_port_range(word_of(node, "target"), &port);
        port.protocol = protocol.bytes ? protocol : port.protocol;
    }
    if (!sound) {
        return tree_refuse(
            err, node, -EBADMSG,
            "'%.100s' is no port: [[ADDRESS:]HOST:]CONTAINER[/PROTOCOL], numbers of 1 to 65535",
            text ? text : tree_kind_name(node));
    }
    *ret_port = port;
    return 0;
}

int compose_given_read(const struct tree_node *node, struct compose_given *ret_given, struct armor_error *err)
{
    struct compose_given given = {0};
    if (tree_text(node)) {
        given.source = armor_slice_of(tree_text(node));
    } else {
        given.source = word_of(node, "source");
        given.target = word_of(node, "target");
    }
    if (!given.source.bytes || given.source.length == 0) {
        return tree_refuse(err, node, -EBADMSG, "the name of a config or secret is expected");
    }
    *ret_given = given;
    return 0;
}

int compose_device_read(const struct tree_node *node, struct compose_given *ret_device,
                        struct armor_error *err)
{
    struct compose_given device = {.permissions = ARMOR_SLICE("rwm")};
    struct armor_slice sections[SECTIONS_MAX];
    const char *text = tree_text(node);
    if (node->kind == TREE_MAPPING) {
        struct armor_slice permissions = word_of(node, "permissions");
        device.source = word_of(node, "source");
        device.target = word_of(node, "target");
        device.permissions = permissions.bytes ? permissions : device.permissions;
    } else if (text) {
        size_t count = split(armor_slice_of(text), sections);
        device.source = count ? sections[0] : device.source;
        bool second_is_mode = count == 2 && sections[1].bytes[0] != '/';
        device.permissions = count == 3 ? sections[2] : second_is_mode ? sections[1] : device.permissions;
        device.target = count > 1 && !second_is_mode ? sections[1] : device.target;
    }
    if (!device.source.bytes) {
        return tree_refuse(err, node, -EBADMSG,
                           "'%.100s' is no device: HOST[:CONTAINER[:rwm]], no part empty",
                           text ? text : tree_kind_name(node));
    }
    device.target = device.target.bytes ? device.target : device.source;
    *ret_device = device;
    return 0;
}
