/*
 * el7fs STORE MOUNTPOINT [FUSE options]: passes every call through to STORE, with one rule of kernels before 3.18 (stock EL7) added:
 * rmdir, unlink and rename of a path that is a mountpoint in ANY mount namespace of the machine answer EBUSY.
 * Newer kernels detach such mounts instead (8ed936b5671b), so a leaked mount alone no longer keeps a container from being removed.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ANSWER(call) ((call) == -1 ? -errno : 0)

static int store; /* directory descriptor of STORE */

/* "/a/b" of the FUSE mount is "a/b" below STORE; "/" is STORE itself. */
static const char *below(const char *path) { return path[1] ? path + 1 : "."; }

/* Extended attributes have no *at() calls: name the file through /proc instead. */
static void full_path(char out[PATH_MAX], const char *path) { snprintf(out, PATH_MAX, "/proc/self/fd/%d/%s", store, below(path)); }

/* ---- the EL7 rule ---- */

/* Container ids are random, so a mountpoint that ends in "/<id>/…" is ours, wherever that namespace sees the directory. */
static int mounted_in(const char *mountinfo, const char *path) {
  FILE *file = fopen(mountinfo, "re");
  if (!file) return 0; /* the process is gone, or is a zombie */
  char *line = NULL, *mountpoint = NULL;
  size_t size = 0, wanted = strlen(path);
  int found = 0;
  while (!found && getline(&line, &size, file) > 0) {
    if (sscanf(line, "%*s %*s %*s %*s %ms", &mountpoint) != 1) continue;
    size_t length = strlen(mountpoint);
    found = length >= wanted && strcmp(mountpoint + length - wanted, path) == 0;
    free(mountpoint);
  }
  free(line);
  fclose(file);
  return found;
}

static int seen_before(ino_t inode, ino_t **seen, size_t *count) {
  for (size_t i = 0; i < *count; i++)
    if ((*seen)[i] == inode) return 1;
  ino_t *grown = realloc(*seen, (*count + 1) * sizeof **seen);
  if (!grown) return 0; /* reading a namespace twice costs time only */
  *seen = grown;
  grown[(*count)++] = inode;
  return 0;
}

static int mounted_anywhere(const char *path) {
  DIR *proc = opendir("/proc");
  if (!proc) return 0;
  ino_t *seen = NULL;
  size_t count = 0;
  int found = 0;
  for (struct dirent *entry; !found && (entry = readdir(proc));) {
    if (!isdigit((unsigned char)entry->d_name[0])) continue;
    char name[64];
    struct stat namespace;
    snprintf(name, sizeof name, "/proc/%.20s/ns/mnt", entry->d_name);
    if (stat(name, &namespace) == -1 || seen_before(namespace.st_ino, &seen, &count)) continue;
    snprintf(name, sizeof name, "/proc/%.20s/mountinfo", entry->d_name);
    found = mounted_in(name, path);
  }
  free(seen);
  closedir(proc);
  return found;
}

static int el7_rmdir(const char *path) { return mounted_anywhere(path) ? -EBUSY : ANSWER(unlinkat(store, below(path), AT_REMOVEDIR)); }

static int el7_unlink(const char *path) { return mounted_anywhere(path) ? -EBUSY : ANSWER(unlinkat(store, below(path), 0)); }

static int el7_rename(const char *from, const char *to, unsigned flags) {
  if (mounted_anywhere(from) || mounted_anywhere(to)) return -EBUSY;
  return ANSWER(renameat2(store, below(from), store, below(to), flags));
}

/* ---- everything else passes through ---- */

static void *pass_init(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->use_ino = 1;
  config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
  return NULL;
}

static int pass_getattr(const char *path, struct stat *out, struct fuse_file_info *info) {
  return ANSWER(info ? fstat((int)info->fh, out) : fstatat(store, below(path), out, AT_SYMLINK_NOFOLLOW));
}

static int pass_readlink(const char *path, char *out, size_t size) {
  ssize_t length = readlinkat(store, below(path), out, size - 1);
  if (length == -1) return -errno;
  out[length] = '\0';
  return 0;
}

static int give_to_caller(const char *path) {
  struct fuse_context *caller = fuse_get_context();
  return ANSWER(fchownat(store, below(path), caller->uid, caller->gid, AT_SYMLINK_NOFOLLOW));
}

static int pass_mkdir(const char *path, mode_t mode) { return mkdirat(store, below(path), mode) == -1 ? -errno : give_to_caller(path); }

static int pass_mknod(const char *path, mode_t mode, dev_t device) {
  return mknodat(store, below(path), mode, device) == -1 ? -errno : give_to_caller(path);
}

static int pass_symlink(const char *target, const char *path) {
  return symlinkat(target, store, below(path)) == -1 ? -errno : give_to_caller(path);
}

static int pass_link(const char *from, const char *to) { return ANSWER(linkat(store, below(from), store, below(to), 0)); }

static int pass_chmod(const char *path, mode_t mode, struct fuse_file_info *info) {
  return ANSWER(info ? fchmod((int)info->fh, mode) : fchmodat(store, below(path), mode, 0));
}

static int pass_chown(const char *path, uid_t user, gid_t group, struct fuse_file_info *info) {
  return ANSWER(info ? fchown((int)info->fh, user, group) : fchownat(store, below(path), user, group, AT_SYMLINK_NOFOLLOW));
}

static int pass_truncate(const char *path, off_t size, struct fuse_file_info *info) {
  if (info) return ANSWER(ftruncate((int)info->fh, size));
  int file = openat(store, below(path), O_WRONLY | O_CLOEXEC);
  if (file == -1) return -errno;
  int answer = ANSWER(ftruncate(file, size));
  close(file);
  return answer;
}

static int pass_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *info) {
  return ANSWER(info ? futimens((int)info->fh, times) : utimensat(store, below(path), times, AT_SYMLINK_NOFOLLOW));
}

static int keep_open(int file, struct fuse_file_info *info) {
  if (file == -1) return -errno;
  info->fh = (uint64_t)file;
  return 0;
}

static int pass_open(const char *path, struct fuse_file_info *info) {
  return keep_open(openat(store, below(path), (info->flags & ~O_CREAT) | O_CLOEXEC), info);
}

static int pass_create(const char *path, mode_t mode, struct fuse_file_info *info) {
  int answer = keep_open(openat(store, below(path), info->flags | O_CREAT | O_CLOEXEC, mode), info);
  return answer ? answer : give_to_caller(path);
}

static int pass_release(const char *path, struct fuse_file_info *info) {
  (void)path;
  return ANSWER(close((int)info->fh));
}

static int pass_fsync(const char *path, int data_only, struct fuse_file_info *info) {
  (void)path;
  return ANSWER(data_only ? fdatasync((int)info->fh) : fsync((int)info->fh));
}

static int pass_read(const char *path, char *out, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)path;
  ssize_t count = pread((int)info->fh, out, size, offset);
  return count == -1 ? -errno : (int)count;
}

static int pass_write(const char *path, const char *in, size_t size, off_t offset, struct fuse_file_info *info) {
  (void)path;
  ssize_t count = pwrite((int)info->fh, in, size, offset);
  return count == -1 ? -errno : (int)count;
}

static int pass_readdir(const char *path, void *out, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *info,
                        enum fuse_readdir_flags flags) {
  (void)offset, (void)info, (void)flags;
  int file = openat(store, below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file == -1) return -errno;
  DIR *directory = fdopendir(file);
  if (!directory) return close(file), -ENOMEM;
  for (struct dirent *entry; (entry = readdir(directory));) {
    struct stat attributes = {.st_ino = entry->d_ino, .st_mode = DTTOIF(entry->d_type)};
    if (fill(out, entry->d_name, &attributes, 0, 0)) break;
  }
  closedir(directory);
  return 0;
}

static int pass_statfs(const char *path, struct statvfs *out) {
  (void)path;
  return ANSWER(fstatvfs(store, out));
}

static int pass_getxattr(const char *path, const char *name, char *out, size_t size) {
  char full[PATH_MAX];
  full_path(full, path);
  ssize_t length = lgetxattr(full, name, out, size);
  return length == -1 ? -errno : (int)length;
}

static int pass_listxattr(const char *path, char *out, size_t size) {
  char full[PATH_MAX];
  full_path(full, path);
  ssize_t length = llistxattr(full, out, size);
  return length == -1 ? -errno : (int)length;
}

static int pass_setxattr(const char *path, const char *name, const char *in, size_t size, int flags) {
  char full[PATH_MAX];
  full_path(full, path);
  return ANSWER(lsetxattr(full, name, in, size, flags));
}

static const struct fuse_operations operations = {
    .init = pass_init,       .getattr = pass_getattr,     .readlink = pass_readlink,   .mknod = pass_mknod,       .mkdir = pass_mkdir,
    .unlink = el7_unlink,    .rmdir = el7_rmdir,          .symlink = pass_symlink,     .rename = el7_rename,      .link = pass_link,
    .chmod = pass_chmod,     .chown = pass_chown,         .truncate = pass_truncate,   .open = pass_open,         .read = pass_read,
    .write = pass_write,     .statfs = pass_statfs,       .release = pass_release,     .fsync = pass_fsync,       .setxattr = pass_setxattr,
    .getxattr = pass_getxattr, .listxattr = pass_listxattr, .readdir = pass_readdir,   .create = pass_create,     .utimens = pass_utimens,
};

int main(int argc, char *argv[]) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s STORE MOUNTPOINT [FUSE options]\n", argv[0]);
    return 2;
  }
  store = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (store == -1) {
    fprintf(stderr, "%s: cannot open %s: %s\n", argv[0], argv[1], strerror(errno));
    return 1;
  }
  umask(0);
  argv[1] = argv[0];
  return fuse_main(argc - 1, argv + 1, &operations, NULL);
}
