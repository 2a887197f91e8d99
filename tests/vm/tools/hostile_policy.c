/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy that armord must not get: by its name, or by its text. See hostile.h. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>

/* Names: other people's profiles, and what isn't a name. Each is loaded, quieted, inspected and removed. */
void attack_names(void)
{
    static const char *const names[] = {
        "docker-default",
        "unconfined",
        "usr.sbin.x",
        "/usr/sbin/x",
        "armord",
        "armord-",
        "ARMORD-web",
        " armord-web",
        "armord-web ",
        "armord-web\n",
        "armord-a/b",
        "armord-../docker-default",
        "armord-..",
        "armord-/etc/passwd",
        "armord-web//null-/bin/sh",
        "armord-web//hat",
        "armord-web//&docker-default",
        "docker-default//&armord-web",
        ":other:armord-web",
        ":other://armord-web",
        "armord-*",
        "armord-{a,b}",
        "armord-@{x}",
        "armord-\"web\"",
        "armord--web",
        LOADER_CANDIDATE,
        "armord-web.orig",
        "armord-web.dpkg-old",
        "armord-12345678901234567890123456789012345678901234567890123456789012345",
    };
    static const enum loader_operation operations[] = {LOADER_LOAD, LOADER_QUIET, LOADER_INSPECT,
                                                       LOADER_REMOVE};
    for (size_t i = 0; i < COUNT(names); i++) {
        for (size_t j = 0; j < COUNT(operations); j++) {
            char what[160];
            if (operations[j] == LOADER_REMOVE && strcmp(names[i], LOADER_CANDIDATE) == 0) {
                continue; /* one that a proof left behind may be taken away: nothing runs under it */
            }
            bool text = operations[j] == LOADER_LOAD || operations[j] == LOADER_QUIET;
            char *profile = talk_text(&(struct talk_text){.name = names[i]});
            struct loader_request request = talk_request(operations[j], names[i]);
            struct talk_answer answer =
                text ? talk_with(request, armor_slice_of(profile)) : talk(&request, sizeof request, NULL, 0);
            (void)snprintf(what, sizeof what, "operation %d of the name '%.*s'", operations[j],
                           (int)strcspn(names[i], "\n"), names[i]);
            expect_refusal(what, "name", &answer);
            free(profile);
        }
    }
}

/* Texts: for each operation that takes one, in the name of a profile that it may have. */
void attack_texts(void)
{
    static const struct {
        const char *what, *sentence;
        struct talk_text text;
    } texts[] = {
        {"text of docker-default", "isn't the one", {.name = "docker-default"}},
        {"text of another armord- profile", "isn't the one", {.name = "armord-web"}},
        {"text without armord's marker", "first line", {.head = "# a test"}},
        {"flag unconfined", "flags are", {.open = "profile " MINE " flags=(unconfined) {"}},
        {"flag unconfined beside complain",
         "flags are",
         {.open = "profile " MINE " flags=(complain, unconfined) {"}},
        {"flag kill", "flags are", {.open = "profile " MINE " flags=(kill) {"}},
        {"flag prompt", "flags are", {.open = "profile " MINE " flags=(prompt) {"}},
        {"flag default_allow", "flags are", {.open = "profile " MINE " flags=(default_allow) {"}},
        {"flag audit", "flags are", {.open = "profile " MINE " flags=(audit, complain) {"}},
        {"flag debug", "flags are", {.open = "profile " MINE " flags=(debug) {"}},
        {"flag chroot_relative",
         "flags are",
         {.open = "profile " MINE " flags=(complain, chroot_relative) {"}},
        {"flag attach_disconnected.path",
         "comma or a parenthesis",
         {.open = "profile " MINE " flags=(attach_disconnected.path=/, complain) {"}},
        {"complain twice", "flags are", {.open = "profile " MINE " flags=(complain, complain) {"}},
        {"no flags: another mode than asked", "flags=(...) must follow", {.open = "profile " MINE " {"}},
        {"mode enforce where complain was asked",
         "says complain",
         {.open = "profile " MINE " flags=(attach_disconnected) {"}},
        {"attachment to a program",
         "must follow",
         {.open = "profile " MINE " /usr/bin/** flags=(complain) {"}},
        {"attachment by extended attributes",
         "must follow",
         {.open = "profile " MINE " xattrs=(user.a=b) flags=(complain) {"}},
        {"profile without the word", "only abi", {.open = MINE " flags=(complain) {"}},
        {"profile in a namespace", "isn't the one", {.open = "profile :other:" MINE " flags=(complain) {"}},
        {"quoted name", "isn't the one", {.open = "profile \"" MINE "\" flags=(complain) {"}},
        {"include before the profile",
         "includes are refused",
         {.head = "# armord: a test\ninclude <tunables/global>"}},
        {"#include before the profile",
         "not a comment",
         {.head = "# armord: a test\n#include <tunables/global>"}},
        {"alias", "may stand here", {.head = "# armord: a test\nalias /a -> /b,"}},
        {"abi from a file", "the abi must be", {.head = "# armord: a test\nabi \"/etc/shadow\","}},
        {"another profile before",
         "isn't the one",
         {.open = "profile docker-default {\n}\nprofile " MINE " flags=(complain) {"}},
        {"another profile behind", "nothing may follow", {.tail = "}\nprofile docker-default {\n}\n"}},
        {"the same profile twice",
         "nothing may follow",
         {.tail = "}\nprofile " MINE " flags=(complain) {\n}\n"}},
        {"no end", "closing brace", {.tail = ""}},
        {"include", "includes are refused", {.rule = "include <abstractions/base>"}},
        {"#include", "not a comment", {.rule = "#include \"/etc/shadow\""}},
        {"include of what may not be there", "includes are refused", {.rule = "include if exists <local/x>"}},
        {"change_profile", "change_profile would", {.rule = "change_profile,"}},
        {"change_profile to unconfined", "change_profile would", {.rule = "change_profile -> unconfined,"}},
        {"change_profile behind a qualifier",
         "change_profile would",
         {.rule = "audit allow change_profile /** -> **,"}},
        {"a child profile", "profiles within", {.rule = "profile child {\n  }"}},
        {"a hat", "hats", {.rule = "^hat {\n  }"}},
        {"a hat by its word", "hats", {.rule = "hat h {\n  }"}},
        {"all", "allows everything", {.rule = "all,"}},
        {"file", "with their path", {.rule = "file,"}},
        {"exec without confinement", "permissions are", {.rule = "/** ux,"}},
        {"exec without confinement, scrubbed", "permissions are", {.rule = "/** Ux,"}},
        {"exec into whatever profile fits", "px must be followed", {.rule = "/** px,"}},
        {"exec into whatever fits, or none", "permissions are", {.rule = "/** pux,"}},
        {"exec into docker-default", "px must be followed", {.rule = "/** px -> docker-default,"}},
        {"exec into unconfined", "px must be followed", {.rule = "/** px -> unconfined,"}},
        {"exec into another armord- profile", "px must be followed", {.rule = "/** px -> armord-web,"}},
        {"exec into a stack", "px must be followed", {.rule = "/** px -> &docker-default,"}},
        {"exec into a namespace", "px must be followed", {.rule = "/** px -> :other:" MINE ","}},
        {"exec into a child", "permissions are", {.rule = "/** cx -> child,"}},
        {"pivot_root into another profile",
         "only the profile itself",
         {.rule = "pivot_root /a/ -> docker-default,"}},
        {"a rule before others by priority", "no statement begins", {.rule = "priority=100 /** rw,"}},
        {"two rules on a line", "only a comment", {.rule = "/etc/hosts r, change_profile,"}},
        {"a condition", "conditions are refused", {.rule = "if $x {\n  }"}},
        {"a quote that doesn't end", "doesn't end on this line", {.rule = "\"/etc/hosts r,"}},
        {"a control byte in a name", "must be quoted", {.rule = "/etc/a\x1b r,"}},
        {"a carriage return", "must be quoted", {.rule = "/etc/hosts r,\r"}},
        {"an unknown statement", "no statement begins", {.rule = "frobnicate,"}},
        {"what only the compiler sees: an unknown capability", "", {.rule = "capability frobnicate,"}},
        {"what only the compiler sees: a variable of nobody", "", {.rule = "@{nowhere}/** r,"}},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *profile = talk_text(&texts[i].text);
        struct talk_answer answer = talk_with(talk_request(LOADER_LOAD, MINE), armor_slice_of(profile));
        expect_refusal(texts[i].what, texts[i].sentence, &answer);
        free(profile);
    }
    char *sound = talk_text(&(struct talk_text){.name = NULL});
    struct armor_slice nul = {sound, strlen(sound) + 1};
    struct talk_answer answer = talk_with(talk_request(LOADER_LOAD, MINE), nul);
    expect_refusal("a NUL byte in the text", "is a NUL", &answer);
    free(sound);
}
