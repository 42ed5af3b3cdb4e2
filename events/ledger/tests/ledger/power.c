/* Keeps a copy of each ledger file as it was when it was last synced: what a power cut leaves behind when the
 * operating system had written nothing of its own accord. Also a disk that is full or broken, or a process that dies
 * at a sync, for as long as a file says so. Preloaded into the writing child process of the power tests. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t copying = PTHREAD_MUTEX_INITIALIZER;

/* The name of a ledger file or its write-ahead log behind fd; 0 for other files. */
static int ledger_file(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strstr(path, ".ledger") != NULL;
}

static int told(const char *variable) {
    const char *flag = getenv(variable);
    return flag != NULL && access(flag, F_OK) == 0;
}

static void keep(const char *path) {
    const char *folder = getenv("POWER_KEPT");
    if (folder == NULL) return;
    const char *name = strrchr(path, '/') + 1;
    char part[4096], whole[4096];
    snprintf(part, sizeof part, "%s/%s.part", folder, name);
    snprintf(whole, sizeof whole, "%s/%s", folder, name);
    static char buffer[1 << 16];
    ssize_t (*real_write)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    pthread_mutex_lock(&copying);
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t length;
    while ((length = read(from, buffer, sizeof buffer)) > 0) {
        if (real_write(to, buffer, (size_t)length) != length) abort();
    }
    close(from);
    close(to);
    if (rename(part, whole) != 0) abort();
    pthread_mutex_unlock(&copying);
}

static int synced(int fd, int (*real)(int)) {
    char path[4096];
    int ours = ledger_file(fd, path, sizeof path);
    if (ours && told("POWER_DIES")) abort();
    if (ours && told("POWER_SYNC_FAILS")) {
        errno = EIO;
        return -1;
    }
    int outcome = real(fd);
    if (ours && outcome == 0) keep(path);
    return outcome;
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    return synced(fd, real);
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    return synced(fd, real);
}

/* SQLite syncs the folder after it has removed a journal, so what is removed is gone. */
int unlink(const char *path) {
    int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
    const char *folder = getenv("POWER_KEPT"), *name = strrchr(path, '/');
    if (folder != NULL && name != NULL && strstr(name, ".ledger") != NULL) {
        char kept[4096];
        snprintf(kept, sizeof kept, "%s%s", folder, name);
        real(kept);
    }
    return real(path);
}

static int full(int fd) {
    char path[4096];
    if (!told("POWER_DISK_FULL") || !ledger_file(fd, path, sizeof path)) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return full(fd) ? -1 : real(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return full(fd) ? -1 : real(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return full(fd) ? -1 : real(fd, bytes, length, at);
}
