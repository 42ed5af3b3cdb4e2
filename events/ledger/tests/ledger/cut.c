/* Keeps a copy of each file of a database server as it was when it was last synced, in another folder: what a power cut
 * leaves behind when the operating system had written nothing of its own accord. Names change at once. Also a disk that is
 * full for as long as a file says so. Preloaded into the server of the tests of power cuts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) dlsym(RTLD_NEXT, name)

/* The part of an absolute path, or of one below the working folder, that follows the server's data folder; NULL elsewhere. */
static const char *below(const char *path) {
    const char *data = getenv("CUT_DATA");
    if (data == NULL) return NULL;
    if (path[0] != '/') return path;
    size_t length = strlen(data);
    return strncmp(path, data, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static int opened(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return path[0] == '/' && below(path) != NULL;
}

/* The same file among those that are kept; 0 when nothing is kept. */
static int among_kept(const char *path, char *kept, size_t size) {
    const char *folder = getenv("CUT_KEPT"), *rest = below(path);
    if (folder == NULL || rest == NULL) return 0;
    return snprintf(kept, size, "%s/%s", folder, rest) < (int)size;
}

static void keep(int fd) {
    char path[4096], kept[4096], part[4200];
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) return;
    if (!opened(fd, path, sizeof path) || !among_kept(path, kept, sizeof kept)) return;
    snprintf(part, sizeof part, "%s.part%d", kept, (int)getpid());
    static char buffer[1 << 16];
    ssize_t (*real_write)(int, const void *, size_t) = REAL("write");
    int from = open(path, O_RDONLY | O_CLOEXEC);
    int to = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t length;
    if (from >= 0 && to >= 0) {
        while ((length = read(from, buffer, sizeof buffer)) > 0) {
            if (real_write(to, buffer, (size_t)length) != length) abort();
        }
        int (*real_rename)(const char *, const char *) = REAL("rename");
        if (real_rename(part, kept) != 0) abort();
    }
    if (from >= 0) close(from);
    if (to >= 0) close(to);
}

int fsync(int fd) {
    int (*real)(int) = REAL("fsync");
    int outcome = real(fd), error = errno;
    if (outcome == 0) keep(fd);
    errno = error;
    return outcome;
}

int fdatasync(int fd) {
    int (*real)(int) = REAL("fdatasync");
    int outcome = real(fd), error = errno;
    if (outcome == 0) keep(fd);
    errno = error;
    return outcome;
}

static int both(const char *name, const char *from, const char *to) {
    int (*real)(const char *, const char *) = REAL(name);
    char kept_from[4096], kept_to[4096];
    int outcome = real(from, to), error = errno;
    if (outcome == 0 && among_kept(from, kept_from, sizeof kept_from) && among_kept(to, kept_to, sizeof kept_to)) {
        real(kept_from, kept_to);
    }
    errno = error;
    return outcome;
}

int rename(const char *from, const char *to) { return both("rename", from, to); }

int link(const char *from, const char *to) { return both("link", from, to); }

int unlink(const char *path) {
    int (*real)(const char *) = REAL("unlink");
    char kept[4096];
    int outcome = real(path), error = errno;
    if (outcome == 0 && among_kept(path, kept, sizeof kept)) real(kept);
    errno = error;
    return outcome;
}

static int full(int fd) {
    const char *flag = getenv("CUT_FULL");
    char path[4096];
    if (flag == NULL || access(flag, F_OK) != 0 || !opened(fd, path, sizeof path)) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t (*real)(int, const void *, size_t) = REAL("write");
    return full(fd) ? -1 : real(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = REAL("pwrite");
    return full(fd) ? -1 : real(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = REAL("pwrite64");
    return full(fd) ? -1 : real(fd, bytes, length, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    ssize_t (*real)(int, const struct iovec *, int, off_t) = REAL("pwritev");
    return full(fd) ? -1 : real(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    ssize_t (*real)(int, const struct iovec *, int, off64_t) = REAL("pwritev64");
    return full(fd) ? -1 : real(fd, parts, count, at);
}
