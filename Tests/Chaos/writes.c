// Watches what processes do to the files below one folder: records it, and on demand lets it fail.
//
//   cc -shared -fPIC -O1 -o writes.so writes.c -ldl -lpthread
//   LD_PRELOAD=writes.so WRITES_FOLDER=/a/folder [WRITES_CONTROL=file] [WRITES_LOG=file] COMMAND
//
// WRITES_CONTROL is a file of 4096 bytes, shared with whoever wants calls to fail (struct control;
// faults.py is the other side). WRITES_LOG gets a record for each call that changed something, in
// the order in which the calls ended, over all threads and processes (struct record;
// crash_states.py reads it).
//
// Only calls of the C library's functions are seen. What a process does by mapped memory or by raw
// system calls is not: crash_states.py compares its own end with the folder's, so that such a
// change cannot go unnoticed.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation {
  WRITE = 1, SYNC = 2, RENAME = 4, OPEN = 8, TRUNCATE = 16, READ = 32, UNLINK = 64, FOLDER = 128,
  CREATE = 256,
};

enum mode {
  FAIL = 0,   // The call fails with the error.
  SHORT = 1,  // A write takes half of the bytes, as it may, and no error follows.
  HALF = 2,   // A write takes half of the bytes, and the next call fails with the error.
};

struct control {
  atomic_int armed;  // How many more calls fail.
  int32_t operations;
  int32_t error;
  int32_t mode;
  atomic_int fired;  // How many calls have failed.
  int32_t process, operation;  // Of the last that did.
  char reserved[228];
  char name[256];  // Only files whose path contains it; empty for all.
  char path[PATH_MAX - 512];
};

struct record {
  uint32_t operation, path_length, other_length, data_length;
  uint64_t offset;  // Of a write; the new size of a file that is cut or lengthened.
};

static struct control *control;
static int log_file = -1;
static char folder[PATH_MAX];
static size_t folder_length;
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static int real_open(const char *path, int flags, int mode) {
  REAL(open);
  return real(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
  const char *place = getenv("WRITES_FOLDER");
  if (!place || !realpath(place, folder)) return;
  folder_length = strlen(folder);
  const char *name = getenv("WRITES_CONTROL");
  if (name) {
    int file = real_open(name, O_RDWR | O_CLOEXEC, 0);
    void *page = file < 0
        ? MAP_FAILED
        : mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) control = page;
    if (file >= 0) close(file);
  }
  name = getenv("WRITES_LOG");
  if (name) {
    int file = real_open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    // Out of the way of programs that count on small numbers.
    if (file >= 0) log_file = fcntl(file, F_DUPFD_CLOEXEC, 700);
    if (file >= 0 && log_file >= 0) close(file);
  }
}

// Whether there is anything to do but to pass a call on.
static int watches(void) {
  return folder_length && (log_file >= 0 || (control && atomic_load(&control->armed) > 0));
}

static int is_below(const char *path) {
  return !strncmp(path, folder, folder_length)
      && (path[folder_length] == '/' || path[folder_length] == 0);
}

// Writes the whole path of a descriptor's file; 0 if it has none below the folder.
static int path_of(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  const char deleted[] = " (deleted)";
  size_t tail = sizeof deleted - 1;
  if ((size_t)length > tail && !strcmp(path + length - tail, deleted)) return 0;
  return is_below(path);
}

// Writes a path without links; its last part need not be there. 0 if it is not below the folder.
static int whole_path(int base, const char *path, char *whole) {
  char start[PATH_MAX], parent[PATH_MAX];
  if (!path || !*path) return 0;
  if (path[0] == '/' || base == AT_FDCWD) {
    snprintf(start, sizeof start, "%s", path);
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", base);
    ssize_t length = readlink(link, start, PATH_MAX / 2);
    if (length < 0) return 0;
    snprintf(start + length, sizeof start - length, "/%s", path);
  }
  size_t length = strlen(start);
  while (length > 1 && start[length - 1] == '/') start[--length] = 0;
  char *slash = strrchr(start, '/');
  const char *name = slash ? slash + 1 : start;
  char above[PATH_MAX];
  if (!slash) {
    strcpy(above, ".");
  } else {
    snprintf(above, sizeof above, "%.*s", (int)(slash == start ? 1 : slash - start), start);
  }
  if (!realpath(above, parent)) return 0;
  if ((size_t)snprintf(whole, PATH_MAX, "%s/%s", parent, name) >= PATH_MAX) return 0;
  return is_below(whole);
}

// Says whether this call is to fail, and how; counts it.
static int is_to_fail(enum operation operation, const char *path, int *mode) {
  if (!control || !(control->operations & operation)) return 0;
  if (control->name[0] && !strstr(path, control->name)) return 0;
  int armed = atomic_load(&control->armed);
  do {
    if (armed <= 0) return 0;
  } while (!atomic_compare_exchange_weak(&control->armed, &armed, armed - 1));
  *mode = control->mode == HALF && armed % 2 ? FAIL : control->mode;
  control->process = getpid();
  control->operation = operation;
  snprintf(control->path, sizeof control->path, "%s", path);
  atomic_fetch_add(&control->fired, 1);
  return 1;
}

static void lock_order(void) {
  if (log_file < 0) return;
  pthread_mutex_lock(&order);
  flock(log_file, LOCK_EX);
}

static void unlock_order(void) {
  if (log_file < 0) return;
  flock(log_file, LOCK_UN);
  pthread_mutex_unlock(&order);
}

static void note(enum operation operation, const char *path, const char *other, uint64_t offset,
                 const void *data, size_t length) {
  if (log_file < 0) return;
  path += folder_length;
  if (other) other += folder_length;
  struct record record = {
      operation, strlen(path), other ? strlen(other) : 0, length, offset};
  struct iovec parts[] = {
      {&record, sizeof record}, {(void *)path, record.path_length},
      {(void *)other, record.other_length}, {(void *)data, length}};
  REAL(writev);
  (void)!real(log_file, parts, 4);
}

// Of a call on a path: `operation` is done by `call`, which gives a negative number where it fails.
#define ON_PATH(operation, base, path, other_base, other, call) \
  do { \
    char whole[PATH_MAX], target[PATH_MAX]; \
    const char *second = NULL; \
    if (!watches() || !whole_path(base, path, whole)) return call; \
    if (other) { \
      if (!whole_path(other_base, other, target)) return call; \
      second = target; \
    } \
    int mode; \
    if (is_to_fail(operation, second ? second : whole, &mode)) { \
      errno = control->error; \
      return -1; \
    } \
    lock_order(); \
    int result = call, problem = errno; \
    if (result >= 0) note(operation, whole, second, 0, NULL, 0); \
    unlock_order(); \
    errno = problem; \
    return result; \
  } while (0)

// MARK: opening

static int opened(int base, const char *path, int flags, int mode,
                  int (*call)(int, const char *, int, int)) {
  char whole[PATH_MAX];
  if (!watches() || !whole_path(base, path, whole)) return call(base, path, flags, mode);
  int how;
  int writes = flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR);
  if (writes && is_to_fail(OPEN, whole, &how)) {
    errno = control->error;
    return -1;
  }
  lock_order();
  struct stat before;
  int was = lstat(whole, &before) == 0;
  int result = call(base, path, flags, mode), problem = errno;
  if (result >= 0 && (flags & O_CREAT) && !was && (flags & O_TMPFILE) != O_TMPFILE) {
    note(CREATE, whole, NULL, 0, NULL, 0);
  } else if (result >= 0 && (flags & O_TRUNC) && was) {
    note(TRUNCATE, whole, NULL, 0, NULL, 0);
  }
  unlock_order();
  errno = problem;
  return result;
}

static int call_openat(int base, const char *path, int flags, int mode) {
  REAL(openat);
  return real(base, path, flags, mode);
}

#define MODE(flags) \
  int mode = 0; \
  if (flags & (O_CREAT | __O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, int); \
    va_end(list); \
  }

int open(const char *path, int flags, ...) {
  MODE(flags);
  return opened(AT_FDCWD, path, flags, mode, call_openat);
}
int open64(const char *path, int flags, ...) {
  MODE(flags);
  return opened(AT_FDCWD, path, flags, mode, call_openat);
}
int openat(int base, const char *path, int flags, ...) {
  MODE(flags);
  return opened(base, path, flags, mode, call_openat);
}
int openat64(int base, const char *path, int flags, ...) {
  MODE(flags);
  return opened(base, path, flags, mode, call_openat);
}
int creat(const char *path, mode_t mode) {
  return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, call_openat);
}

// MARK: writing and reading

// Where the next write or the last one of a descriptor lies.
static uint64_t place_after(int file, size_t written) {
  off_t end = lseek(file, 0, SEEK_CUR);
  return end < 0 ? 0 : end - written;
}

ssize_t write(int file, const void *bytes, size_t count) {
  REAL(write);
  char path[PATH_MAX];
  if (!watches() || !path_of(file, path)) return real(file, bytes, count);
  int mode;
  if (is_to_fail(WRITE, path, &mode)) {
    if (mode == FAIL || count < 2) {
      errno = control->error;
      return -1;
    }
    count /= 2;
  }
  lock_order();
  ssize_t result = real(file, bytes, count);
  int problem = errno;
  if (result > 0) note(WRITE, path, NULL, place_after(file, result), bytes, result);
  unlock_order();
  errno = problem;
  return result;
}

static ssize_t written_at(int file, const void *bytes, size_t count, off_t offset,
                          ssize_t (*call)(int, const void *, size_t, off_t)) {
  char path[PATH_MAX];
  if (!watches() || !path_of(file, path)) return call(file, bytes, count, offset);
  int mode;
  if (is_to_fail(WRITE, path, &mode)) {
    if (mode == FAIL || count < 2) {
      errno = control->error;
      return -1;
    }
    count /= 2;
  }
  lock_order();
  ssize_t result = call(file, bytes, count, offset);
  int problem = errno;
  if (result > 0) note(WRITE, path, NULL, offset, bytes, result);
  unlock_order();
  errno = problem;
  return result;
}
static ssize_t call_pwrite(int file, const void *bytes, size_t count, off_t offset) {
  REAL(pwrite);
  return real(file, bytes, count, offset);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  return written_at(file, bytes, count, offset, call_pwrite);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  return written_at(file, bytes, count, offset, call_pwrite);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  REAL(writev);
  char path[PATH_MAX];
  if (!watches() || !path_of(file, path)) return real(file, parts, count);
  ssize_t total = 0;
  for (int i = 0; i < count; i++) {
    ssize_t result = write(file, parts[i].iov_base, parts[i].iov_len);
    if (result < 0) return total ? total : result;
    total += result;
    if ((size_t)result < parts[i].iov_len) break;
  }
  return total;
}

#define READING(call) \
  do { \
    char path[PATH_MAX]; \
    int mode; \
    if (control && atomic_load(&control->armed) > 0 && (control->operations & READ) \
        && path_of(file, path) && is_to_fail(READ, path, &mode)) { \
      errno = control->error; \
      return -1; \
    } \
    return call; \
  } while (0)

ssize_t read(int file, void *bytes, size_t count) {
  REAL(read);
  READING(real(file, bytes, count));
}
ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  REAL(pread);
  READING(real(file, bytes, count, offset));
}
ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
  REAL(pread64);
  READING(real(file, bytes, count, offset));
}

// MARK: sizes, syncing

static int resized(int file, off_t size, int (*call)(int, off_t)) {
  char path[PATH_MAX];
  if (!watches() || !path_of(file, path)) return call(file, size);
  int mode;
  if (is_to_fail(TRUNCATE, path, &mode)) {
    errno = control->error;
    return -1;
  }
  lock_order();
  int result = call(file, size), problem = errno;
  if (result == 0) note(TRUNCATE, path, NULL, size, NULL, 0);
  unlock_order();
  errno = problem;
  return result;
}
static int call_ftruncate(int file, off_t size) {
  REAL(ftruncate);
  return real(file, size);
}
int ftruncate(int file, off_t size) { return resized(file, size, call_ftruncate); }
int ftruncate64(int file, off64_t size) { return resized(file, size, call_ftruncate); }

static int synced(int file, int (*call)(int)) {
  char path[PATH_MAX];
  if (!watches() || !path_of(file, path)) return call(file);
  int mode;
  if (is_to_fail(SYNC, path, &mode)) {
    errno = control->error;
    return -1;
  }
  lock_order();
  int result = call(file), problem = errno;
  if (result == 0) note(SYNC, path, NULL, 0, NULL, 0);
  unlock_order();
  errno = problem;
  return result;
}
static int call_fsync(int file) {
  REAL(fsync);
  return real(file);
}
static int call_fdatasync(int file) {
  REAL(fdatasync);
  return real(file);
}
int fsync(int file) { return synced(file, call_fsync); }
int fdatasync(int file) { return synced(file, call_fdatasync); }

// MARK: names

int rename(const char *from, const char *to) {
  REAL(rename);
  ON_PATH(RENAME, AT_FDCWD, from, AT_FDCWD, to, real(from, to));
}
int renameat(int base, const char *from, int other, const char *to) {
  REAL(renameat);
  ON_PATH(RENAME, base, from, other, to, real(base, from, other, to));
}
int renameat2(int base, const char *from, int other, const char *to, unsigned flags) {
  REAL(renameat2);
  if (flags) return real(base, from, other, to, flags);  // Exchanging names: nobody here does.
  ON_PATH(RENAME, base, from, other, to, real(base, from, other, to, flags));
}
int unlink(const char *path) {
  REAL(unlink);
  ON_PATH(UNLINK, AT_FDCWD, path, 0, NULL, real(path));
}
int unlinkat(int base, const char *path, int flags) {
  REAL(unlinkat);
  ON_PATH(UNLINK, base, path, 0, NULL, real(base, path, flags));
}
int remove(const char *path) {
  REAL(remove);
  ON_PATH(UNLINK, AT_FDCWD, path, 0, NULL, real(path));
}
int rmdir(const char *path) {
  REAL(rmdir);
  ON_PATH(UNLINK, AT_FDCWD, path, 0, NULL, real(path));
}
int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  ON_PATH(FOLDER, AT_FDCWD, path, 0, NULL, real(path, mode));
}
int mkdirat(int base, const char *path, mode_t mode) {
  REAL(mkdirat);
  ON_PATH(FOLDER, base, path, 0, NULL, real(base, path, mode));
}
