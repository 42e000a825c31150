#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

// Under which circumstances this program was started: one fact a line, on standard output.

// argument N TEXT, variable NAME=VALUE, user, groups, folder, umask, process
void report_process(int argc, char** argv);

// mount TYPE FOLDER OPTIONS
void report_mounts(void);

// file PATH TYPE MODE UID:GID, and links with the name of the first such file, device numbers or
// target
void report_file(const char* path);

// orphans N unreaped N: makes processes whose parent ends before them, and looks whether the first
// process takes them and reaps them.
void report_orphans(void);

#endif
