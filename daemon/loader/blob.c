/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiled policy to a verdict, element by element. See blob.h. */
#include "blob.h"

#include "armor/limits.h"

#include <errno.h>

enum {
    /* Structures and arrays within each other: the kernel's own unpacking goes 5 deep. */
    DEPTH_MAX = 8,
};

/* The type codes of the packed format (enum aa_code in the kernel). */
enum code {
    CODE_U8,
    CODE_U16,
    CODE_U32,
    CODE_U64,
    CODE_NAME, /* not an element: a tag in front of one */
    CODE_STRING,
    CODE_BLOB,
    CODE_STRUCT,
    CODE_STRUCT_END,
    CODE_LIST,
    CODE_LIST_END,
    CODE_ARRAY,
    CODE_ARRAY_END,
    CODE_COUNT,
};

/* How many bytes follow the code: so many, or, for the counted ones, a length of so many bytes and then that. */
static const struct {
    unsigned char size; /* bytes */
    bool counted;       /* the bytes are a length (little-endian) and a payload follows */
} codes[CODE_COUNT] = {
    [CODE_U8] = {1, false},    [CODE_U16] = {2, false}, [CODE_U32] = {4, false},   [CODE_U64] = {8, false},
    [CODE_STRING] = {2, true}, [CODE_BLOB] = {4, true}, [CODE_ARRAY] = {2, false},
};

enum {
    /* In the version word: force every profile to complain (FORCE_COMPLAIN_FLAG in the kernel). */
    VERSION_FORCE_COMPLAIN = 1 << 11,

    /* The second word of a profile's flags (PACKED_MODE_*). */
    PACKED_ENFORCE = 0,
    PACKED_COMPLAIN = 1,
};

/* One element: what the reader has stepped over. */
struct element {
    size_t at;              /* where it begins, from 0 */
    struct armor_slice tag; /* its name, without the terminator; bytes NULL: none */
    enum code code;
    uint64_t number;         /* of U8 to U64 and ARRAY; 0 otherwise */
    struct armor_slice data; /* of STRING (with its terminator) and BLOB */
};

struct reader {
    struct armor_slice blob;
    size_t at; /* the next byte */
    struct armor_error *err;
};

static int refuse(const struct reader *reader, int code, size_t at, const char *why)
{
    return armor_error_at(reader->err, code, 0, at + 1, "the compiled policy %s", why);
}

/* Step over SIZE bytes as a little-endian number. */
static bool take_number(struct reader *reader, size_t size, uint64_t *ret_number)
{
    if (size > reader->blob.length - reader->at) {
        return false;
    }
    uint64_t number = 0;
    for (size_t i = size; i > 0; i--) {
        number = number << 8 | (unsigned char)reader->blob.bytes[reader->at + i - 1];
    }
    reader->at += size;
    *ret_number = number;
    return true;
}

/* Step over a length of WIDTH bytes and so many bytes after it. */
static bool take_counted(struct reader *reader, size_t width, struct armor_slice *ret_data)
{
    uint64_t length;
    if (!take_number(reader, width, &length) || length > reader->blob.length - reader->at) {
        return false;
    }
    *ret_data = (struct armor_slice){reader->blob.bytes + reader->at, (size_t)length};
    reader->at += (size_t)length;
    return true;
}

/* Step over one element with its tag. */
static int take(struct reader *reader, struct element *ret_element)
{
    struct element element = {.at = reader->at};
    uint64_t code;
    bool whole = take_number(reader, 1, &code);
    if (whole && code == CODE_NAME) {
        struct armor_slice tag;
        if (!take_counted(reader, 2, &tag) || tag.length == 0 || tag.bytes[tag.length - 1] != '\0') {
            return refuse(reader, -EBADMSG, element.at, "has a damaged tag");
        }
        /* As the kernel compares it: up to the first NUL. */
        element.tag = armor_slice_of(tag.bytes);
        whole = take_number(reader, 1, &code);
    }
    if (!whole) {
        return refuse(reader, -EBADMSG, element.at, "ends in the middle");
    }
    if (code >= CODE_COUNT || code == CODE_NAME || code == CODE_LIST || code == CODE_LIST_END) {
        return refuse(reader, -EBADMSG, element.at, "has an element of unknown type");
    }
    element.code = (enum code)code;
    if (codes[code].counted ? !take_counted(reader, codes[code].size, &element.data)
                            : !take_number(reader, codes[code].size, &element.number)) {
        return refuse(reader, -EBADMSG, element.at, "ends in the middle");
    }
    if (element.code == CODE_STRING &&
        (element.data.length == 0 || element.data.bytes[element.data.length - 1] != '\0')) {
        return refuse(reader, -EBADMSG, element.at, "has a string without an end");
    }
    *ret_element = element;
    return 0;
}

/* Step over one element, which must be of CODE and, unless TAG is NULL, tagged so. */
static int expect(struct reader *reader, enum code code, const char *tag, struct element *ret_element)
{
    struct element element = {0};
    int r = take(reader, &element);
    if (r < 0) {
        return r;
    }
    if (element.code != code || (tag && !armor_slice_is(element.tag, tag))) {
        return armor_error_at(reader->err, -EPERM, 0, element.at + 1,
                              "the compiled policy doesn't have the %s of a plain profile here",
                              tag ? tag : "value");
    }
    *ret_element = element;
    return 0;
}

static bool is_string(const struct element *element, const char *string)
{
    struct armor_slice expected = {string, strlen(string) + 1};
    return element->code == CODE_STRING && armor_slice_equal(element->data, expected);
}

/* flags: {u32 hat and debug bits, u32 mode, u32 audit everything} */
static int check_flags(struct reader *reader, enum loader_mode mode)
{
    struct element begin = {0};
    struct element bits = {0};
    struct element packed = {0};
    struct element audit = {0};
    struct element end = {0};
    int r = expect(reader, CODE_STRUCT, "flags", &begin);
    r = r < 0 ? r : expect(reader, CODE_U32, NULL, &bits);
    r = r < 0 ? r : expect(reader, CODE_U32, NULL, &packed);
    r = r < 0 ? r : expect(reader, CODE_U32, NULL, &audit);
    r = r < 0 ? r : expect(reader, CODE_STRUCT_END, NULL, &end);
    if (r < 0) {
        return r;
    }
    if (bits.number != 0 || audit.number != 0) {
        return refuse(reader, -EPERM, bits.at, "is a hat, or has flags that weren't asked for");
    }
    if (packed.number != (mode == LOADER_MODE_COMPLAIN ? PACKED_COMPLAIN : PACKED_ENFORCE)) {
        return refuse(reader, -EPERM, packed.at, "isn't in the mode that was asked for");
    }
    return 0;
}

/* What comes in front of the rules: version, profile, name, flags, and nothing between them. */
static int check_head(struct reader *reader, const char *name, enum loader_mode mode)
{
    struct element version = {0};
    struct element profile = {0};
    struct element string = {0};
    int r = expect(reader, CODE_U32, "version", &version);
    r = r < 0 ? r : expect(reader, CODE_STRUCT, "profile", &profile);
    r = r < 0 ? r : expect(reader, CODE_STRING, NULL, &string);
    if (r < 0) {
        return r;
    }
    if (version.number & VERSION_FORCE_COMPLAIN) {
        return refuse(reader, -EPERM, version.at, "forces complain mode from its header");
    }
    if (string.tag.bytes || !is_string(&string, name)) {
        return refuse(reader, -EPERM, string.at, "is of another profile");
    }
    return check_flags(reader, mode);
}

/*
 * The rest of the profile. Its rules are opaque, except for the tables of transitions: wherever one stands, each of its
 * strings must be the profile's own name.
 */
static int check_body(struct reader *reader, const char *name)
{
    struct {
        enum code closes;
        bool transitions;                           /* inside a structure called "xtable" */
    } open[DEPTH_MAX] = {{CODE_STRUCT_END, false}}; /* the profile itself */
    size_t depth = 1;
    while (depth > 0) {
        struct element element = {0};
        int r = take(reader, &element);
        if (r < 0) {
            return r;
        }
        bool transitions = open[depth - 1].transitions || armor_slice_is(element.tag, "xtable");
        if (element.code == CODE_STRUCT || element.code == CODE_ARRAY) {
            if (depth == DEPTH_MAX) {
                return refuse(reader, -EBADMSG, element.at, "is nested too deeply");
            }
            open[depth].closes = element.code == CODE_STRUCT ? CODE_STRUCT_END : CODE_ARRAY_END;
            open[depth].transitions = transitions;
            depth++;
        } else if (element.code == CODE_STRUCT_END || element.code == CODE_ARRAY_END) {
            depth--;
            if (open[depth].closes != element.code) {
                return refuse(reader, -EBADMSG, element.at, "closes something that isn't open");
            }
        } else if (transitions && !is_string(&element, name)) {
            return refuse(reader, -EPERM, element.at,
                          "has a transition to something other than the profile itself");
        }
    }
    return 0;
}

int loader_blob_check(struct armor_slice blob, const char *name, enum loader_mode mode,
                      struct armor_error *err)
{
    struct reader reader = {.blob = blob, .err = err};
    if (blob.length > ARMOR_POLICY_MAX) {
        return armor_error_set(err, -E2BIG, "the compiled policy has %zu bytes, %d are allowed", blob.length,
                               ARMOR_POLICY_MAX);
    }
    int r = check_head(&reader, name, mode);
    r = r < 0 ? r : check_body(&reader, name);
    if (r < 0) {
        return r;
    }
    if (reader.at != blob.length) {
        return refuse(&reader, -EPERM, reader.at, "goes on after its profile: it must hold one profile only");
    }
    return 0;
}
