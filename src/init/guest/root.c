#include "root.h"

#include "console.h"
#include "kernel.h"
#include "syscall.h"

bool enter_root(void) {
  if (sys_access("/rootfs", access_exists) == -error_noent) return true;
  // A mount of its own, moved over the root of the mount name space: after a chroot alone the
  // kernel refuses user name spaces to the app (as in every chroot), so sandboxes in it would not
  // work.
  const bool is_mount = sys_mount("/rootfs", "/rootfs", NULL, mount_bind, NULL) >= 0;
  const long entered = sys_change_folder("/rootfs");
  if (entered < 0) {
    say("cannot enter /rootfs: %e", entered);
    return false;
  }
  if (is_mount) sys_mount(".", "/", NULL, mount_move, NULL);  // a chroot alone is the second best
  const long changed = sys_change_root(".");
  if (changed < 0 || sys_change_folder("/") < 0) {
    say("cannot make /rootfs the root folder: %e", changed);
    return false;
  }
  return true;
}

static void mount_one(const char* type, const char* folder, unsigned long flags,
                      const char* options) {
  sys_make_folder(folder, 0755);  // an error shows in the mount
  const long mounted = sys_mount(type, folder, type, flags, options);
  // Busy: it is mounted there already, as /dev is when there is no /rootfs.
  if (mounted < 0 && mounted != -error_busy)
    say("cannot mount %s on %s: %e", type, folder, mounted);
}

void mount_all(void) {
  const unsigned long closed = mount_no_suid | mount_no_dev | mount_no_exec;
  mount_one("proc", "/proc", closed, NULL);
  mount_one("sysfs", "/sys", closed, NULL);
  mount_one("cgroup2", "/sys/fs/cgroup", closed, NULL);
  mount_one("devtmpfs", "/dev", mount_no_suid | mount_no_exec, "mode=0755");
  mount_one("devpts", "/dev/pts", mount_no_suid | mount_no_exec, "mode=0620,ptmxmode=0666");
  mount_one("tmpfs", "/dev/shm", closed, "mode=1777");
  mount_one("tmpfs", "/run", mount_no_suid | mount_no_dev, "mode=0755");
  // Programs unpack libraries into /tmp and load them from there, so it is not noexec.
  mount_one("tmpfs", "/tmp", mount_no_suid | mount_no_dev, "mode=1777");

  // Shells and container images take these for granted; where they exist they stay as they are.
  sys_make_symlink("/proc/self/fd", "/dev/fd");
  sys_make_symlink("/proc/self/fd/0", "/dev/stdin");
  sys_make_symlink("/proc/self/fd/1", "/dev/stdout");
  sys_make_symlink("/proc/self/fd/2", "/dev/stderr");
}
