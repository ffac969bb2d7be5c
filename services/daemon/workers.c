#include "daemon/workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct job {
    struct job *next;
    void (*work)(void *job);
    void (*done)(void *job);
    void *argument;
};

struct jobs {
    struct job *first, *last;
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct jobs waiting, finished;
    size_t waiting_count, queue_max;
    bool stopping;
    pthread_t *threads;
    size_t threads_count;
    int bell; /* eventfd: something finished */
    struct event *on_bell;
};

static void jobs_push(struct jobs *jobs, struct job *job)
{
    job->next = NULL;
    if (jobs->last)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
}

static struct job *jobs_pop(struct jobs *jobs)
{
    struct job *job = jobs->first;
    if (job) {
        jobs->first = job->next;
        if (!jobs->first)
            jobs->last = NULL;
    }
    return job;
}

static void *thread_run(void *context)
{
    struct workers *workers = context;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->stopping && !workers->waiting.first)
            pthread_cond_wait(&workers->wake, &workers->lock);
        if (workers->stopping)
            break;
        struct job *job = jobs_pop(&workers->waiting);
        workers->waiting_count--;
        pthread_mutex_unlock(&workers->lock);
        job->work(job->argument);
        pthread_mutex_lock(&workers->lock);
        jobs_push(&workers->finished, job);
        eventfd_write(workers->bell, 1);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

static void on_bell(evutil_socket_t fd, short what, void *context)
{
    struct workers *workers = context;
    eventfd_t ignored;
    (void)what;
    eventfd_read(fd, &ignored);
    for (;;) {
        pthread_mutex_lock(&workers->lock);
        struct job *job = jobs_pop(&workers->finished);
        pthread_mutex_unlock(&workers->lock);
        if (!job)
            return;
        job->done(job->argument);
        free(job);
    }
}

struct workers *workers_new(struct event_base *base, size_t threads, size_t queue_max)
{
    struct workers *workers = calloc(1, sizeof *workers);
    if (!workers)
        return NULL;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->wake, NULL);
    workers->queue_max = queue_max;
    workers->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    workers->threads = calloc(threads, sizeof *workers->threads);
    if (workers->bell >= 0)
        workers->on_bell = event_new(base, workers->bell, EV_READ | EV_PERSIST, on_bell, workers);
    if (!workers->threads || !workers->on_bell || event_add(workers->on_bell, NULL) != 0) {
        workers_destroy(&workers);
        return NULL;
    }
    while (workers->threads_count < threads) {
        if (pthread_create(&workers->threads[workers->threads_count], NULL, thread_run, workers) != 0) {
            workers_destroy(&workers);
            return NULL;
        }
        workers->threads_count++;
    }
    return workers;
}

void workers_destroy(struct workers **workers)
{
    struct workers *self = *workers;
    if (!self)
        return;
    *workers = NULL;
    pthread_mutex_lock(&self->lock);
    self->stopping = true;
    pthread_cond_broadcast(&self->wake);
    pthread_mutex_unlock(&self->lock);
    for (size_t i = 0; i < self->threads_count; i++)
        pthread_join(self->threads[i], NULL);
    for (struct job *job; (job = jobs_pop(&self->waiting));)
        free(job);
    for (struct job *job; (job = jobs_pop(&self->finished));)
        free(job);
    if (self->on_bell)
        event_free(self->on_bell);
    if (self->bell >= 0)
        close(self->bell);
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
    free(self->threads);
    free(self);
}

bool workers_run(struct workers *workers, void (*work)(void *job), void (*done)(void *job), void *argument)
{
    struct job *job = malloc(sizeof *job);
    if (!job)
        return false;
    *job = (struct job){.work = work, .done = done, .argument = argument};
    pthread_mutex_lock(&workers->lock);
    bool room = workers->waiting_count < workers->queue_max;
    if (room) {
        workers->waiting_count++;
        jobs_push(&workers->waiting, job);
        pthread_cond_signal(&workers->wake);
    }
    pthread_mutex_unlock(&workers->lock);
    if (!room)
        free(job);
    return room;
}
