#define _GNU_SOURCE  // environ
#include "environment.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <errno.h>
#include <grp.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_process(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) printf("argument %d %s\n", i, argv[i]);
  for (char** variable = environ; *variable != NULL; ++variable) printf("variable %s\n", *variable);
  printf("user %d:%d effective %d:%d\n", (int)getuid(), (int)getgid(), (int)geteuid(),
         (int)getegid());
  gid_t groups[64];
  const int count = getgroups(64, groups);
  printf("groups");
  for (int i = 0; i < count; ++i) printf(" %d", (int)groups[i]);
  char folder[4096];
  printf("\nfolder %s\n", getcwd(folder, sizeof folder) != NULL ? folder : strerror(errno));
  const mode_t mask = umask(022);
  umask(mask);
  printf("umask %03o\n", (unsigned)mask);
  printf("process %s of session %s\n", getpid() == 1 ? "1" : "other",
         getsid(0) == getpid() ? "own" : "other");
}

void report_mounts(void) {
  FILE* const mounts = setmntent("/proc/self/mounts", "r");
  if (mounts == NULL) {
    printf("error: /proc/self/mounts: %s\n", strerror(errno));
    return;
  }
  const struct mntent* mount;
  while ((mount = getmntent(mounts)) != NULL)
    printf("mount %s %s %s\n", mount->mnt_type, mount->mnt_dir, mount->mnt_opts);
  endmntent(mounts);
}

static const char* type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "folder";
    case S_IFLNK:
      return "symlink";
    case S_IFCHR:
      return "character-device";
    case S_IFBLK:
      return "block-device";
    case S_IFIFO:
      return "fifo";
    default:
      return "other";
  }
}

void report_file(const char* path) {
  // The first path of each file with several names, to say which names are one file.
  static struct {
    const char* path;
    dev_t device;
    ino_t number;
  } seen[64];
  static int seen_count = 0;

  struct stat status;
  if (lstat(path, &status) != 0) {
    printf("file %s: %s\n", path, strerror(errno));
    return;
  }
  printf("file %s %s %04o %u:%u", path, type_of(status.st_mode), (unsigned)status.st_mode & 07777,
         (unsigned)status.st_uid, (unsigned)status.st_gid);
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))
    printf(" device %u:%u", major(status.st_rdev), minor(status.st_rdev));
  if (S_ISLNK(status.st_mode)) {
    char target[4096] = "";
    if (readlink(path, target, sizeof target - 1) >= 0) printf(" to %s", target);
  }
  if (S_ISREG(status.st_mode) && status.st_nlink > 1) {
    const char* first = path;
    for (int i = 0; i < seen_count; ++i)
      if (seen[i].device == status.st_dev && seen[i].number == status.st_ino) first = seen[i].path;
    if (first == path && seen_count < 64) {
      seen[seen_count].path = path;
      seen[seen_count].device = status.st_dev;
      seen[seen_count++].number = status.st_ino;
    }
    printf(" links %u same as %s", (unsigned)status.st_nlink, first);
  }
  putchar('\n');
}

enum { orphan_count = 3, patience_tenths = 100 };

// Ends once the first process is the parent; the parent of before has ended by then.
static void be_an_orphan(int report) {
  for (int tenths = 0; tenths < patience_tenths && getppid() != 1; ++tenths) usleep(100000);
  const pid_t self = getppid() == 1 ? getpid() : -1;
  _exit(write(report, &self, sizeof self) == sizeof self ? 0 : 1);
}

// Makes the orphans; each writes its number to the pipe once it has been adopted.
static void make_orphans(int report) {
  const pid_t parent = fork();
  if (parent == 0) {
    for (int i = 0; i < orphan_count; ++i)
      if (fork() == 0) be_an_orphan(report);
    _exit(0);
  }
  if (parent > 0) waitpid(parent, NULL, 0);
}

void report_orphans(void) {
  int ends[2];
  if (pipe(ends) != 0) return;
  fflush(stdout);
  make_orphans(ends[1]);
  close(ends[1]);
  pid_t orphans[orphan_count];
  int adopted = 0;
  pid_t orphan = 0;
  while (read(ends[0], &orphan, sizeof orphan) == sizeof orphan)
    if (orphan > 0 && adopted < orphan_count) orphans[adopted++] = orphan;
  close(ends[0]);

  // A process that nobody has reaped can still be sent a signal.
  int unreaped = adopted;
  for (int tenths = 0; tenths < patience_tenths && unreaped > 0; ++tenths) {
    unreaped = 0;
    for (int i = 0; i < adopted; ++i) unreaped += kill(orphans[i], 0) == 0 || errno == EPERM;
    if (unreaped > 0) usleep(100000);
  }
  printf("orphans %d unreaped %d\n", adopted, unreaped);
}
