/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Variables for interpolation, sorted by name. See armor/compose.h. */
#include "arena.h"

#include "armor/compose.h"
#include "armor/limits.h"

#include <errno.h>
#include <stdlib.h>

enum {
    BYTES_MAX = 4 * 1024 * 1024
}; /* of all names and values; the kernel's own cap for an environment is 6 MiB */

struct variable {
    const char *name;
    const char *value;
};

struct armor_variables {
    struct seed_arena arena;
    struct variable *list; /* sorted by name */
    size_t count, room;
};

int armor_variables_new(struct armor_variables **ret_variables)
{
    struct armor_variables *variables = calloc(1, sizeof *variables);
    if (!variables) {
        return -ENOMEM;
    }
    variables->arena = SEED_ARENA_INIT(BYTES_MAX);
    *ret_variables = variables;
    return 0;
}

/* Where NAME is or would be. */
static size_t place_of(const struct armor_variables *variables, struct armor_slice name, bool *ret_found)
{
    size_t low = 0;
    size_t high = variables->count;
    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = variables->list[middle].name;
        int order = strncmp(other, name.bytes, name.length);
        order = order == 0 && other[name.length] != '\0' ? 1 : order;
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int armor_variables_add(struct armor_variables *variables, struct armor_slice name, struct armor_slice value)
{
    bool found = false;
    size_t place = place_of(variables, name, &found);
    if (found || name.length == 0) {
        return 0;
    }
    if (variables->count == ARMOR_VARIABLES_MAX) {
        return -E2BIG;
    }
    if (variables->count == variables->room) {
        size_t room = variables->room ? 2 * variables->room : 64;
        struct variable *grown = realloc(variables->list, room * sizeof *grown);
        if (!grown) {
            return -ENOMEM;
        }
        variables->list = grown;
        variables->room = room;
    }
    struct variable variable = {0};
    int code = seed_arena_copy(&variables->arena, name, &variable.name);
    code = code < 0 ? code : seed_arena_copy(&variables->arena, value, &variable.value);
    if (code < 0) {
        return code;
    }
    struct variable *at = variables->list + place;
    memmove(at + 1, at, (variables->count - place) * sizeof *at);
    *at = variable;
    variables->count++;
    return 1;
}

const char *armor_variables_get(const struct armor_variables *variables, struct armor_slice name)
{
    bool found = false;
    size_t place = variables && name.length > 0 ? place_of(variables, name, &found) : 0;
    return found ? variables->list[place].value : NULL;
}

int armor_variables_copy(const struct armor_variables *variables, struct armor_variables **ret_copy)
{
    struct armor_variables *copy = NULL;
    int code = armor_variables_new(&copy);
    for (size_t i = 0; code >= 0 && variables && i < variables->count; i++) {
        const struct variable *from = &variables->list[i];
        code = armor_variables_add(copy, armor_slice_of(from->name), armor_slice_of(from->value));
    }
    if (code < 0) {
        armor_variables_free(copy);
        return code;
    }
    *ret_copy = copy;
    return 0;
}

void armor_variables_free(struct armor_variables *variables)
{
    if (variables) {
        seed_arena_done(&variables->arena);
        free(variables->list);
        free(variables);
    }
}
