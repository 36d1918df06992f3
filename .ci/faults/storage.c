/* Stands between a program and the C library and sees every call that changes a file below one directory.
 *
 *     cc -shared -fPIC -O2 -o storage.so storage.c -ldl
 *     LD_PRELOAD=storage.so STORAGE_ROOT=DIR STORAGE_LOG=FILE PROGRAM...
 *
 * STORAGE_ROOT  absolute path without links; operations on it and below it are counted from 1
 * STORAGE_LOG   record: every operation is appended to this file, with its data (see record() for the form)
 * STORAGE_FAIL  N or N+ : operation N (and with + every later one) fails with STORAGE_ERRNO (28 ENOSPC, 5 EIO);
 *               what frees room (unlink, rmdir, a shorter length) only fails with EIO
 * STORAGE_SHORT with STORAGE_FAIL: a write that fails writes half of its bytes first, as a full disk does
 * STORAGE_ROOM  while this file exists, nothing fails
 * STORAGE_KILL  N before | N after : the process kills itself around operation N
 * STORAGE_COUNT the number of operations is written to this file when the process ends
 *
 * Calls that bypass the C library are not seen; storage.py compares with strace that there are none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 65536

enum { CREATE = 1, WRITE, LENGTH, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, NOTE };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static int log_descriptor = -1;
static unsigned long count, fail_at, kill_at;
static int fails_on, kills_after, fail_errno = ENOSPC, fails_short;
static const char *room;
/* The path that a descriptor was opened by, if it lies below the root. */
static char *paths[FILES];

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

static void hold(void) { pthread_mutex_lock(&lock); }
static void release(void) { pthread_mutex_unlock(&lock); }

__attribute__((constructor)) static void start(void) {
    /* A child that is forked closes descriptors before it becomes another program. */
    pthread_atfork(hold, release, release);
    const char *given = getenv("STORAGE_ROOT");
    if (!given || strlen(given) >= sizeof root) return;
    strcpy(root, given);
    root_length = strlen(root);
    if ((given = getenv("STORAGE_LOG"))) {
        int opened = syscall(SYS_openat, AT_FDCWD, given, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        log_descriptor = syscall(SYS_fcntl, opened, F_DUPFD_CLOEXEC, 1000);
        syscall(SYS_close, opened);
        if (log_descriptor < 0) abort();
    }
    if ((given = getenv("STORAGE_FAIL"))) {
        char *end;
        fail_at = strtoul(given, &end, 10);
        fails_on = *end == '+';
    }
    if ((given = getenv("STORAGE_ERRNO"))) fail_errno = atoi(given);
    fails_short = getenv("STORAGE_SHORT") != NULL;
    room = getenv("STORAGE_ROOM");
    if ((given = getenv("STORAGE_KILL"))) {
        char *end;
        kill_at = strtoul(given, &end, 10);
        kills_after = strstr(end, "after") != NULL;
    }
}

__attribute__((destructor)) static void finish(void) {
    const char *given = getenv("STORAGE_COUNT");
    if (!given || !root_length) return;
    int file = syscall(SYS_openat, AT_FDCWD, given, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    char text[32];
    int length = snprintf(text, sizeof text, "%lu\n", count);
    syscall(SYS_write, file, text, length);
    syscall(SYS_close, file);
}

/* The absolute path of a file below the root, or 0. Directories above it are not followed as links: the root has none. */
static int below(int directory, const char *path, char *out) {
    if (!root_length || !path) return 0;
    if (path[0] == '/') {
        if (strlen(path) >= PATH_MAX) return 0;
        strcpy(out, path);
    } else {
        char base[PATH_MAX];
        if (directory == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
            ssize_t length = readlink(link, base, sizeof base - 1);
            if (length < 0) return 0;
            base[length] = 0;
        }
        if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return 0;
    }
    return !strncmp(out, root, root_length) && (out[root_length] == '/' || out[root_length] == 0);
}

static void put(const void *bytes, size_t length) {
    while (length) {
        ssize_t written = syscall(SYS_write, log_descriptor, bytes, length);
        if (written <= 0) abort();
        bytes = (const char *)bytes + written;
        length -= written;
    }
}

/* kind u8, number u64, offset u64, lengths u32 u32 u64, then path, second path, data; all in the machine's order. */
static void record(int kind, uint64_t offset, const char *path, const char *other, const void *data, uint64_t length) {
    if (log_descriptor < 0) return;
    unsigned char header[33];
    uint64_t number = count;
    uint32_t path_length = strlen(path), other_length = other ? strlen(other) : 0;
    header[0] = kind;
    memcpy(header + 1, &number, 8);
    memcpy(header + 9, &offset, 8);
    memcpy(header + 17, &path_length, 4);
    memcpy(header + 21, &other_length, 4);
    memcpy(header + 25, &length, 8);
    put(header, sizeof header);
    put(path, path_length);
    if (other) put(other, other_length);
    if (data) put(data, length);
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Takes the lock and counts; the errno to fail with, or 0. */
static int begin(int frees_room) {
    pthread_mutex_lock(&lock);
    count++;
    if (count == kill_at && !kills_after) die();
    int is_due = fail_at && (count == fail_at || (fails_on && count > fail_at));
    if (is_due && room && syscall(SYS_faccessat, AT_FDCWD, room, F_OK) == 0) is_due = 0;
    if (is_due && frees_room && fail_errno != EIO) is_due = 0;
    return is_due ? fail_errno : 0;
}

static void end(void) {
    if (count == kill_at && kills_after) die();
    int kept = errno;
    pthread_mutex_unlock(&lock);
    errno = kept;
}

static const char *path_of(int descriptor) {
    return descriptor >= 0 && descriptor < FILES ? paths[descriptor] : NULL;
}

static void remember(int descriptor, const char *path) {
    if (descriptor < 0 || descriptor >= FILES) return;
    free(paths[descriptor]);
    paths[descriptor] = path ? strdup(path) : NULL;
}

static int opened(int directory, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    if (!below(directory, path, full)) return syscall(SYS_openat, directory, path, flags, mode);
    struct stat before;
    int exists = fstatat(AT_FDCWD, full, &before, 0) == 0;
    int creates = (flags & O_CREAT) && !exists;
    int empties = (flags & O_TRUNC) && exists && before.st_size > 0;
    int descriptor;
    if (creates || empties) {
        int failure = begin(0);
        if (failure) {
            descriptor = -1;
            errno = failure;
        } else {
            descriptor = syscall(SYS_openat, directory, path, flags, mode);
            if (descriptor >= 0) record(creates ? CREATE : LENGTH, 0, full, NULL, NULL, 0);
        }
        end();
    } else {
        descriptor = syscall(SYS_openat, directory, path, flags, mode);
    }
    if (descriptor >= 0) {
        pthread_mutex_lock(&lock);
        remember(descriptor, full);
        pthread_mutex_unlock(&lock);
    }
    return descriptor;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                     \
    int name(const char *path, int flags, ...) {       \
        va_list rest;                                  \
        va_start(rest, flags);                         \
        mode_t mode = mode_of(flags, rest);            \
        va_end(rest);                                  \
        return opened(AT_FDCWD, path, flags, mode);    \
    }
#define OPENAT(name)                                              \
    int name(int directory, const char *path, int flags, ...) {   \
        va_list rest;                                             \
        va_start(rest, flags);                                    \
        mode_t mode = mode_of(flags, rest);                       \
        va_end(rest);                                             \
        return opened(directory, path, flags, mode);              \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int descriptor) {
    pthread_mutex_lock(&lock);
    remember(descriptor, NULL);
    pthread_mutex_unlock(&lock);
    return syscall(SYS_close, descriptor);
}

int dup(int descriptor) {
    int made = REAL(dup)(descriptor);
    pthread_mutex_lock(&lock);
    if (path_of(descriptor)) remember(made, path_of(descriptor));
    pthread_mutex_unlock(&lock);
    return made;
}

static int duplicated(int descriptor, int command, long argument) {
    int result = syscall(SYS_fcntl, descriptor, command, argument);
    if ((command == F_DUPFD || command == F_DUPFD_CLOEXEC) && path_of(descriptor)) {
        pthread_mutex_lock(&lock);
        remember(result, path_of(descriptor));
        pthread_mutex_unlock(&lock);
    }
    return result;
}

#define FCNTL(name)                                  \
    int name(int descriptor, int command, ...) {     \
        va_list rest;                                \
        va_start(rest, command);                     \
        long argument = va_arg(rest, long);          \
        va_end(rest);                                \
        return duplicated(descriptor, command, argument); \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

/* What the program says is put between the operations, so that what it acknowledged has its place among them. */
static void note(const void *bytes, size_t length) {
    pthread_mutex_lock(&lock);
    record(NOTE, 0, "", NULL, bytes, length);
    pthread_mutex_unlock(&lock);
}

/* A write at an offset, or where the descriptor stands (-1). */
static ssize_t written(int descriptor, const void *bytes, size_t length, off_t offset) {
    const char *path = path_of(descriptor);
    if (descriptor == 2) note(bytes, length);
    if (!path)
        return offset < 0 ? syscall(SYS_write, descriptor, bytes, length)
                          : syscall(SYS_pwrite64, descriptor, bytes, length, offset);
    int failure = begin(0);
    if (failure && !(fails_short && length > 1)) {
        errno = failure;
        end();
        return -1;
    }
    if (failure) length /= 2;
    off_t at = offset;
    if (offset < 0) {
        at = fcntl(descriptor, F_GETFL) & O_APPEND ? lseek(descriptor, 0, SEEK_END) : lseek(descriptor, 0, SEEK_CUR);
    }
    ssize_t result = offset < 0 ? syscall(SYS_write, descriptor, bytes, length)
                                : syscall(SYS_pwrite64, descriptor, bytes, length, offset);
    if (result > 0) record(WRITE, at, path, NULL, bytes, result);
    end();
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t length) { return written(descriptor, bytes, length, -1); }
ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    return written(descriptor, bytes, length, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
    return written(descriptor, bytes, length, offset);
}

static ssize_t gathered(int descriptor, const struct iovec *parts, int number, off_t offset) {
    if (!path_of(descriptor) && descriptor != 2) {
        return offset < 0 ? syscall(SYS_writev, descriptor, parts, number)
                          : syscall(SYS_pwritev, descriptor, parts, number, offset, 0);
    }
    /* One part at a time: a short count is as good as a full one. */
    for (int part = 0; part < number; part++)
        if (parts[part].iov_len) return written(descriptor, parts[part].iov_base, parts[part].iov_len, offset);
    return 0;
}

ssize_t writev(int descriptor, const struct iovec *parts, int number) {
    return gathered(descriptor, parts, number, -1);
}
ssize_t pwritev(int descriptor, const struct iovec *parts, int number, off_t offset) {
    return gathered(descriptor, parts, number, offset);
}
ssize_t pwritev64(int descriptor, const struct iovec *parts, int number, off64_t offset) {
    return gathered(descriptor, parts, number, offset);
}

/* What copies within the kernel is refused; programs then read and write. */
ssize_t copy_file_range(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t length, unsigned flags) {
    if (path_of(to)) {
        errno = EXDEV;
        return -1;
    }
    return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, length, flags);
}
ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) {
    if (path_of(to)) {
        errno = EINVAL;
        return -1;
    }
    return syscall(SYS_sendfile, to, from, offset, length);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t length) { return sendfile64(to, from, offset, length); }

static int shortened(int descriptor, off_t length) {
    const char *path = path_of(descriptor);
    if (!path) return syscall(SYS_ftruncate, descriptor, length);
    struct stat before;
    int shorter = fstat(descriptor, &before) == 0 && before.st_size >= length;
    int failure = begin(shorter);
    int result = -1;
    if (failure) errno = failure;
    else if ((result = syscall(SYS_ftruncate, descriptor, length)) == 0) record(LENGTH, length, path, NULL, NULL, 0);
    end();
    return result;
}
int ftruncate(int descriptor, off_t length) { return shortened(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return shortened(descriptor, length); }

/* Room asked for ahead changes no content that is read; it may fail. */
static int allocated(int descriptor, int mode, off_t offset, off_t length) {
    if (path_of(descriptor)) {
        int failure = begin(0);
        end();
        if (failure) {
            errno = failure;
            return -1;
        }
        errno = EOPNOTSUPP;
        return -1;
    }
    return syscall(SYS_fallocate, descriptor, mode, offset, length);
}
int fallocate(int descriptor, int mode, off_t offset, off_t length) { return allocated(descriptor, mode, offset, length); }
int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
    return allocated(descriptor, mode, offset, length);
}

static int synced(int descriptor, long call) {
    const char *path = path_of(descriptor);
    if (!path) return syscall(call, descriptor);
    int failure = begin(fail_errno != EIO);
    int result = -1;
    if (failure) errno = failure;
    /* The medium is not asked: the record decides what survives. */
    else {
        result = 0;
        record(SYNC, 0, path, NULL, NULL, 0);
    }
    end();
    return result;
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

static int moved(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    char first[PATH_MAX], second[PATH_MAX];
    if (!below(from_directory, from, first) || !below(to_directory, to, second))
        return syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
    int failure = begin(0);
    int result = -1;
    if (failure) errno = failure;
    else if ((result = syscall(SYS_renameat2, from_directory, from, to_directory, to, flags)) == 0)
        record(RENAME, 0, first, second, NULL, 0);
    end();
    return result;
}
int rename(const char *from, const char *to) { return moved(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_directory, const char *from, int to_directory, const char *to) {
    return moved(from_directory, from, to_directory, to, 0);
}
int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    return moved(from_directory, from, to_directory, to, flags);
}

static int linked(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    char first[PATH_MAX], second[PATH_MAX];
    if (!below(from_directory, from, first) || !below(to_directory, to, second))
        return syscall(SYS_linkat, from_directory, from, to_directory, to, flags);
    int failure = begin(0);
    int result = -1;
    if (failure) errno = failure;
    else if ((result = syscall(SYS_linkat, from_directory, from, to_directory, to, flags)) == 0)
        record(LINK, 0, first, second, NULL, 0);
    end();
    return result;
}
int link(const char *from, const char *to) { return linked(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    return linked(from_directory, from, to_directory, to, flags);
}

static int removed(int directory, const char *path, int flags) {
    char full[PATH_MAX];
    struct stat before;
    if (!below(directory, path, full) || fstatat(directory, path, &before, AT_SYMLINK_NOFOLLOW) != 0)
        return syscall(SYS_unlinkat, directory, path, flags);
    int failure = begin(1);
    int result = -1;
    if (failure) errno = failure;
    else if ((result = syscall(SYS_unlinkat, directory, path, flags)) == 0)
        record(flags & AT_REMOVEDIR ? RMDIR : UNLINK, 0, full, NULL, NULL, 0);
    end();
    return result;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int directory, const char *path, int flags) { return removed(directory, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

static int made(int directory, const char *path, mode_t mode) {
    char full[PATH_MAX];
    struct stat before;
    if (!below(directory, path, full) || fstatat(directory, path, &before, 0) == 0)
        return syscall(SYS_mkdirat, directory, path, mode);
    int failure = begin(0);
    int result = -1;
    if (failure) errno = failure;
    else if ((result = syscall(SYS_mkdirat, directory, path, mode)) == 0) record(MKDIR, 0, full, NULL, NULL, 0);
    end();
    return result;
}
int mkdir(const char *path, mode_t mode) { return made(AT_FDCWD, path, mode); }
int mkdirat(int directory, const char *path, mode_t mode) { return made(directory, path, mode); }

