// Says on standard error what it sees of its circumstances, one "name=value" a line; and misbehaves
// in other ways when told to. For tests/perturb/run_test.cpp.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include <sched.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <dirent.h>

namespace {

void say(const char* name, const std::string& value) {
  (void)std::fprintf(stderr, "%s=%s\n", name, value.c_str());
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void see_clock() {
  timeval day{};
  (void)::gettimeofday(&day, nullptr);
  timespec exact{};
  (void)std::timespec_get(&exact, TIME_UTC);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  say("clock.system_clock",
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count()));
  say("clock.time", std::to_string(std::time(nullptr)));
  say("clock.gettimeofday", std::to_string(day.tv_sec));
  say("clock.timespec_get", std::to_string(exact.tv_sec));
}

void see_folder(const char* path) {
  std::string names;
  for (const auto& entry : std::filesystem::directory_iterator(path))
    names += entry.path().filename().string() + " ";
  say("readdir order", names);

  DIR* folder = ::opendir(path);
  const dirent* first = ::readdir(folder);
  const std::string name = first->d_name;
  while (::readdir(folder) != nullptr) continue;
  ::rewinddir(folder);
  say("rewound", name == ::readdir(folder)->d_name ? "to the first" : "elsewhere");
  (void)::closedir(folder);

  dirent** entries = nullptr;
  const int count = ::scandir(path, &entries, nullptr, nullptr);
  names.clear();
  for (int i = 0; i < count; ++i) names += std::string(entries[i]->d_name) + " ";
  say("scandir", names);
}

void see_system() {
  cpu_set_t cpus;
  (void)::sched_getaffinity(0, sizeof cpus, &cpus);
  say("cpus", std::to_string(std::thread::hardware_concurrency()) + " " +
                  std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)) + " " +
                  std::to_string(CPU_COUNT(&cpus)));
  say("uid", std::to_string(::getuid()) + " " + std::to_string(::getgid()));
  utsname names{};
  (void)::uname(&names);
  char name[256] = "";
  (void)::gethostname(name, sizeof name);
  say("host name", std::string(names.nodename) + " " + name);
}

void see(const char* folder) {
  see_clock();
  std::ofstream("made here") << "x";
  struct stat status {};
  (void)::stat("made here", &status);
  say("umask", std::to_string(status.st_mode & 07777));
  say("locale", variable("LC_ALL") + " " + variable("LANG"));
  const std::time_t zero = 0;
  char text[64] = "";
  (void)std::strftime(text, sizeof text, "%H:%M %z", std::localtime(&zero));
  say("time zone", text);
  say("home", variable("HOME"));
  say("working directory", std::filesystem::current_path().string());
  say("temporary folder", variable("TMPDIR"));
  say("environment", variable("REPRODUCE_NOISE"));
  see_folder(folder);
  see_system();
}

/// Leaves a process behind that has nothing to do with us any more, and its number in `file`.
void linger(const char* file) {
  if (::fork() != 0) return;
  (void)::setsid();
  if (::fork() != 0) ::_exit(0);
  for (const int descriptor : {0, 1, 2}) (void)::close(descriptor);
  std::ofstream(std::string(file) + ".new") << ::getpid() << "\n";
  std::filesystem::rename(std::string(file) + ".new", file);
  (void)::sleep(600);
  ::_exit(0);
}

}  // namespace

int main(int count, char** words) {
  const std::string_view task = count > 1 ? words[1] : "";
  const char* operand = count > 2 ? words[2] : "";
  if (task == "see") see(operand);
  if (task == "exit") return static_cast<int>(std::strtol(operand, nullptr, 10));
  if (task == "abort") std::abort();
  if (task == "flood") (void)std::fputs(std::string(1000000, 'x').c_str(), stderr);
  if (task == "linger" || task == "linger and stay") linger(operand);
  if (task == "linger")
    while (!std::filesystem::exists(operand)) (void)::usleep(1000);
  if (task == "linger and stay") (void)::sleep(600);
  return 0;
}
