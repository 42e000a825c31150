// The first process of the hello image: mounts what programs expect, says that it is there, runs
// /app, tells how it ended, and ends the machine. Static and without any library but libc.

#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void mount_on(const char* type, const char* folder, unsigned long flags) {
  mkdir(folder, 0755);
  // EBUSY: the kernel has mounted /dev already.
  if (mount(type, folder, type, flags, NULL) != 0 && errno != EBUSY)
    printf("init: cannot mount %s: %s\n", folder, strerror(errno));
}

// Runs /app to its end and gives its wait status, or -1. As the first process, init inherits every
// orphan and reaps those too.
static int run_app(void) {
  const pid_t app = fork();
  if (app == 0) {
    char* const arguments[] = {"/app", NULL};
    char* const environment[] = {"PATH=/bin", NULL};
    execve(arguments[0], arguments, environment);
    printf("init: cannot run /app: %s\n", strerror(errno));
    _exit(127);
  }
  int status = -1;
  for (;;) {
    int ended_status = 0;
    const pid_t ended = wait(&ended_status);
    if (ended == app) status = ended_status;
    if (ended < 0 && errno == ECHILD) return status;
  }
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("init: started");
  mount_on("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  mount_on("sysfs", "/sys", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  mount_on("devtmpfs", "/dev", MS_NOSUID | MS_NOEXEC);
  mount_on("tmpfs", "/tmp", MS_NOSUID | MS_NODEV);

  const int status = run_app();
  // In the words of the builtin init, which `reproduce run` understands.
  if (status < 0)
    puts("init: the app was not started: status 125");
  else if (WIFEXITED(status))
    printf("init: the app exited with status %d\n", WEXITSTATUS(status));
  else
    printf("init: the app was killed by signal %d\n", WTERMSIG(status));

  sync();
  reboot(RB_AUTOBOOT);  // with reboot=k on the command line this ends an enclave
  return 1;
}
