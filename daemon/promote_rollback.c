/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rollback: the text of an earlier revision is loaded again as it is, byte by byte, in the mode that it had. What was learned and
 * decided since stays in the rules: the container says that it is pinned to a revision, until its text is rendered from them again.
 */
#include "promote_private.h"

#include "store.h"

#include <errno.h>
#include <stdlib.h>

enum step_outcome promote_take_text(struct promote_job *job, char *text)
{
    armor_text_done(&job->text);
    armor_text_string(&job->text, text);
    free(text);
    return job->text.error ? promote_fail(job, PROMOTE_INTERNAL, "try again later", "out of memory")
                           : STEP_NEXT;
}

/* Which of the COUNT REVISIONS, oldest first, is meant: the one asked for, or the newest one before the present one. */
static const struct revision *pick(const struct promote_job *job, const struct revision *revisions,
                                   size_t count)
{
    uint32_t wanted = job->request.revision;
    const struct revision *picked = NULL;
    for (size_t i = 0; i < count; i++) {
        bool fits = wanted ? revisions[i].number == wanted : revisions[i].number < job->container->revision;
        picked = fits ? &revisions[i] : picked;
    }
    return picked;
}

enum step_outcome promote_pick(struct promote_job *job, struct loader_call *ret_call)
{
    (void)ret_call;
    struct store *store = job->manager->store;
    struct armor_error err = {0};
    struct revision *revisions = NULL;
    size_t count = 0;
    char *text = NULL;
    int r = store_revisions(store, job->container, &revisions, &count, &err);
    const struct revision *picked = r == 0 ? pick(job, revisions, count) : NULL;
    if (picked) {
        job->request.revision = picked->number;
        job->mode = picked->mode;
        r = store_revision_text(store, job->container, picked->number, &text, &err);
    }
    store_free_revisions(revisions, count);
    if (r < 0) {
        return promote_fail(job, PROMOTE_INTERNAL, "see `journalctl -u armord`",
                            "the store can't be read: %s", err.text);
    }
    if (!text) {
        return promote_fail(job, PROMOTE_REVISION_UNKNOWN, "`armorctl revisions` lists those that are kept",
                            job->request.revision ? "revision %u of %s isn't kept"
                                                  : "there is no revision before revision %u of %s",
                            job->request.revision ? job->request.revision : job->container->revision,
                            job->request.name);
    }
    return promote_take_text(job, text);
}

enum step_outcome promote_ask_picked(struct promote_job *job, struct loader_call *ret_call)
{
    return promote_ask_text(job, job->mode, ret_call);
}

enum step_outcome promote_take_picked(struct promote_job *job, int code, const struct loader_reply *reply,
                                      const struct armor_error *err)
{
    enum step_outcome outcome = promote_take_load(job, code, reply, err, job->mode);
    if (outcome == STEP_NEXT) {
        (void)snprintf(job->result.advice, sizeof job->result.advice,
                       "the text is revision %u's as it was; what was learned and decided since stays in the "
                       "rules, and is "
                       "in force again with the next enforce, complain, accept or deny",
                       job->request.revision);
    }
    return outcome;
}
