// A library that the dynamic loader puts in front of the C library (LD_PRELOAD), so that a program
// sees another time, another order of folders, other processors, another user and another host.
// What it changes is in the environment; without its variables every function is the C library's
// own. See docs/determinism.md.

#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Static_assert(sizeof(struct dirent) == sizeof(struct dirent64), "one kind of folder entry");

static struct {
  int read;
  long long clock_shift;  // seconds
  int readdir_order;      // 1: by name, -1: by name backwards, 0: as it comes
  long cpus;              // 0: as many as there are
  const char* host_name;
  const char* uid;
} settings;

static const char* variable(const char* name) {
  const char* value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

// Other libraries' constructors may call us before ours runs.
static void read_settings(void) {
  if (settings.read) return;
  const char* value = variable("REPRODUCE_PERTURB_CLOCK");
  if (value != NULL) settings.clock_shift = atoll(value);
  value = variable("REPRODUCE_PERTURB_READDIR");
  if (value != NULL) settings.readdir_order = strcmp(value, "descending") == 0 ? -1 : 1;
  value = variable("REPRODUCE_PERTURB_CPUS");
  if (value != NULL) settings.cpus = atol(value);
  settings.host_name = variable("REPRODUCE_PERTURB_HOST");
  settings.uid = variable("REPRODUCE_PERTURB_UID");
  settings.read = 1;
}

// The mark tells whoever started the program that this library is in it.
__attribute__((constructor)) static void leave_mark(void) {
  read_settings();
  const char* mark = variable("REPRODUCE_PERTURB_MARK");
  if (mark == NULL) return;
  const int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) close(fd);
}

// The C library's function of that name; C has no cast from objects to functions.
#define REAL(result, name, ...)       \
  static result (*real)(__VA_ARGS__); \
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, name)

// Time. What files carry (stat) is not touched, since it is input.

int clock_gettime(clockid_t clock, struct timespec* now) {
  REAL(int, "clock_gettime", clockid_t, struct timespec*);
  read_settings();
  const int status = real(clock, now);
  if (status == 0 &&
      (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI))
    now->tv_sec += settings.clock_shift;
  return status;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  REAL(int, "gettimeofday", struct timeval*, void*);
  read_settings();
  const int status = real(now, zone);
  if (status == 0) now->tv_sec += settings.clock_shift;
  return status;
}

time_t time(time_t* result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(struct timespec* now, int base) {
  if (base != TIME_UTC || clock_gettime(CLOCK_REALTIME, now) != 0) return 0;
  return base;
}

// Processors.

int get_nprocs(void) {
  REAL(int, "get_nprocs", void);
  read_settings();
  return settings.cpus != 0 ? (int)settings.cpus : real();
}

int get_nprocs_conf(void) {
  REAL(int, "get_nprocs_conf", void);
  read_settings();
  return settings.cpus != 0 ? (int)settings.cpus : real();
}

long sysconf(int name) {
  REAL(long, "sysconf", int);
  read_settings();
  const int asks = name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF;
  return asks && settings.cpus != 0 ? settings.cpus : real(name);
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t* set) {
  REAL(int, "sched_getaffinity", pid_t, size_t, cpu_set_t*);
  read_settings();
  const int status = real(pid, size, set);
  if (status != 0 || settings.cpus == 0) return status;
  memset(set, 0, size);
  for (size_t cpu = 0; cpu < (size_t)settings.cpus; ++cpu) CPU_SET_S(cpu, size, set);
  return 0;
}

// User and host.

#define AS_SET(type, name)                                           \
  type name(void) {                                                  \
    REAL(type, #name, void);                                         \
    read_settings();                                                 \
    return settings.uid != NULL ? (type)atol(settings.uid) : real(); \
  }
AS_SET(uid_t, getuid)
AS_SET(uid_t, geteuid)
AS_SET(gid_t, getgid)
AS_SET(gid_t, getegid)

int uname(struct utsname* names) {
  REAL(int, "uname", struct utsname*);
  read_settings();
  const int status = real(names);
  if (status == 0 && settings.host_name != NULL) {
    memset(names->nodename, 0, sizeof names->nodename);
    strncpy(names->nodename, settings.host_name, sizeof names->nodename - 1);
  }
  return status;
}

int gethostname(char* name, size_t size) {
  REAL(int, "gethostname", char*, size_t);
  read_settings();
  if (settings.host_name == NULL) return real(name, size);
  const size_t length = strlen(settings.host_name);
  if (length >= size) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(name, settings.host_name, length + 1);
  return 0;
}

// Folders. The whole of one is read at the first question, sorted, and given out from memory.

struct listing {
  DIR* folder;
  struct dirent64** entries;
  size_t count;
  size_t position;
  struct listing* next;
};
static struct listing* listings;
static pthread_mutex_t listings_mutex = PTHREAD_MUTEX_INITIALIZER;

static int compare(const void* a, const void* b) {
  const struct dirent64* const* left = a;
  const struct dirent64* const* right = b;
  return settings.readdir_order * strcmp((*left)->d_name, (*right)->d_name);
}

static void release(struct listing* listing) {
  for (size_t i = 0; i < listing->count; ++i) free(listing->entries[i]);
  free(listing->entries);
  free(listing);
}

static int append(struct listing* listing, const struct dirent64* entry) {
  struct dirent64* copy = malloc(entry->d_reclen);
  void* grown = realloc(listing->entries, (listing->count + 1) * sizeof *listing->entries);
  if (grown != NULL) listing->entries = grown;
  if (copy == NULL || grown == NULL) {
    free(copy);
    return -1;
  }
  listing->entries[listing->count++] = memcpy(copy, entry, entry->d_reclen);
  return 0;
}

// The listing of `folder`, made where there is none; NULL with errno for an error.
static struct listing* listing_of(DIR* folder) {
  for (struct listing* at = listings; at != NULL; at = at->next)
    if (at->folder == folder) return at;
  REAL(struct dirent64*, "readdir64", DIR*);
  struct listing* made = calloc(1, sizeof *made);
  if (made == NULL) return NULL;
  made->folder = folder;
  errno = 0;
  for (const struct dirent64* entry = real(folder); entry != NULL; entry = real(folder))
    if (append(made, entry) != 0) break;
  if (errno != 0) {
    const int error = errno;
    release(made);
    errno = error;
    return NULL;
  }
  if (made->count != 0) qsort(made->entries, made->count, sizeof *made->entries, compare);
  made->next = listings;
  listings = made;
  return made;
}

static void forget(const DIR* folder) {
  pthread_mutex_lock(&listings_mutex);
  for (struct listing** at = &listings; *at != NULL; at = &(*at)->next) {
    if ((*at)->folder != folder) continue;
    struct listing* found = *at;
    *at = found->next;
    release(found);
    break;
  }
  pthread_mutex_unlock(&listings_mutex);
}

struct dirent64* readdir64(DIR* folder) {
  REAL(struct dirent64*, "readdir64", DIR*);
  read_settings();
  if (settings.readdir_order == 0) return real(folder);
  const int error = errno;
  pthread_mutex_lock(&listings_mutex);
  struct listing* listing = listing_of(folder);
  struct dirent64* entry = NULL;
  if (listing != NULL) {
    errno = error;  // the end of a folder is no error
    if (listing->position < listing->count) entry = listing->entries[listing->position++];
  }
  pthread_mutex_unlock(&listings_mutex);
  return entry;
}

struct dirent* readdir(DIR* folder) {
  return (struct dirent*)(void*)readdir64(folder);
}

int closedir(DIR* folder) {
  REAL(int, "closedir", DIR*);
  forget(folder);
  return real(folder);
}

void rewinddir(DIR* folder) {
  REAL(void, "rewinddir", DIR*);
  forget(folder);
  real(folder);
}

long telldir(DIR* folder) {
  REAL(long, "telldir", DIR*);
  read_settings();
  if (settings.readdir_order == 0) return real(folder);
  pthread_mutex_lock(&listings_mutex);
  const struct listing* listing = listing_of(folder);
  const long position = listing == NULL ? -1 : (long)listing->position;
  pthread_mutex_unlock(&listings_mutex);
  return position;
}

void seekdir(DIR* folder, long position) {
  REAL(void, "seekdir", DIR*, long);
  read_settings();
  if (settings.readdir_order == 0) {
    real(folder, position);
    return;
  }
  pthread_mutex_lock(&listings_mutex);
  struct listing* listing = listing_of(folder);
  if (listing != NULL && position >= 0 && (size_t)position <= listing->count)
    listing->position = (size_t)position;
  pthread_mutex_unlock(&listings_mutex);
}

// The C library's scandir reads the folder past us; only unsorted lists need another order.
int scandir64(const char* path, struct dirent64*** entries, int (*selects)(const struct dirent64*),
              int (*before)(const struct dirent64**, const struct dirent64**)) {
  REAL(int, "scandir64", const char*, struct dirent64***, int (*)(const struct dirent64*),
       int (*)(const struct dirent64**, const struct dirent64**));
  read_settings();
  const int count = real(path, entries, selects, before);
  if (count > 1 && before == NULL && settings.readdir_order != 0)
    qsort(*entries, (size_t)count, sizeof **entries, compare);
  return count;
}

int scandir(const char* path, struct dirent*** entries, int (*selects)(const struct dirent*),
            int (*before)(const struct dirent**, const struct dirent**)) {
  REAL(int, "scandir", const char*, struct dirent***, int (*)(const struct dirent*),
       int (*)(const struct dirent**, const struct dirent**));
  read_settings();
  const int count = real(path, entries, selects, before);
  if (count > 1 && before == NULL && settings.readdir_order != 0)
    qsort(*entries, (size_t)count, sizeof **entries, compare);
  return count;
}
