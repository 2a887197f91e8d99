/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An armord that somebody has taken over: it speaks the loader's protocol and asks for what it must not have. For
 * tests/vm/scenario/70-hostile.sh, as the user armord; installed nowhere.
 *
 *     hostile attack                            everything that must be refused
 *     hostile load | quiet | remove | inspect NAME   one sound request, of the complain profile NAME
 *
 * A line for each attempt: 0 when it went as it must, otherwise 1; what it was; what the loader said; tabs between them.
 */
#include "hostile.h"

#include "armor/limits.h"
#include "armor/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    CROWD = 100,      /* connections at one time */
    SILENCE_MAX = 12, /* seconds until a silent client is dropped; the loader says 5 */
};

static bool all_held = true;

void report(bool held, const char *what, const char *said)
{
    (void)printf("%d\t%s\t%s\n", !held, what, said);
    all_held = all_held && held;
}

void expect_refusal(const char *what, const char *sentence, const struct talk_answer *answer)
{
    char said[LOADER_TEXT_SIZE + 64];
    const struct loader_reply *reply = &answer->reply;
    bool refused = answer->came && reply->code < 0;
    (void)snprintf(said, sizeof said, "%s%s%s",
                   answer->came ? loader_stage_name((enum loader_stage)reply->stage) : "hung up",
                   answer->came ? ": " : "", answer->came ? reply->text : "");
    report(sentence ? refused && strstr(reply->text, sentence) != NULL : !answer->came, what, said);
}

/* Numbers out of bounds, questions that are none, and a profile that enforces taken back to an old complain text. */
static void attack_values(void)
{
    static const struct {
        const char *what, *sentence;
        struct loader_request request; /* its operation, mode and value */
        const char *name;
        bool text;
    } attempts[] = {
        {"no operation", "isn't known", {.operation = 0}, "", false},
        {"one operation more", "isn't known", {.operation = LOADER_OPERATION_END}, "", false},
        {"mode none",
         "neither complain nor enforce",
         {.operation = LOADER_LOAD, .mode = LOADER_MODE_NONE},
         MINE,
         true},
        {"mode other",
         "neither complain nor enforce",
         {.operation = LOADER_LOAD, .mode = LOADER_MODE_OTHER},
         MINE,
         true},
        {"mode enforce of a complain text",
         "the request says enforce",
         {.operation = LOADER_LOAD, .mode = LOADER_MODE_ENFORCE},
         MINE,
         true},
        {"remove with a mode",
         "doesn't use",
         {.operation = LOADER_REMOVE, .mode = LOADER_MODE_COMPLAIN},
         MINE,
         false},
        {"a backlog of 1 record", "isn't 0", {.operation = LOADER_AUDIT_BACKLOG, .value = 1}, "", false},
        {"a backlog of 63 records",
         "isn't 0",
         {.operation = LOADER_AUDIT_BACKLOG, .value = LOADER_BACKLOG_MIN - 1},
         "",
         false},
        {"a backlog beyond bounds",
         "isn't 0",
         {.operation = LOADER_AUDIT_BACKLOG, .value = LOADER_BACKLOG_MAX + 1},
         "",
         false},
        {"a proof of a profile's own name", "doesn't use", {.operation = LOADER_PROVE}, MINE, true},
        {"a proof whose text is no candidate's", "isn't the one", {.operation = LOADER_PROVE}, "", true},
        {"a proof with more questions than text",
         "leave no text",
         {.operation = LOADER_PROVE, .value = UINT32_MAX},
         "",
         true},
        {"a text put in the place of an enforced profile's",
         "only what complains",
         {.operation = LOADER_QUIET},
         "armord-enforced",
         true},
        {"a text for a profile that isn't loaded",
         "only what complains",
         {.operation = LOADER_QUIET},
         "armord-nobody",
         true},
        {"a profile over somebody else's file",
         "armord didn't write it",
         {.operation = LOADER_LOAD, .mode = LOADER_MODE_COMPLAIN},
         "armord-foreign",
         true},
        {"somebody else's file removed",
         "armord didn't write it",
         {.operation = LOADER_REMOVE},
         "armord-foreign",
         false},
        {"a profile removed under a process",
         "runs under",
         {.operation = LOADER_REMOVE},
         "armord-enforced",
         false},
    };
    for (size_t i = 0; i < COUNT(attempts); i++) {
        struct loader_request request =
            talk_request((enum loader_operation)attempts[i].request.operation, attempts[i].name);
        request.mode = attempts[i].request.mode;
        request.value = attempts[i].request.value;
        char *profile = talk_text(&(struct talk_text){.name = attempts[i].name[0] ? attempts[i].name : NULL});
        struct talk_answer answer = attempts[i].text ? talk_with(request, armor_slice_of(profile))
                                                     : talk(&request, sizeof request, NULL, 0);
        expect_refusal(attempts[i].what, attempts[i].sentence, &answer);
        free(profile);
    }
    /* a candidate as it should be, and behind it what is no question */
    static const char *const questions[] = {"file 4\n",      "file 4 2f",   "file 80000000 2f\n",
                                            "file 4 6574\n", "net 1 2 3\n", "profile docker-default\n"};
    for (size_t i = 0; i < COUNT(questions); i++) {
        char open[] = "profile " LOADER_CANDIDATE " flags=(attach_disconnected) {";
        char tail[64];
        char what[64];
        (void)snprintf(tail, sizeof tail, "}\n%s", questions[i]);
        char *profile = talk_text(&(struct talk_text){.open = open, .tail = tail});
        struct loader_request request = talk_request(LOADER_PROVE, "");
        request.value = (uint32_t)strlen(questions[i]);
        struct talk_answer answer = talk_with(request, armor_slice_of(profile));
        (void)snprintf(what, sizeof what, "no question: %.*s", (int)strcspn(questions[i], "\n"),
                       questions[i]);
        expect_refusal(what, "isn't `file", &answer);
        free(profile);
    }
}

/* Size: a text one byte over the cap, and one at it that is no profile. */
static void attack_sizes(void)
{
    size_t length = (size_t)ARMOR_PROFILE_TEXT_MAX + 1;
    char *text = malloc(length);
    if (!text) {
        exit(2);
    }
    memset(text, '#', length);
    struct talk_answer answer =
        talk_with(talk_request(LOADER_LOAD, MINE), (struct armor_slice){text, length});
    expect_refusal("a text over the cap", "are allowed", &answer);
    answer = talk_with(talk_request(LOADER_LOAD, MINE), (struct armor_slice){text, length - 1});
    expect_refusal("a text of the largest size that is nothing", "first line", &answer);
    free(text);
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A client that says nothing, and more of them than there is room for: the loader drops them, and answers the next one. */
static void attack_by_crowd(void)
{
    char said[96];
    char byte;
    double start = seconds();
    int silent = talk_connect();
    ssize_t n = recv(silent, &byte, 1, 0);
    double took = seconds() - start;
    (void)close(silent);
    (void)snprintf(said, sizeof said, "hung up after %.1f s", took);
    report(silent >= 0 && n == 0 && took < SILENCE_MAX, "a client that says nothing", said);

    int crowd[CROWD];
    size_t in = 0;
    for (size_t i = 0; i < CROWD; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = LOADER_SOCKET_PATH};
        crowd[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        in += connect(crowd[i], (const struct sockaddr *)&address, sizeof address) == 0;
    }
    (void)snprintf(said, sizeof said, "%zu of %d found room", in, CROWD);
    report(in > 0 && in < CROWD, "more clients than there is room for", said);
    for (size_t i = 0; i < CROWD; i++) {
        (void)close(crowd[i]);
    }
    const struct loader_request status = talk_request(LOADER_AUDIT_STATUS, "");
    struct talk_answer answer = talk(&status, sizeof status, NULL, 0);
    report(answer.came && answer.reply.code == 0, "a sound request after them is answered",
           answer.reply.text);
}

/* One sound request; its result is the program's. */
static void ask(enum loader_operation operation, const char *name)
{
    char *profile = talk_text(&(struct talk_text){.name = name});
    struct loader_request request = talk_request(operation, name);
    bool text = operation == LOADER_LOAD || operation == LOADER_QUIET;
    struct talk_answer answer =
        text ? talk_with(request, armor_slice_of(profile)) : talk(&request, sizeof request, NULL, 0);
    report(answer.came && answer.reply.code == 0, name, answer.came ? answer.reply.text : "hung up");
    free(profile);
}

int main(int argc, char *argv[])
{
    static const struct {
        const char *word;
        enum loader_operation operation;
    } words[] = {{"load", LOADER_LOAD},
                 {"quiet", LOADER_QUIET},
                 {"remove", LOADER_REMOVE},
                 {"inspect", LOADER_INSPECT}};
    if (argc == 2 && strcmp(argv[1], "attack") == 0) {
        attack_names();
        attack_texts();
        attack_frames();
        attack_descriptors();
        attack_values();
        attack_sizes();
        attack_by_crowd();
        return !all_held;
    }
    for (size_t i = 0; argc == 3 && i < COUNT(words); i++) {
        if (strcmp(argv[1], words[i].word) == 0) {
            ask(words[i].operation, argv[2]);
            return !all_held;
        }
    }
    (void)fputs("usage: hostile attack | load NAME | quiet NAME | remove NAME | inspect NAME\n", stderr);
    return 2;
}
