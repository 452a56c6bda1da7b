#pragma once
#include <sqlite3.h>
#include <string.h>

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
/// Makes that the way every database is opened from now on; once.
static inline int doorsill_guard_files(void) {
    static sqlite3_vfs guarded;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (!real) return SQLITE_ERROR;
    guarded = *real;
    guarded.pNext = NULL;
    guarded.zName = "doorsill";
    guarded.pAppData = real;
    guarded.xOpen = doorsill_vfs_open;
    guarded.xDelete = doorsill_vfs_delete;
    guarded.xAccess = doorsill_vfs_access;
    return sqlite3_vfs_register(&guarded, 1);
}
