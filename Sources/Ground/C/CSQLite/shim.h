#pragma once
#include <sqlite3.h>

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
