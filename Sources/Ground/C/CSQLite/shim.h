#pragma once
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// SQLITE_TRANSIENT is a cast, which the importer drops: the bytes are copied when bound.

/// Binds a copy of `size` bytes of UTF-8.
static inline int doorsill_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 size) {
    return sqlite3_bind_text64(statement, index, text, size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Binds a copy of `size` bytes.
static inline int doorsill_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 size) {
    return sqlite3_bind_blob64(statement, index, bytes, size, SQLITE_TRANSIENT);
}

// sqlite3_db_config is variadic.

/// Refuses SQL that could corrupt the file, and treats the schema as untrusted (sqlite.org/security.html).
static inline int doorsill_defend(sqlite3 *database) {
    int status = sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
    if (status == SQLITE_OK) status = sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
    // A name in double quotes is an identifier, never a string.
    if (status == SQLITE_OK) status = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    if (status == SQLITE_OK) status = sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    return status;
}

// The journal of a database in a folder where others write may name any file as its "super-journal", which the library
// would delete after playing it back. No transaction of ours spans two files, so there is none: these calls reach a
// database's own companions and nothing else.

static inline int doorsill_is_companion(const char *name) {
    const char *tail = name ? strrchr(name, '-') : NULL;
    return tail && (!strcmp(tail, "-journal") || !strcmp(tail, "-wal") || !strcmp(tail, "-shm"));
}
static inline int doorsill_vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
    sqlite3_vfs *real = (sqlite3_vfs *)vfs->pAppData;
    if (flags & SQLITE_OPEN_SUPER_JOURNAL) return SQLITE_CANTOPEN;
    return real->xOpen(real, name, file, flags, out);
}
static inline int doorsill_vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    sqlite3_vfs *real = (sqlite3_vfs *)vfs->pAppData;
    return doorsill_is_companion(name) ? real->xDelete(real, name, sync) : SQLITE_IOERR_DELETE;
}
static inline int doorsill_vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
    sqlite3_vfs *real = (sqlite3_vfs *)vfs->pAppData;
    if (doorsill_is_companion(name)) return real->xAccess(real, name, flags, out);
    *out = 0;
    return SQLITE_OK;
}

// Where others write, a pipe may lie in a companion's place, or a second name of a file elsewhere: the library would wait
// for the one, and give the other to the owner of the database where it runs as root. Neither is opened.

static inline int doorsill_open_file(const char *path, int flags, int mode) {
    int file = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
    if (file < 0) return file;
    struct stat found;
    int refused = EINVAL;
    if (fstat(file, &found)) {
        refused = errno;
    } else if (S_ISDIR(found.st_mode) || (S_ISCHR(found.st_mode) && !strcmp(path, "/dev/urandom"))) {
        return file;
    } else if (S_ISREG(found.st_mode)) {
        if ((flags & O_ACCMODE) == O_RDONLY || found.st_nlink <= 1) return file;
        refused = EMLINK;
    }
    close(file);
    errno = refused;
    return -1;
}
static inline int doorsill_give_file(int file, uid_t user, gid_t group) {
    struct stat found;
    if (fstat(file, &found) || !S_ISREG(found.st_mode) || found.st_nlink > 1) return 0;
    return fchown(file, user, group);
}
/// Makes that the way every database is opened from now on; once.
static inline int doorsill_guard_files(void) {
    static sqlite3_vfs guarded;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (!real) return SQLITE_ERROR;
    if (!real->xSetSystemCall) return SQLITE_ERROR;
    int status = real->xSetSystemCall(real, "open", (sqlite3_syscall_ptr)doorsill_open_file);
    // Where the library was built without it, it gives no file away.
    if (status == SQLITE_OK) status = real->xSetSystemCall(real, "fchown", (sqlite3_syscall_ptr)doorsill_give_file);
    if (status != SQLITE_OK) return status;
    guarded = *real;
    guarded.pNext = NULL;
    guarded.zName = "doorsill";
    guarded.pAppData = real;
    guarded.xOpen = doorsill_vfs_open;
    guarded.xDelete = doorsill_vfs_delete;
    guarded.xAccess = doorsill_vfs_access;
    return sqlite3_vfs_register(&guarded, 1);
}
