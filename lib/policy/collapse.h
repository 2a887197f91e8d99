/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collapse: what is asked of many names of a directory, or of a tree, as one rule. Private to lib/policy. */
#pragma once

#include "siblings.h"

/* What is known of a directory beside its node. */
struct place_of_names {
    struct armor_slice path; /* pattern, begins and ends in a slash */
    enum zone zone;
};

/* Empty collapse->room and begin a pattern in it. */
void collapse_begin(struct collapse *collapse, const char *pattern);

/* A child of DIRECTORY with the pattern that is in collapse->room, for others to become a part of. Returns 0 or negative. */
ARMOR_CHECKED int collapse_add(struct collapse *collapse, struct names_node *directory, bool is_directory,
                               enum armor_transformation made_by, struct names_node **ret_node);

/* ALL was made of NODE, among others: where NODE's pieces go elsewhere, one is an example of what ALL stands for. */
void collapse_give_example(struct names_node *all, const struct names_node *node);

/* The extension of the file NODE, by which it may be taken together with others; absent: it may not. */
struct armor_slice collapse_extension(const struct names_node *node);

/* Count, for DIRECTORY and all below, what content and shards are told by. */
void collapse_count(struct names_node *directory);

/* Files of DIRECTORY at any depth that are read, by their extensions. Returns 0 or negative. */
ARMOR_CHECKED int collapse_content(struct collapse *collapse, struct names_node *directory,
                                   const struct place_of_names *place);

/* Below DIRECTORY: what a tree of content covers becomes a part of it, now that all names are what they will be. */
void collapse_settle(struct names_node *directory);

/* Shared objects of DIRECTORY. Returns 0 or negative. */
ARMOR_CHECKED int collapse_libraries(struct collapse *collapse, struct names_node *directory,
                                     const struct place_of_names *place);

/* Files of DIRECTORY by their extensions. Returns 0 or negative. */
ARMOR_CHECKED int collapse_extensions(struct collapse *collapse, struct names_node *directory,
                                      const struct place_of_names *place);

/* What will stand beside DIRECTORY's names, whose shapes are done, as patterns of their own. Returns 0 or negative. */
ARMOR_CHECKED int collapse_companions(struct collapse *collapse, struct names_node *directory,
                                      const struct place_of_names *place);

/* What is left of DIRECTORY's names that its companions stand for too becomes a part of them. Returns 0 or -ENOMEM. */
ARMOR_CHECKED int collapse_take_companions(struct names_node *directory);

/* All below DIRECTORY's temporary directories. Returns 0 or negative. */
ARMOR_CHECKED int collapse_scratch(struct collapse *collapse, struct names_node *directory,
                                   const struct place_of_names *place);
