/* In the static variant: what stands here is found by the linker before the C library's, whose
 * versions load libraries of the machine that they run on, of whatever version they are there.
 * libcrypto and libgpg-error mention these functions, and nothing that reproduce does calls them;
 * so each says no, as it would where nothing is to be found (docs/decisions/0027-static-binary.md).
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <pwd.h>
#include <stddef.h>

/* glibc's own name for it, by which a part of its static form (rtld_static_init.o) calls it. */
void* __dlopen(const char* file, int mode, void* caller) {
  (void)file;
  (void)mode;
  (void)caller;
  return NULL;
}

void* dlopen(const char* file, int mode) {
  (void)file;
  (void)mode;
  return NULL;
}

void* dlsym(void* restrict library, const char* restrict name) {
  (void)library;
  (void)name;
  return NULL;
}

int dlclose(void* library) {
  (void)library;
  return -1;
}

char* dlerror(void) {
  return (char*)"a static program loads no libraries";
}

int dladdr(const void* address, Dl_info* found) {
  (void)address;
  (void)found;
  return 0;
}

int getaddrinfo(const char* restrict node, const char* restrict service,
                const struct addrinfo* restrict wanted, struct addrinfo** restrict found) {
  (void)node;
  (void)service;
  (void)wanted;
  (void)found;
  return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo* found) {
  (void)found;
}

int getnameinfo(const struct sockaddr* restrict address, socklen_t size, char* restrict host,
                socklen_t host_size, char* restrict service, socklen_t service_size, int flags) {
  (void)address;
  (void)size;
  (void)host;
  (void)host_size;
  (void)service;
  (void)service_size;
  (void)flags;
  return EAI_FAIL;
}

struct hostent* gethostbyname(const char* name) {
  (void)name;
  return NULL;
}

struct passwd* getpwnam(const char* name) {
  (void)name;
  return NULL;
}

struct passwd* getpwuid(uid_t user) {
  (void)user;
  return NULL;
}
